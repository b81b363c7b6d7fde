"""What a message asks for: steps, in the order they are to be done."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

from todoku_language.drafts import Draft, Priority

type ClearableField = Literal["due", "recurrence", "reminders", "priority", "tags"]


@dataclass(frozen=True)
class Target:
    """The task a step is about, as it was said.

    `name`: a title or words of it · `number`: "task 12" · `ordinal`: "the second one" (from 1; -1
    is the last) · `it`: the one spoken of last · `all`: more than one ("them", "everything").
    """

    kind: Literal["name", "number", "ordinal", "it", "all"]
    text: str
    value: int = 0


@dataclass(frozen=True)
class Changes:
    """What an update changes; what is left out stays. `draft` holds the new fields."""

    title: str | None = None
    draft: Draft = field(default_factory=lambda: Draft(title=""))
    shift: timedelta | None = None
    clear: tuple[ClearableField, ...] = ()


@dataclass(frozen=True)
class Add:
    draft: Draft


@dataclass(frozen=True)
class ListTasks:
    """Filters; `on` to `until` are local days, both included. Without any: everything open."""

    status: Literal["open", "done", "all"] = "open"
    due: Literal["today", "overdue", "week", "none"] | None = None
    on: date | None = None
    until: date | None = None
    priority: Priority | None = None
    tag: str | None = None
    query: str | None = None


@dataclass(frozen=True)
class Complete:
    target: Target


@dataclass(frozen=True)
class Reopen:
    target: Target


@dataclass(frozen=True)
class Delete:
    target: Target


@dataclass(frozen=True)
class Update:
    target: Target
    changes: Changes


@dataclass(frozen=True)
class Help:
    pass


@dataclass(frozen=True)
class Cancel:
    """The answer "no" or "never mind" to a question."""


@dataclass(frozen=True)
class Unknown:
    """Not understood; `reason` is a sentence for people when more than that can be said."""

    text: str
    reason: str = ""


type Targeted = Complete | Reopen | Delete | Update
type Step = Add | ListTasks | Targeted | Help | Cancel | Unknown


@dataclass(frozen=True)
class Plan:
    steps: tuple[Step, ...]
    language: Literal["en"] = "en"
