"""What one phrase says about one task."""

from dataclasses import dataclass
from typing import Literal

from todoku_calendar import Due, Recurrence

type Priority = Literal["high", "medium", "low"]
type ReminderSpec = dict[str, str]
"""`{"before": ISO 8601 duration}` or `{"at": RFC 3339 instant}`, as the interface carries it."""
type SpanKind = Literal[
    "date", "time", "recurrence", "reminder", "priority", "tag", "list", "literal", "verb"
]


@dataclass(frozen=True)
class Span:
    """Which part of the text was taken for what; offsets count code points, `end` is exclusive."""

    start: int
    end: int
    kind: SpanKind
    text: str


@dataclass(frozen=True)
class Draft:
    """A task as a phrase describes it. `title` may be empty when the phrase names none."""

    title: str
    due: Due | None = None
    recurrence: Recurrence | None = None
    reminders: tuple[ReminderSpec, ...] = ()
    priority: Priority | None = None
    tags: tuple[str, ...] = ()
    spans: tuple[Span, ...] = ()
    has_date: bool = False
    """The phrase itself names a day (not only a time that implies one)."""
    has_time: bool = False
    wants_reminder: bool = False
    """The phrase asks to be reminded, whether or not it says when."""
