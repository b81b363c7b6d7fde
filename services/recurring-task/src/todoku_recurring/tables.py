"""The tables of the schema `recurring`; the specification's data model says what columns mean."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, DateTime, Table, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel
from todoku_platform.tables import platform_tables

SCHEMA = "recurring"
PLATFORM = platform_tables(SCHEMA, SQLModel.metadata)


def _instant(*, nullable: bool = False) -> Any:
    return Field(sa_type=DateTime(timezone=True), nullable=nullable)


def _json(*, nullable: bool = False) -> Any:
    return Field(sa_column=Column(JSONB(none_as_null=True), nullable=nullable))


class SeriesRow(SQLModel, table=True):
    __tablename__ = "series"
    __table_args__ = {"schema": SCHEMA}

    id: UUID = Field(primary_key=True)
    user_id: str = Field(sa_type=Text)
    rule: str = Field(sa_type=Text)
    mode: str = Field(sa_type=Text)
    anchor: dict[str, str | None] = _json()
    current_task_id: UUID
    version: int
    created_at: datetime = _instant()
    updated_at: datetime = _instant()


class OccurrenceRow(SQLModel, table=True):
    __tablename__ = "occurrences"
    __table_args__ = {"schema": SCHEMA}

    id: UUID = Field(primary_key=True)
    user_id: str = Field(sa_type=Text)
    series_id: UUID
    due: dict[str, str | None] | None = _json(nullable=True)
    # What the rule planned, where the due was moved since.
    slot: dict[str, str | None] | None = _json(nullable=True)
    due_at: datetime | None = _instant(nullable=True)
    status: str = Field(sa_type=Text)
    completed_at: datetime | None = _instant(nullable=True)
    task_sequence: int
    version: int


class ZoneRow(SQLModel, table=True):
    """The zone in which a user's floating dues are read: what the newest settings said."""

    __tablename__ = "zones"
    __table_args__ = {"schema": SCHEMA}

    id: str = Field(sa_type=Text, primary_key=True)
    user_id: str = Field(sa_type=Text)
    timezone: str = Field(sa_type=Text)
    sequence: int
    version: int


SERIES: Table = SeriesRow.__table__  # type: ignore[attr-defined]
OCCURRENCES: Table = OccurrenceRow.__table__  # type: ignore[attr-defined]
ZONES: Table = ZoneRow.__table__  # type: ignore[attr-defined]
