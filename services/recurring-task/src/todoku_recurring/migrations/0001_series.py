"""Series, occurrences and zones, and the platform's tables.

Written out, unlike `tables.py`: a revision stays as it was when it ran.
"""

from alembic import op
from todoku_platform.migrations import create_platform_tables

revision = "0001"
down_revision = None

STATEMENTS = (
    """
    CREATE TABLE recurring.series (
        id uuid PRIMARY KEY,
        user_id text NOT NULL,
        rule text NOT NULL,
        mode text NOT NULL CHECK (mode IN ('schedule', 'completion')),
        anchor jsonb NOT NULL,
        current_task_id uuid NOT NULL,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX series_user ON recurring.series (user_id, id)",
    """
    CREATE TABLE recurring.occurrences (
        id uuid PRIMARY KEY,
        user_id text NOT NULL,
        series_id uuid NOT NULL,
        due jsonb,
        slot jsonb,
        due_at timestamptz,
        status text NOT NULL CHECK (status IN ('open', 'done', 'missed', 'deleted')),
        completed_at timestamptz,
        task_sequence integer NOT NULL,
        version integer NOT NULL
    )
    """,
    "CREATE INDEX occurrences_series ON recurring.occurrences (series_id, due_at)",
    """
    CREATE TABLE recurring.zones (
        id text PRIMARY KEY,
        user_id text NOT NULL,
        timezone text NOT NULL,
        sequence integer NOT NULL,
        version integer NOT NULL
    )
    """,
)


def upgrade() -> None:
    create_platform_tables("recurring")
    for statement in STATEMENTS:
        op.execute(statement)
