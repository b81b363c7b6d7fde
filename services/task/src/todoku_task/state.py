"""A task as it is, in the words that storage, events and callers share."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from enum import StrEnum
from functools import lru_cache
from typing import Any, Literal, TypedDict

from todoku_calendar import Due, resolve


class DueState(TypedDict):
    """`date` YYYY-MM-DD, `time` HH:MM or null (all day), `timezone` IANA or null (the user's)."""

    date: str
    time: str | None
    timezone: str | None


class RecurrenceState(TypedDict):
    rule: str
    mode: Literal["schedule", "completion"]


@dataclass(frozen=True)
class Task:
    """A task as it is stored and as events carry it: instants are RFC 3339 texts in UTC."""

    id: str
    number: int
    title: str
    description: str
    status: Literal["open", "done"]
    completed_at: str | None
    priority: Literal["high", "medium", "low"] | None
    tags: list[str]
    list_id: str | None
    parent_id: str | None
    due: DueState | None
    reminders: list[dict[str, str]]
    recurrence: RecurrenceState | None
    series_id: str | None
    predecessor_id: str | None
    position: str | None
    version: int
    source: str
    created_at: str
    updated_at: str
    deleted_at: str | None
    # From here on only the service's own business.
    external_id: str | None
    withdrawn: bool
    changed_by: str
    command_sequence: int | None

    @property
    def done(self) -> bool:
        return self.status == "done"

    @property
    def untouched(self) -> bool:
        """Whether no one but the system ever changed it."""
        return self.changed_by.startswith(SYSTEM)

    def state(self, zone: str) -> dict[str, Any]:
        """What callers see; `zone` is the user's, in which a floating due has its instant."""
        own = vars(self)
        seen = {name: own[name] for name in SEEN}
        seen["due_at"] = due_at(self.due, zone)
        return seen


SYSTEM = "system:"
PRIVATE = ("external_id", "withdrawn", "changed_by", "command_sequence")
SEEN = tuple(name for name in Task.__dataclass_fields__ if name not in PRIVATE)


class Kind(StrEnum):
    CREATED = "created"
    UPDATED = "updated"
    COMPLETED = "completed"
    REOPENED = "reopened"
    RESCHEDULED = "rescheduled"
    DELETED = "deleted"
    RESTORED = "restored"


@dataclass(frozen=True)
class State:
    """What a command is decided by; `predecessor` only for commands about a successor."""

    task: Task | None
    predecessor: Task | None = None


@dataclass(frozen=True)
class Change:
    """A new version of a task; `read` are tasks that must still be as the decision saw them."""

    task: Task
    kind: Kind
    changed: tuple[str, ...]
    read: tuple[Task, ...] = ()


def instant(moment: datetime) -> str:
    """RFC 3339 in UTC with microseconds, as the database renders it too."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")[:-6] + "Z"


def due_at(due: DueState | None, zone: str) -> str | None:
    """The instant of a due with a time; `zone` is the user's. Null when it is a whole day."""
    if due is None or due["time"] is None:
        return None
    return _due_at(due["date"], due["time"], due["timezone"], zone)


@lru_cache(maxsize=4096)
def _due_at(day: str, clock: str, timezone: str | None, zone: str) -> str:
    due = Due(date.fromisoformat(day), time.fromisoformat(clock), timezone)
    return resolve(due, zone).isoformat(timespec="seconds")[:-6] + "Z"
