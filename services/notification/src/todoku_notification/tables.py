"""The rows of the `notification` schema. A class is the row; its `…Table` is where it is kept.

The plain class validates what a statement brings back, the table class only describes columns.
"""

from datetime import datetime
from typing import Any, ClassVar, Literal
from uuid import UUID

from sqlalchemy import BigInteger, Index, Table, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import DateTime, Field, MetaData, SQLModel

SCHEMA = "notification"
metadata = MetaData()

WAITING = "status IN ('planned', 'snoozed')"

Status = Literal["planned", "due", "delivered", "snoozed", "cancelled", "missed"]
Reason = Literal["done", "deleted", "removed", "past", "late"]
Kind = Literal["task", "reminder", "notification"]


def _instant(**options: Any) -> Any:
    return Field(sa_type=DateTime(timezone=True), **options)


def _json(*, nullable: bool = False, **options: Any) -> Any:
    return Field(sa_type=JSONB, nullable=nullable, **options)


class Row(SQLModel):
    metadata: ClassVar[MetaData] = metadata


class Watched(Row):
    """What the newest event said about a task; `timezone` is the zone its reminders stand in."""

    id: UUID = Field(primary_key=True)
    user_id: str = Field(sa_type=Text)
    number: int
    title: str = Field(sa_type=Text)
    status: str = Field(sa_type=Text)
    due: dict[str, Any] | None = _json(nullable=True, default=None)
    timezone: str = Field(sa_type=Text)
    reminders: list[dict[str, Any]] = _json()
    task_sequence: int
    deleted: bool
    changed_at: datetime = _instant()
    version: int


class WatchedTable(Watched, table=True):
    __tablename__ = "watched"
    __table_args__ = (Index("ix_watched_user_zone", "user_id", "timezone"), {"schema": SCHEMA})


class Reminder(Row):
    """One wake-up of one occurrence.

    `planned_for` is what its spec comes to, `due_at` is when it rings: they differ once snoozed.
    `job` is the name it was last scheduled under; `job_pending` says that the scheduler has yet
    to hear of the row as it is now. `correlation_id` is that of the message that last changed it.
    """

    id: UUID = Field(primary_key=True)
    user_id: str = Field(sa_type=Text)
    task_id: UUID
    spec: dict[str, str] = _json()
    planned_for: datetime = _instant()
    due_at: datetime = _instant()
    status: Status = Field(sa_type=Text)
    reason: Reason | None = Field(sa_type=Text, nullable=True, default=None)
    generation: int
    job: str | None = Field(sa_type=Text, nullable=True, default=None)
    job_pending: bool = False
    correlation_id: str = Field(sa_type=Text)
    fired_at: datetime | None = _instant(nullable=True, default=None)
    version: int


class ReminderTable(Reminder, table=True):
    __tablename__ = "reminders"
    __table_args__ = (
        Index("ix_reminders_task", "user_id", "task_id"),
        Index("ix_reminders_ledger", "user_id", "due_at", "id"),
        # The sweep looks at the next to ring and at what the scheduler does not know, no more.
        Index("ix_reminders_waiting", "due_at", postgresql_where=text(WAITING)),
        Index("ix_reminders_job_pending", "id", postgresql_where=text("job_pending")),
        {"schema": SCHEMA},
    )


class Notification(Row):
    """One entry of the inbox; `due` is the task's, `due_at` the instant of the reminder."""

    id: UUID = Field(primary_key=True)
    user_id: str = Field(sa_type=Text)
    kind: Literal["reminder", "missed"] = Field(sa_type=Text)
    task_id: UUID
    reminder_id: UUID
    number: int
    title: str = Field(sa_type=Text)
    body: str = Field(sa_type=Text)
    due: dict[str, Any] | None = _json(nullable=True, default=None)
    due_at: datetime = _instant()
    created_at: datetime = _instant()
    read_at: datetime | None = _instant(nullable=True, default=None)
    version: int


class NotificationTable(Notification, table=True):
    __tablename__ = "notifications"
    __table_args__ = (
        Index("ix_notifications_inbox", "user_id", "created_at", "id"),
        {"schema": SCHEMA},
    )


class Zone(Row):
    """The zone a user lives in, by the newest settings event; `id` is the user.

    With `settings_sequence` 0 no settings have been heard of: the tasks' own word counts.
    """

    id: str = Field(sa_type=Text, primary_key=True)
    user_id: str = Field(sa_type=Text)
    timezone: str = Field(sa_type=Text)
    settings_sequence: int
    version: int


class ZoneTable(Zone, table=True):
    __tablename__ = "zones"
    __table_args__: ClassVar[dict[str, str]] = {"schema": SCHEMA}


class FeedTable(Row, table=True):
    """What a user's streams show, in the order of commits.

    A trigger gives `seq` from `feed_heads` as the row is inserted: the head stays locked until
    the commit, so a number is only ever seen after all those before it.
    """

    __tablename__ = "feed"
    __table_args__ = (Index("ix_feed_created_at", "created_at"), {"schema": SCHEMA})
    user_id: str = Field(sa_type=Text, primary_key=True)
    seq: int = Field(sa_type=BigInteger, primary_key=True)
    kind: str = Field(sa_type=Text)
    data: dict[str, Any] = _json()
    created_at: datetime = _instant()


class FeedHeadTable(Row, table=True):
    __tablename__ = "feed_heads"
    __table_args__: ClassVar[dict[str, str]] = {"schema": SCHEMA}
    user_id: str = Field(sa_type=Text, primary_key=True)
    seq: int = Field(sa_type=BigInteger)


watched: Table = metadata.tables[f"{SCHEMA}.watched"]
reminders: Table = metadata.tables[f"{SCHEMA}.reminders"]
notifications: Table = metadata.tables[f"{SCHEMA}.notifications"]
zones: Table = metadata.tables[f"{SCHEMA}.zones"]
feed: Table = metadata.tables[f"{SCHEMA}.feed"]
feed_heads: Table = metadata.tables[f"{SCHEMA}.feed_heads"]
