"""Migrations of one service: `python -m todoku_platform.migrations todoku_task`.

Runs the Alembic revisions in `<package>/migrations` as the role that owns the schema, on a direct
address (never through a transaction pooler). Waits for a database that sleeps, is starting or that
the network does not let a new pod reach yet. The service's own role has no DDL: it may use its
rows, and of the event table it may only add rows and change what the relay marks.
"""

import argparse
import asyncio
import importlib
import logging
import os
from collections.abc import Callable
from pathlib import Path

import asyncpg
from alembic import command, op
from alembic.config import Config
from sqlalchemy import Connection, MetaData, TextClause, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from todoku_platform import revisions
from todoku_platform.tables import platform_tables

log = logging.getLogger(__name__)
WAIT_SECONDS = 60.0
AGAIN_SECONDS = 1.0
ALEMBIC = Path(__file__).parent / "alembic"
"""Its environment, the same for every package."""

_FUNCTIONS = """
CREATE FUNCTION {schema}.conflict(what text) RETURNS int LANGUAGE plpgsql VOLATILE AS
$$ BEGIN RAISE EXCEPTION 'conflict: %', what USING ERRCODE = 'TD409'; END $$;
CREATE FUNCTION {schema}.erased() RETURNS int LANGUAGE plpgsql VOLATILE AS
$$ BEGIN RAISE EXCEPTION 'the user was erased' USING ERRCODE = 'TD410'; END $$
"""

_INDEXES = """
CREATE INDEX events_pending ON {schema}.events (seq) WHERE published_at IS NULL;
CREATE INDEX events_history ON {schema}.events (user_id, subject, seq);
CREATE INDEX events_change ON {schema}.events (user_id, change_id);
CREATE UNIQUE INDEX dead_letters_once ON {schema}.dead_letters (topic, event_id)
"""

_GRANTS = """
GRANT USAGE ON SCHEMA {schema} TO {role};
REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {role};
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {role};
REVOKE INSERT, UPDATE, DELETE ON {schema}.alembic_version FROM {role};
REVOKE UPDATE, DELETE ON {schema}.events FROM {role};
GRANT UPDATE (leased_until, published_at) ON {schema}.events TO {role};
GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO {role}
"""


def create_platform_tables(schema: str) -> None:
    """For a service's first revision: the tables of `todoku_platform.tables`, ready to use."""
    metadata = MetaData()
    platform_tables(schema, metadata)
    metadata.create_all(op.get_bind(), checkfirst=False)
    _each(op.execute, (_FUNCTIONS + ";" + _INDEXES).format(schema=schema))


def _each(execute: Callable[[TextClause], object], script: str) -> None:
    """One statement at a time: asyncpg prepares what it is given."""
    pending = ""
    for part in script.split(";"):
        pending += part + ";"
        if pending.count("$$") % 2 == 0:
            if pending.strip(" \n;"):
                execute(text(pending.strip().rstrip(";")))
            pending = ""


def grant(connection: Connection, schema: str) -> None:
    """Give the service's role exactly what it needs, after every upgrade."""
    _each(connection.execute, _GRANTS.format(schema=schema, role=f"todoku_{schema}"))


def upgrade(package: str, url: str) -> None:
    """Bring the schema of `package` to its newest revision; twice changes nothing."""
    schema: str = importlib.import_module(f"{package}.settings").Settings.schema_name
    asyncio.run(_upgrade(revisions.folder(package), schema, url))


async def _upgrade(location: Path, schema: str, url: str) -> None:
    # asyncpg reads the address itself: SQLAlchemy would take what follows `?` for its own.
    engine = create_async_engine(
        "postgresql+asyncpg://", async_creator=lambda: _connected(url), poolclass=NullPool
    )
    config = Config()
    config.set_main_option("script_location", str(ALEMBIC))
    config.set_main_option("version_locations", str(location))
    config.set_main_option("path_separator", "newline")

    def run(connection: Connection) -> None:
        # Two migration jobs at once: the second waits, then finds nothing to do.
        connection.execute(text(f"SELECT pg_advisory_xact_lock(hashtext('todoku.{schema}'))"))
        config.attributes |= {"connection": connection, "schema": schema}
        command.upgrade(config, "head")
        grant(connection, schema)

    try:
        async with engine.begin() as connection:
            await connection.run_sync(run)
    finally:
        await engine.dispose()


async def _connected(url: str) -> asyncpg.Connection:
    """Raises what the last attempt did when the database stays away."""
    now = asyncio.get_running_loop().time
    end = now() + WAIT_SECONDS
    while True:
        try:
            return await asyncpg.connect(url)
        except (OSError, asyncpg.CannotConnectNowError) as exc:
            if now() > end:
                raise
            log.warning("waiting for the database: %s", exc)
        await asyncio.sleep(AGAIN_SECONDS)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("package", help="such as todoku_task")
    package = parser.parse_args().package
    url = os.environ.get("MIGRATIONS_DATABASE_URL")
    if not url:
        parser.error("MIGRATIONS_DATABASE_URL is not set: the address for the owner of the schema")
    upgrade(package, url)


if __name__ == "__main__":
    main()
