"""What answers look like, for the OpenAPI document.

Answers themselves are built from the stored JSON without a second check.
"""

from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

from todoku_task.schemas import Priority


class DueOut(BaseModel):
    date: str
    time: str | None
    timezone: str | None


class ReminderOut(BaseModel):
    before: str | None = None
    at: str | None = None


class RecurrenceOut(BaseModel):
    rule: str
    mode: Literal["schedule", "completion"]


class TaskOut(BaseModel):
    id: UUID
    number: int
    title: str
    description: str
    status: Literal["open", "done"]
    completed_at: str | None
    priority: Priority | None
    tags: list[str]
    list_id: UUID | None
    parent_id: UUID | None
    due: DueOut | None
    due_at: str | None = Field(description="Null without a due and for a whole day")
    reminders: list[ReminderOut]
    recurrence: RecurrenceOut | None
    series_id: UUID | None
    predecessor_id: UUID | None
    position: str | None
    version: int
    source: str
    created_at: str
    updated_at: str
    deleted_at: str | None


class TaskPage(BaseModel):
    items: list[TaskOut]
    next_cursor: str | None


class SettingsOut(BaseModel):
    timezone: str
    locale: str
    week_start: Literal["monday", "saturday", "sunday"]
    default_reminders: list[ReminderOut]
    version: int


class HistoryItem(BaseModel):
    """One event of a task."""

    id: UUID
    type: str
    version: int
    changed: list[str]
    actor: str
    correlation_id: str
    change_id: UUID
    occurred_at: str


class History(BaseModel):
    items: list[HistoryItem]


class Problem(BaseModel):
    """RFC 9457."""

    type: str
    title: str
    status: int
    detail: str | None = None
    errors: list[dict[str, str]] | None = None
