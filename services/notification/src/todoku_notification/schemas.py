"""What the interface takes and gives."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, model_validator
from todoku_calendar import parse_duration

from todoku_notification.tables import Notification, Reminder, Status


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DueBody(BaseModel):
    """A day, a day and a time wherever the user is, or these in a fixed IANA zone."""

    date: str
    time: str | None
    timezone: str | None


class NotificationBody(BaseModel):
    """One entry of the inbox; `due_at` is when its reminder was due, `due` when the task is."""

    id: UUID
    kind: Literal["reminder", "missed"]
    task_id: UUID
    reminder_id: UUID
    number: int
    title: str
    body: str
    due: DueBody | None
    due_at: datetime
    created_at: datetime
    read_at: datetime | None

    @classmethod
    def of(cls, row: Notification) -> dict[str, Any]:
        return cls.model_validate(row.model_dump()).model_dump(mode="json")


class NotificationPage(BaseModel):
    items: list[NotificationBody]
    next_cursor: str | None


class ReminderBody(BaseModel):
    """One line of the ledger. `planned_for` is what its spec comes to, `due_at` when it rings."""

    id: UUID
    task_id: UUID
    number: int | None = None
    title: str | None = None
    spec: dict[str, str]
    planned_for: datetime
    due_at: datetime
    status: Status
    reason: str | None
    generation: int
    fired_at: datetime | None

    @classmethod
    def of(cls, row: Reminder) -> Self:
        return cls.model_validate(row.model_dump())


class ReminderPage(BaseModel):
    items: list[ReminderBody]
    next_cursor: str | None


class ReadMark(Body):
    read: bool


def _duration(text: str) -> str:
    if parse_duration(text) <= timedelta(0):
        raise ValueError("A snooze is longer than nothing.")
    return text


class Snooze(Body):
    """Exactly one of the two: an instant, or an ISO 8601 duration from now."""

    until: AwareDatetime | None = None
    for_: Annotated[str, AfterValidator(_duration)] | None = Field(default=None, alias="for")

    @model_validator(mode="after")
    def exactly_one(self) -> Self:
        if (self.until is None) is (self.for_ is None):
            raise ValueError('Give either "until" or "for".')
        return self

    def instant(self, now: datetime) -> datetime:
        return self.until or now + parse_duration(self.for_ or "")
