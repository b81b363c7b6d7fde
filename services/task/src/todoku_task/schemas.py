"""What callers send and get. Fields that are not listed are refused by name."""

from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    model_validator,
)
from todoku_calendar import Due, format_duration, parse_duration, valid_zone
from todoku_contracts.scalars import Instant
from todoku_platform.problems import invalid

from todoku_task import cleaning
from todoku_task.state import instant

Title = Annotated[str, Field(min_length=1, max_length=200), BeforeValidator(cleaning.line)]
Description = Annotated[str, Field(max_length=5000), BeforeValidator(cleaning.lines)]
Priority = Literal["high", "medium", "low"]
Sentence = Annotated[str, Field(min_length=1, max_length=1000), BeforeValidator(cleaning.line)]
Words = Annotated[str, Field(min_length=1, max_length=200), BeforeValidator(cleaning.line)]
Tag = Annotated[str, Field(min_length=1, max_length=50), BeforeValidator(cleaning.tag)]
EARLIEST, LATEST = 1970, 2200


def _once_each[T](values: list[T]) -> list[T]:
    return [value for i, value in enumerate(values) if value not in values[:i]]


def _duration(value: str) -> str:
    return format_duration(parse_duration(value))


def _moment(value: Any) -> str:
    if not EARLIEST <= value.year <= LATEST:
        raise ValueError(f"a reminder lies in the years {EARLIEST} to {LATEST}")
    return instant(value)


def _zone(value: str) -> str:
    if not valid_zone(value):
        raise ValueError("not a time zone of the IANA database")
    return value


Tags = Annotated[list[Tag], Field(max_length=20), AfterValidator(_once_each)]
Zone = Annotated[str, Field(max_length=64), AfterValidator(_zone)]


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class DueIn(Body):
    """A day; a day and a time wherever the user is; or these in a fixed IANA zone."""

    date: str = Field(description="YYYY-MM-DD")
    time: str | None = Field(None, description="HH:MM")
    timezone: str | None = Field(None, max_length=64)

    @model_validator(mode="after")
    def check(self) -> Self:
        Due.from_dict(self.model_dump())
        return self


class ReminderIn(Body):
    """Either so long before the due, or at an instant."""

    before: Annotated[str, Field(max_length=50), AfterValidator(_duration)] | None = Field(
        None, description="ISO 8601 duration; an all-day due counts from 09:00"
    )
    at: Annotated[Instant, AfterValidator(_moment)] | None = Field(
        None, description="RFC 3339 instant with its offset"
    )

    @model_validator(mode="after")
    def one_of_two(self) -> Self:
        if (self.before is None) == (self.at is None):
            raise ValueError("a reminder has either before or at")
        return self

    def spec(self) -> dict[str, str]:
        return {"before": self.before} if self.before is not None else {"at": str(self.at)}


Reminders = Annotated[list[ReminderIn], Field(max_length=10), AfterValidator(_once_each)]


class RecurrenceIn(Body):
    """RFC 5545 RRULE without its prefix; whether it fits the due is judged with the task."""

    rule: Annotated[str, BeforeValidator(cleaning.line), Field(min_length=1, max_length=500)]
    mode: Literal["schedule", "completion"] = "schedule"


class TaskFields(Body):
    description: Description | None = None
    priority: Priority | None = None
    tags: Tags | None = None
    due: DueIn | None = None
    reminders: Reminders | None = None
    recurrence: RecurrenceIn | None = None

    def given(self) -> dict[str, Any]:
        """The fields that were sent, in the shape of a task: null became empty."""
        return stored(
            {name: getattr(self, name) for name in type(self).model_fields if self._sent(name)}
        )

    def _sent(self, name: str) -> bool:
        return name in self.model_fields_set and name != "text"


def stored(fields: dict[str, Any]) -> dict[str, Any]:
    for name, value in fields.items():
        if value is None:
            fields[name] = EMPTY.get(name)
        elif isinstance(value, BaseModel):
            fields[name] = value.model_dump()
        elif name == "reminders":
            fields[name] = [reminder.spec() for reminder in value]
    return fields


EMPTY: dict[str, Any] = {"description": "", "tags": [], "reminders": []}


class NewTask(TaskFields):
    """Fields, or a sentence to read them from (quick add)."""

    title: Title | None = None
    text: Sentence | None = Field(
        None, description='Such as "pay rent on the 1st of every month at 9am !high"'
    )

    def check(self) -> None:
        """Raises a 422 problem: either form is whole, and they do not mix."""
        if self.text is None and self.title is None:
            raise invalid("title", "A task needs a title.")
        if self.text is not None and self.model_fields_set != {"text"}:
            raise invalid("text", "It comes alone: everything else is read from it.")


class WholeTask(TaskFields):
    """For PUT: what is left out is cleared."""

    title: Title

    def whole(self) -> dict[str, Any]:
        return stored({name: getattr(self, name) for name in type(self).model_fields})


def _without_default(schema: dict[str, Any]) -> None:
    """Absent is not empty: a default would say so."""
    schema.pop("default", None)


class TaskPatch(TaskFields):
    """Null clears, absent leaves."""

    title: Title = Field("", json_schema_extra=_without_default)


class Completion(Body):
    completed: StrictBool | None = Field(None, description="Without it the status toggles")


class SettingsPatch(Body):
    timezone: Zone = "UTC"
    locale: str = Field("en", max_length=35, pattern=r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$")
    week_start: Literal["monday", "saturday", "sunday"] = "monday"
    default_reminders: Reminders = []

    def given(self) -> dict[str, Any]:
        fields = {name: getattr(self, name) for name in self.model_fields_set}
        if "default_reminders" in fields:
            fields["default_reminders"] = [each.spec() for each in self.default_reminders]
        return fields


Sort = Literal[
    "created", "due", "priority", "title", "updated",
    "-created", "-due", "-priority", "-title", "-updated",
]  # fmt: skip


class TaskQuery(Body):
    status: Literal["open", "done", "all"] = "all"
    due: Literal["today", "overdue", "week", "none"] | None = Field(
        None, description="By the user's local day; week is today and the six days after it"
    )
    priority: Literal["high", "medium", "low", "none"] | None = None
    tag: Tags = Field([], description="Repeatable: all of them")
    q: Words | None = Field(None, description="Part of the title")
    deleted: bool = False
    sort: Sort = "created"
    limit: int = Field(50, ge=1, le=200)
    cursor: str | None = Field(None, max_length=2000)
