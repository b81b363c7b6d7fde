"""Occurrences of a rule: wall-clock moments given their instants by the policies on time."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from heapq import heappop, heappush
from itertools import islice
from zoneinfo import ZoneInfo

from todoku_calendar.dues import Due, gap_length, instant, second_instant
from todoku_calendar.expansion import Exhausted, Work, moments
from todoku_calendar.rules import Freq, Rule, RuleError, Until, parse_rule

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Occurrence:
    """What the wall clock says, the UTC instant, and what a clock change did to it."""

    due: Due
    at: datetime
    note: str | None = None


def validate_rule(rule: str, start: Due) -> None:
    """Raises RuleError when `rule` is malformed, unsuited to `start`, or never happens.

    Whether it ever happens is judged without clamping, so that 30 February is an error and
    not a way to write its last day; a SKIP in the rule itself is respected.
    """
    _valid(rule, start)


@lru_cache(maxsize=512)
def _valid(text: str, start: Due) -> Rule:
    rule = parse_rule(text)
    if start.time is None and (rule.freq == Freq.HOURLY or rule.by_hour or rule.by_minute):
        raise RuleError("A rule with hours or minutes needs a due with a time of day.")
    try:
        if next(moments(rule, start.wall, Work()), None) is None:
            raise RuleError("No date of the calendar fits this rule.")
    except Exhausted:
        raise RuleError("No date that fits this rule was found within the work allowed.") from None
    return rule


def occurrences(
    rule: str,
    start: Due,
    zone: str,
    *,
    count: int,
    after: datetime | None = None,
    clamp: bool = True,
) -> list[Occurrence]:
    """The first `count` occurrences of the series that begins at `start`, ascending.

    `zone` (the user's) is used where `start` is floating or all day. With `after` (aware), only
    those strictly after it; COUNT still counts from the start. `clamp`: a monthly or yearly rule
    without SKIP takes the month's last day where its day is missing; otherwise RFC 5545 leaves
    that month out. A start that does not fit the rule is no occurrence. Raises RuleError, also
    when nothing is found within the work allowed.
    """
    found: list[Occurrence] = []
    try:
        ahead = series(_valid(rule, start), start, zone, after=after, clamp=clamp)
        # Item by item, so that what was found stays when the work allowed ends.
        for occurrence in islice(ahead, count):
            found.append(occurrence)  # noqa: PERF402
    except Exhausted:
        if not found:
            raise RuleError("The next date of this rule lies too far away to be found.") from None
    return found


def series(
    rule: Rule, start: Due, zone: str, *, after: datetime | None, clamp: bool
) -> Iterator[Occurrence]:
    """All occurrences after `after`, lazily. Raises Exhausted when the work allowed is used up."""
    zone = start.zone(zone)
    near = after.astimezone(ZoneInfo(zone)).replace(tzinfo=None) - DAY if after else None
    walls = moments(
        _clamped(rule) if clamp else rule, start.wall, Work(), near=None if rule.count else near
    )
    for number, found in enumerate(_in_order(rule, start, zone, walls)):
        if (rule.count and number >= rule.count) or _is_past(rule.until, found):
            return
        if after is None or found.at > after:
            yield found


def _clamped(rule: Rule) -> Rule:
    """Clamping is SKIP=BACKWARD, for rules of plain days of the month without SKIP."""
    plain = rule.freq in (Freq.MONTHLY, Freq.YEARLY) and not (
        rule.by_day or rule.by_set_pos or rule.skip
    )
    return replace(rule, skip="BACKWARD") if plain else rule


def _is_past(until: Until | None, found: Occurrence) -> bool:
    """Whether it lies after UNTIL; a date holds for its whole day, for all-day dues as written."""
    if until is None:
        return False
    if until.day_only or not found.due.time:
        return found.due.date > until.moment.date()
    if until.utc:
        return found.at > until.moment.replace(tzinfo=UTC)
    return found.due.wall > until.moment


def _in_order(rule: Rule, start: Due, zone: str, walls: Iterator[datetime]) -> Iterator[Occurrence]:
    """Ascending by instant, each instant once; one that exists goes before one moved out of a gap.

    Only around a clock change is anything held back until the next moment is known.
    """
    held: list[tuple[datetime, bool, int, Occurrence]] = []
    last: datetime | None = None

    def release(before: datetime | None) -> Iterator[Occurrence]:
        nonlocal last
        while held and (before is None or held[0][0] < before):
            at, _, _, occurrence = heappop(held)
            if last is None or at > last:
                last = at
                yield occurrence

    try:
        for order, wall in enumerate(walls):
            found = _at(rule, start, zone, wall)
            if found:
                yield from release(found[0].at)
            for occurrence in found:
                heappush(held, (occurrence.at, occurrence.note is not None, order, occurrence))
            if not any(note for _, note, _, _ in held):
                yield from release(None)
    except Exhausted:
        yield from release(None)
        raise
    yield from release(None)


def _at(rule: Rule, start: Due, zone: str, wall: datetime) -> list[Occurrence]:
    """Of one wall-clock moment: one as a rule, none or one in a gap, one or two in an overlap."""
    due = replace(start, date=wall.date(), time=wall.time() if start.time else None)
    at = instant(wall, zone)
    if gap := gap_length(wall, zone):
        # Hours that the clock leaves out are not caught up beside the next hour of the series.
        if rule.freq == Freq.HOURLY and not rule.by_hour and gap >= timedelta(hours=rule.interval):
            return []
        return [Occurrence(due, at, _gap_note(due, at, zone))]
    second = second_instant(wall, zone) if start.time else None
    if second is None:
        return [Occurrence(due, at)]
    note = f"{due.time:%H:%M} happens twice on {due.date} in {zone}: this is the"
    if rule.freq == Freq.HOURLY:
        return [Occurrence(due, at, f"{note} first."), Occurrence(due, second, f"{note} second.")]
    return [Occurrence(due, at, f"{note} first.")]


def _gap_note(due: Due, at: datetime, zone: str) -> str | None:
    local = at.astimezone(ZoneInfo(zone))
    if due.time:
        instead = f"{local:%H:%M}" + (f" on {local.date()}" if local.date() != due.date else "")
        return f"{due.time:%H:%M} does not exist on {due.date} in {zone}: {instead} instead."
    if local.date() != due.date:
        return f"{due.date} does not exist in {zone}: {local.date()} instead."
    return None
