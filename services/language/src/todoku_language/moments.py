"""All that a phrase says about when, put together."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from todoku_calendar import Due, Recurrence, RuleError, occurrences, resolve

from todoku_language.dates import Found, find_day
from todoku_language.phrases import Phrase
from todoku_language.repeats import FoundRepeat, find_end, find_repeat
from todoku_language.times import (
    PARTS,
    FoundInstant,
    FoundTime,
    find_instant,
    find_time,
    floor_minute,
    in_part,
)

ROUNDS = 3
"""A date may stand beside a time that is only recognised beside the date, and the reverse."""


@dataclass(frozen=True)
class When:
    """What was read; `due` is worked out from it."""

    day: date | None = None
    clock: time | None = None
    timezone: str | None = None
    at: datetime | None = None
    recurrence: Recurrence | None = None
    next_day: bool = False
    today: bool = False
    bare: bool = False

    @property
    def anything(self) -> bool:
        return bool(self.day or self.clock or self.at or self.recurrence)

    def due(self, now: datetime, zone: str) -> Due | None:
        """`now` is aware; a due without a zone of its own is read in `zone`. Past times roll on."""
        local = now.astimezone(ZoneInfo(self.timezone or zone))
        if self.at and not self.recurrence:
            wall = floor_minute(self.at.astimezone(ZoneInfo(zone)))
            return Due(wall.date(), wall.time())
        if self.recurrence:
            return self._first(self.recurrence.rule, local, now)
        if self.day is None and self.clock is None:
            return None
        if self.day is None:
            due = Due(local.date(), self._hour(local), self.timezone)
            passed = resolve(due, zone) <= now and not self.today
            return replace(due, date=due.date + timedelta(days=1)) if passed else due
        day = self.day + timedelta(days=1) if self.next_day else self.day
        return Due(day, self._hour(local) if day == local.date() else self.clock, self.timezone)

    def _hour(self, local: datetime) -> time | None:
        """ "at 9" said about today when 9:00 has passed means 21:00."""
        if self.clock is None or not self.bare or self.clock.hour >= 12:
            return self.clock
        passed = (self.today or self.day == local.date()) and self.clock < local.time()
        return self.clock.replace(hour=self.clock.hour + 12) if passed else self.clock

    def _first(self, rule: str, local: datetime, now: datetime) -> Due:
        """The first date of the rule from the day said (or today) on, strictly after now."""
        if "FREQ=HOURLY" in rule:
            return self._first_hour(rule, local)
        start = Due(self.day or local.date(), self.clock, self.timezone)
        # The interval counts from the first date, so the first date itself is found without it;
        # a start in the middle of a period would otherwise lose up to the whole interval.
        parts = [p for p in rule.split(";") if not p.startswith(("INTERVAL=", "COUNT=", "UNTIL="))]
        after = now if self.clock and not self.day else None
        try:
            found = occurrences(";".join(parts), start, str(local.tzinfo), count=1, after=after)
        except RuleError:
            return start
        return found[0].due if found else start

    def _first_hour(self, rule: str, local: datetime) -> Due:
        if self.clock:
            due = Due(self.day or local.date(), self.clock, self.timezone)
            return (
                due
                if due.wall > local.replace(tzinfo=None)
                else replace(due, date=due.date + timedelta(days=1))
            )
        parts = dict(p.split("=") for p in rule.split(";"))
        wall = floor_minute(local.replace(tzinfo=None)) + timedelta(
            hours=int(parts.get("INTERVAL", 1))
        )
        return Due(wall.date(), wall.time(), self.timezone)


def find_when(phrase: Phrase, now: datetime, zone: str) -> When:
    """Takes the repeat, the dates and the times out of the phrase."""
    today = now.astimezone(ZoneInfo(zone)).date()
    repeat = _take_repeat(phrase, today)
    found_at = find_instant(phrase, now)
    if found_at:
        phrase.take(found_at.start, found_at.end, "time")
        return _when(None, [], repeat, found_at)
    day: Found | None = None
    times: list[FoundTime] = []
    for _ in range(ROUNDS):
        if day is None and (day := find_day(phrase, today)):
            phrase.take(day.start, day.end, "date")
        if len(times) < 2 and (found := find_time(phrase)) and _adds(times, found):
            phrase.take(found.start, found.end, "time")
            times.append(found)
        # "daily" is a repeat at the end of the text, or beside a time that was read meanwhile.
        repeat = repeat or _take_repeat(phrase, today)
    return _when(day, times, repeat, None)


def _take_repeat(phrase: Phrase, today: date) -> FoundRepeat | None:
    repeat = find_repeat(phrase, today)
    if repeat is None:
        return None
    ends = find_end(phrase, repeat, today)
    phrase.take(repeat.start, repeat.end, "recurrence")
    if ends is None:
        return repeat
    phrase.take(ends[0], ends[1], "recurrence")
    return replace(
        repeat, recurrence=replace(repeat.recurrence, rule=repeat.recurrence.rule + ends[2])
    )


def _adds(times: list[FoundTime], found: FoundTime) -> bool:
    """A clock time and a part of the day go together; two of a kind do not."""
    return all(t.is_part != found.is_part for t in times)


def _when(
    day: Found | None, times: list[FoundTime], repeat: FoundRepeat | None, at: FoundInstant | None
) -> When:
    clock = next((t for t in times if not t.is_part), None)
    part = next((t for t in times if t.is_part), None)
    name = next(
        (n for n, hour in PARTS.items() if part and not part.next_day and hour == part.clock), None
    )
    if day and day.part:
        name = day.part
    if repeat and repeat.clock:
        name = next(n for n, hour in PARTS.items() if hour == repeat.clock)
    hour = in_part(clock, name) if clock else part.clock if part else PARTS[name] if name else None
    return When(
        day=day.day if day else None,
        clock=hour,
        timezone=clock.timezone if clock else None,
        at=at.at if at else None,
        recurrence=repeat.recurrence if repeat else None,
        next_day=bool(part and part.next_day and not clock),
        today=bool(part and part.today),
        bare=bool(clock and clock.bare),
    )
