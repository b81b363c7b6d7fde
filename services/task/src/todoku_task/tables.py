"""The tables of the schema `task`; the specification's data model says what columns mean."""

from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Column,
    DateTime,
    Integer,
    Table,
    Text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, SQLModel
from todoku_platform.tables import platform_tables

SCHEMA = "task"
PLATFORM = platform_tables(SCHEMA, SQLModel.metadata)


def _instant(*, nullable: bool = False) -> Any:
    return Field(sa_type=DateTime(timezone=True), nullable=nullable)


class TaskRow(SQLModel, table=True):
    __tablename__ = "tasks"

    id: UUID = Field(primary_key=True)
    user_id: str = Field(sa_type=Text)
    number: int
    title: str = Field(sa_type=Text)
    description: str = Field(sa_type=Text)
    status: str = Field(sa_type=Text)
    completed_at: datetime | None = _instant(nullable=True)
    priority: str | None = Field(sa_type=Text)
    tags: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    list_id: UUID | None
    parent_id: UUID | None
    due_date: date | None
    due_time: time | None
    due_timezone: str | None = Field(sa_type=Text)
    reminders: list[dict[str, str]] = Field(sa_column=Column(JSONB, nullable=False))
    recurrence: dict[str, str] | None = Field(sa_column=Column(JSONB(none_as_null=True)))
    series_id: UUID | None
    predecessor_id: UUID | None
    position: str | None = Field(sa_type=Text)
    version: int
    source: str = Field(sa_type=Text)
    external_id: str | None = Field(sa_type=Text)
    created_at: datetime = _instant()
    updated_at: datetime = _instant()
    deleted_at: datetime | None = _instant(nullable=True)
    withdrawn: bool
    # Who made the last change: a successor only the system wrote may be withdrawn again.
    changed_by: str = Field(sa_type=Text)
    # The newest sequence of a command that was applied to this row.
    command_sequence: int | None = Field(sa_type=Integer)

    __table_args__ = {"schema": SCHEMA}


class SettingsRow(SQLModel, table=True):
    __tablename__ = "settings"
    __table_args__ = {"schema": SCHEMA}

    id: str = Field(sa_type=Text, primary_key=True)
    user_id: str = Field(sa_type=Text)
    timezone: str = Field(sa_type=Text)
    locale: str = Field(sa_type=Text)
    week_start: str = Field(sa_type=Text)
    default_reminders: list[dict[str, str]] = Field(sa_column=Column(JSONB, nullable=False))
    version: int
    updated_at: datetime = _instant()


class CounterRow(SQLModel, table=True):
    __tablename__ = "counters"
    __table_args__ = {"schema": SCHEMA}

    user_id: str = Field(sa_type=Text, primary_key=True)
    last_number: int


TASKS: Table = TaskRow.__table__  # type: ignore[attr-defined]
SETTINGS: Table = SettingsRow.__table__  # type: ignore[attr-defined]
COUNTERS: Table = CounterRow.__table__  # type: ignore[attr-defined]
