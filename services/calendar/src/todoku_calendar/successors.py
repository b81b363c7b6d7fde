"""What follows an occurrence when it is completed."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import takewhile
from typing import Any, Literal, Self
from zoneinfo import ZoneInfo

from todoku_calendar.dues import Due, local_today, resolve
from todoku_calendar.expansion import Exhausted
from todoku_calendar.occurrences import Occurrence, occurrences, series, validate_rule
from todoku_calendar.rules import Freq, RuleError, parse_rule

Mode = Literal["schedule", "completion"]

MISSED_LIMIT = 500
"""At most so many missed occurrences are named: the first ones after the due."""


@dataclass(frozen=True)
class Recurrence:
    """A rule (RRULE value without its prefix) and what the next occurrence is counted from."""

    rule: str
    mode: Mode = "schedule"

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """From `{"rule", "mode"?}`; validate_rule checks the rule itself. Raises RuleError."""
        rule, mode = data.get("rule"), data.get("mode", "schedule")
        if not isinstance(rule, str) or mode not in ("schedule", "completion"):
            raise RuleError('A recurrence is a rule and a mode, "schedule" or "completion".')
        return cls(rule, mode)

    def to_dict(self) -> dict[str, str]:
        return {"rule": self.rule, "mode": self.mode}


@dataclass(frozen=True)
class NextResult:
    """The next occurrence, or None when the series has ended, and those passed over on the way."""

    next: Occurrence | None
    missed: list[Occurrence] = field(default_factory=list)


def next_occurrence(
    rule: str,
    mode: Mode,
    due: Due,
    completed_at: datetime,
    zone: str,
    *,
    anchor: Due | None = None,
    slot: Due | None = None,
    number: int | None = None,
    clamp: bool = True,
) -> NextResult:
    """The occurrence after the one due at `due`, completed at the instant `completed_at`.

    `anchor` is the first due of the series (without it, `due`): it keeps the day and time that
    recur, and COUNT counts from it. `slot` is the due the rule had planned where the occurrence
    was moved since. `number` says how many-th occurrence this is, which COUNT needs in mode
    "completion". Raises RuleError.
    """
    validate_rule(rule, anchor or due)
    if mode == "completion":
        return NextResult(_after_completion(rule, due, completed_at, zone, number, clamp))
    start = anchor or due
    planned = max(resolve(each, zone) for each in (due, slot) if each)
    after = max(planned, completed_at)
    found = occurrences(rule, start, zone, count=1, after=after, clamp=clamp)
    return NextResult(
        found[0] if found else None, _missed(rule, start, zone, planned, after, clamp)
    )


def _missed(
    rule: str, start: Due, zone: str, planned: datetime, after: datetime, clamp: bool
) -> list[Occurrence]:
    try:
        later = series(parse_rule(rule), start, zone, after=planned, clamp=clamp)
        passed = takewhile(lambda found: found.at <= after, later)
        return [found for found, _ in zip(passed, range(MISSED_LIMIT), strict=False)]
    except Exhausted:
        return []


def _after_completion(
    rule: str, due: Due, completed_at: datetime, zone: str, number: int | None, clamp: bool
) -> Occurrence | None:
    """Counted from the local date of completion, time of day kept; hours from the moment itself."""
    parsed = parse_rule(rule)
    if parsed.count and number is not None and number >= parsed.count:
        return None
    local = completed_at.astimezone(ZoneInfo(due.zone(zone)))
    base = replace(due, date=local_today(completed_at, due.zone(zone)))
    if parsed.freq == Freq.HOURLY:
        base = replace(base, time=local.time().replace(second=0, microsecond=0))
    after = max(resolve(base, zone), completed_at)
    if parsed.by_day or parsed.by_month_day or parsed.by_year_day or parsed.by_week_no:
        # Done ahead of its day, a rule that names days would give that very day again.
        after = max(after, resolve(due, zone))
    return next(series(replace(parsed, count=None), base, zone, after=after, clamp=clamp), None)
