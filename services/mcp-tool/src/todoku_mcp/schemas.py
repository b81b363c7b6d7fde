"""What the tools take and give. Descriptions are read by models: they say what people mean."""

from typing import Annotated, Any, Literal, Self

from mcp.server.mcpserver.utilities.func_metadata import ArgModelBase
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

UUID_OR_NUMBER = (
    r"^([1-9][0-9]{0,8}"
    r"|[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12})$"
)


def _number_as_text(value: object) -> object:
    """Models write 12 as often as "12"."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _without_default(schema: dict[str, Any]) -> None:
    """Where absent and null differ, a default would tell the caller that they do not."""
    schema.pop("default", None)


Title = Annotated[str, Field(min_length=1, max_length=200, description="What is to be done")]
Description = Annotated[str, Field(max_length=5000, description="Details, Markdown")]
Priority = Literal["high", "medium", "low"]
Tag = Annotated[str, Field(min_length=1, max_length=50)]
Tags = Annotated[list[Tag], Field(max_length=20, description="Labels, without #")]
TaskRef = Annotated[
    str,
    Field(pattern=UUID_OR_NUMBER, description='The task\'s number ("12") or its UUID'),
    BeforeValidator(_number_as_text),
]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Due(Strict):
    """When it is due: a whole day, or a moment of it in the user's zone or in a fixed one."""

    date: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}$", description="YYYY-MM-DD, local")
    time: str | None = Field(None, pattern=r"^\d{2}:\d{2}$", description="HH:MM, 24 hours, local")
    timezone: str | None = Field(
        None, max_length=64, description="IANA zone; leave out to mean wherever the user is"
    )


class Before(Strict):
    before: str = Field(
        pattern=r"^P",
        description="ISO 8601 duration before it is due: PT30M; PT0S is at it",
    )


class At(Strict):
    at: str = Field(max_length=50, description="An instant, RFC 3339 with its offset")


Reminders = Annotated[
    list[Before | At], Field(max_length=10, description="When to remind the user, each once")
]


class Recurrence(Strict):
    """How it repeats."""

    rule: str = Field(
        min_length=5, max_length=500, description="RFC 5545 RRULE without prefix: FREQ=MONTHLY;…"
    )
    mode: Literal["schedule", "completion"] = Field(
        "schedule",
        description="schedule: by the calendar. completion: counted from the day it was completed",
    )


class Arguments(ArgModelBase):
    """Arguments reach the tool as one object, so that it can tell null from absent."""

    model_config = ConfigDict(extra="forbid")

    def model_dump_one_level(self) -> dict[str, Any]:
        return {"arguments": self}


class AddTask(Arguments):
    title: Title
    description: Description | None = None
    due: Due | None = None
    reminders: Reminders | None = None
    recurrence: Recurrence | None = Field(None, description="A repeating task needs a due date")
    priority: Priority | None = None
    tags: Tags | None = None

    def body(self) -> dict[str, Any]:
        return self.model_dump(exclude_none=True)


class ListTasks(Arguments):
    status: Literal["open", "done", "all"] = "open"
    q: str | None = Field(None, min_length=1, max_length=200, description="Words of the title")
    due: Literal["today", "overdue", "week", "none"] | None = Field(
        None, description="By the user's local day; none: without a due date"
    )
    priority: Priority | None = None
    tag: Tag | None = None
    limit: int = Field(50, ge=1, le=200)
    cursor: str | None = Field(None, max_length=500, description="next_cursor of the page before")

    def params(self) -> dict[str, str]:
        return {name: str(value) for name, value in self.model_dump(exclude_none=True).items()}


class CompleteTask(Arguments):
    id: TaskRef
    completed: bool = Field(True, description="false opens it again")


class DeleteTask(Arguments):
    id: TaskRef


class UpdateTask(Arguments):
    id: TaskRef
    title: Title = Field("", json_schema_extra=_without_default)
    description: Description | None = Field(None, json_schema_extra=_without_default)
    due: Due | None = Field(None, json_schema_extra=_without_default)
    reminders: Reminders | None = Field(None, json_schema_extra=_without_default)
    recurrence: Recurrence | None = Field(None, json_schema_extra=_without_default)
    priority: Priority | None = Field(None, json_schema_extra=_without_default)
    tags: Tags | None = Field(None, json_schema_extra=_without_default)

    @model_validator(mode="after")
    def changes_something(self) -> Self:
        if not self.body():
            raise ValueError("name at least one field to change")
        return self

    def body(self) -> dict[str, Any]:
        """Only what was given: null clears, absent leaves."""
        given = self.model_fields_set - {"id"}
        return {name: value for name, value in self.model_dump().items() if name in given}


class Task(BaseModel):
    """A task as the task service answers it; fields it adds later pass through."""

    model_config = ConfigDict(extra="allow")

    id: str
    number: int
    title: str
    status: Literal["open", "done"]
    description: str | None = None
    completed_at: str | None = None
    priority: Priority | None = None
    tags: list[str] = []
    due: dict[str, Any] | None = Field(None, description="{date, time|null, timezone|null}")
    due_at: str | None = Field(None, description="The due instant, UTC; null for a whole day")
    reminders: list[dict[str, Any]] = []
    recurrence: dict[str, Any] | None = Field(None, description="{rule, mode}")
    version: int


class Deleted(BaseModel):
    """What was deleted; it can be restored for 30 days."""

    model_config = ConfigDict(extra="allow")

    id: str
    number: int
    title: str
    deleted: Literal[True] = True


class TaskPage(BaseModel):
    items: list[Task]
    next_cursor: str | None = None
