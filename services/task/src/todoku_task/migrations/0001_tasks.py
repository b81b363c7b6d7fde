"""Tasks, settings and numbers, and the platform's tables.

Written out, unlike `tables.py`: a revision stays as it was when it ran.
"""

from alembic import op
from todoku_platform.migrations import create_platform_tables

revision = "0001"
down_revision = None

STATEMENTS = (
    """
    CREATE TABLE task.tasks (
        id uuid PRIMARY KEY,
        user_id text NOT NULL,
        number integer NOT NULL,
        title text NOT NULL,
        description text NOT NULL,
        status text NOT NULL CHECK (status IN ('open', 'done')),
        completed_at timestamptz,
        priority text CHECK (priority IN ('high', 'medium', 'low')),
        tags text[] NOT NULL,
        list_id uuid,
        parent_id uuid,
        due_date date,
        due_time time,
        due_timezone text,
        reminders jsonb NOT NULL,
        recurrence jsonb,
        series_id uuid,
        predecessor_id uuid,
        position text,
        version integer NOT NULL,
        source text NOT NULL,
        external_id text,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        deleted_at timestamptz,
        withdrawn boolean NOT NULL,
        changed_by text NOT NULL,
        command_sequence integer,
        CONSTRAINT tasks_user_number UNIQUE (user_id, number)
    )
    """,
    """
    CREATE INDEX tasks_user_status_number ON task.tasks (user_id, status, number)
    WHERE deleted_at IS NULL
    """,
    """
    CREATE INDEX tasks_user_due ON task.tasks (
        user_id,
        (coalesce(due_date, 'infinity'::date)),
        (coalesce(due_time, '24:00'::time)),
        number
    ) WHERE deleted_at IS NULL
    """,
    """
    CREATE TABLE task.settings (
        id text PRIMARY KEY,
        user_id text NOT NULL,
        timezone text NOT NULL,
        locale text NOT NULL,
        week_start text NOT NULL,
        default_reminders jsonb NOT NULL,
        version integer NOT NULL,
        updated_at timestamptz NOT NULL
    )
    """,
    "CREATE TABLE task.counters (user_id text PRIMARY KEY, last_number integer NOT NULL)",
)


def upgrade() -> None:
    create_platform_tables("task")
    for statement in STATEMENTS:
        op.execute(statement)
