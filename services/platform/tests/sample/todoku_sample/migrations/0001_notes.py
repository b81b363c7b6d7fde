"""Notes, and the platform's tables."""

from alembic import op
from todoku_platform.migrations import create_platform_tables
from todoku_sample.tables import metadata

revision = "0001"
down_revision = None


def upgrade() -> None:
    create_platform_tables("sample")
    metadata.create_all(op.get_bind(), checkfirst=False)
