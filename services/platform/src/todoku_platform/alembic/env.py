"""Alembic's environment, the same for every service: the connection is handed in."""

from alembic import context

attributes = context.config.attributes
context.configure(
    connection=attributes["connection"],
    version_table_schema=attributes["schema"],
    transaction_per_migration=False,
)
context.run_migrations()
