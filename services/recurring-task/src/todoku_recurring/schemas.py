"""What callers send and get. Fields that are not listed are refused by name."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictBool, model_validator
from pydantic_core import PydanticCustomError
from todoku_calendar import Due, DueError
from todoku_calendar import Occurrence as Planned
from todoku_contracts.scalars import Instant

MAX_RULE = 500
EARLIEST, LATEST = 1900, 9000


def _within_reach(value: datetime) -> datetime:
    """Beyond these years some zones have no instants."""
    if not EARLIEST <= value.year <= LATEST:
        raise PydanticCustomError(
            "instant", f"An instant lies in the years {EARLIEST} to {LATEST}."
        )
    return value


Moment = Annotated[Instant, AfterValidator(_within_reach)]


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class DueIn(Body):
    """A day; a day and a time wherever the user is; or these in a fixed IANA zone."""

    date: str = Field(description="YYYY-MM-DD")
    time: str | None = Field(None, description="HH:MM")
    timezone: str | None = Field(None, max_length=64)

    @model_validator(mode="after")
    def check(self) -> Self:
        try:
            self.due()
        except DueError as exc:
            raise PydanticCustomError("due", "{text}", {"text": str(exc)}) from exc
        return self

    def due(self) -> Due:
        return Due.from_dict(self.model_dump())


Rule = Annotated[
    str, Field(min_length=1, max_length=MAX_RULE, description="RFC 5545 RRULE without its prefix")
]
Clamp = Annotated[
    StrictBool,
    Field(description="A missing 29th, 30th or 31st becomes the month's last day; false: RFC 5545"),
]


class Preview(Body):
    rule: Rule
    start: DueIn
    count: int = Field(10, ge=1, le=100, strict=True)
    after: Moment | None = None
    clamp: Clamp = True


class Next(Body):
    rule: Rule
    mode: Literal["schedule", "completion"] = "schedule"
    due: DueIn
    completed_at: Moment
    anchor: DueIn | None = Field(None, description="The first due of the series")
    clamp: Clamp = True


class PlannedOut(BaseModel):
    date: str
    time: str | None = None
    timezone: str | None = None
    at: str = Field(description="The instant, UTC; of a whole day its first")
    note: str | None = Field(None, description="What a clock change did to it")


class PreviewOut(BaseModel):
    occurrences: list[PlannedOut]


class NextOut(BaseModel):
    next: PlannedOut | None
    missed: list[PlannedOut]


class OccurrenceOut(BaseModel):
    id: UUID
    due: dict[str, str | None] | None
    due_at: datetime | None
    status: Literal["open", "done", "missed", "deleted"]
    completed_at: datetime | None


class SeriesOut(BaseModel):
    id: UUID
    rule: str
    mode: Literal["schedule", "completion"]
    anchor: dict[str, str | None]
    timezone: str = Field(description="The user's, for floating dues")
    current_task_id: UUID
    created_at: datetime
    updated_at: datetime
    occurrences: list[OccurrenceOut]


class SeriesPage(BaseModel):
    items: list[SeriesOut]
    next_cursor: UUID | None


def planned(occurrence: Planned) -> dict[str, Any]:
    """As `PlannedOut`, without the parts that are not there."""
    parts: dict[str, Any] = occurrence.due.to_dict()
    parts |= {"at": occurrence.at.isoformat().replace("+00:00", "Z"), "note": occurrence.note}
    return {name: value for name, value in parts.items() if value is not None}
