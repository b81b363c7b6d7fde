"""From a rule to wall-clock moments: RFC 5545 section 3.3.10 in naive local time, bounded.

Every period of the rule (a year, month, week, day or hour) gives a sorted set of moments;
the first period is that of the start. dateutil is not used here because its search cannot be
bounded from outside, and it lacks SKIP and BYWEEKNO without BYDAY; the tests compare with it.
"""

import calendar
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from itertools import product

from todoku_calendar.dues import LAST_YEAR
from todoku_calendar.rules import Freq, Rule, Skip

WORK_LIMIT = 25_000
DAY = timedelta(days=1)


class Exhausted(Exception):
    """The work allowed for one expansion is used up."""


@dataclass
class Work:
    """Counts the periods and days looked at, so that every expansion ends."""

    left: int = field(default=WORK_LIMIT)

    def spend(self, amount: int = 1) -> None:
        self.left -= amount
        if self.left < 0:
            raise Exhausted


def moments(
    rule: Rule, start: datetime, work: Work, *, near: datetime | None = None
) -> Iterator[datetime]:
    """Wall-clock moments of `rule` from `start` on, ascending, without COUNT and UNTIL.

    With `near`, periods that lie wholly before it may be left out. Ends with LAST_YEAR;
    raises Exhausted when `work` is used up.
    """
    rule = with_implied_parts(rule, start.date())
    first = _periods_between(rule, start, near) if near and near > start else 0
    last: datetime | None = None
    try:
        for moment in _from_period(rule, start, first, work):
            if moment.year > LAST_YEAR:
                return
            if moment >= start and (last is None or moment > last):
                last = moment
                yield moment
    except OverflowError:
        return


def with_implied_parts(rule: Rule, start: date) -> Rule:
    """What the rule leaves open is taken from the start (its month, day of month or weekday)."""
    if rule.freq >= Freq.DAILY or rule.by_day or rule.by_month_day or rule.by_year_day:
        return rule
    if rule.freq == Freq.WEEKLY or rule.by_week_no:
        return replace(rule, by_day=((0, start.weekday()),))
    if rule.freq == Freq.YEARLY and not rule.by_month:
        rule = replace(rule, by_month=(start.month,))
    return replace(rule, by_month_day=(start.day,))


def _from_period(rule: Rule, start: datetime, first: int, work: Work) -> Iterator[datetime]:
    if rule.freq == Freq.HOURLY:
        yield from _hours(rule, start, first, work)
        return
    times = [
        time(hour, minute)
        for hour, minute in product(
            rule.by_hour or (start.hour,), rule.by_minute or (start.minute,)
        )
    ]
    index = first
    while True:
        work.spend()
        days = sorted(set(_days_of_period(rule, start.date(), index * rule.interval, work)))
        yield from _positions(rule, [datetime.combine(d, t) for d in days for t in times])
        index += 1


def _positions(rule: Rule, found: list[datetime]) -> list[datetime]:
    """BYSETPOS: the n-th of the period's set, counted from its start or its end."""
    if not rule.by_set_pos:
        return found
    size = len(found)
    chosen = {p - 1 if p > 0 else size + p for p in rule.by_set_pos}
    return [found[i] for i in sorted(chosen) if 0 <= i < size]


def _days_of_period(rule: Rule, start: date, steps: int, work: Work) -> list[date]:
    if rule.freq == Freq.YEARLY:
        days = _days_of_year(rule, _year(start.year + steps), work)
    elif rule.freq == Freq.MONTHLY:
        year, month = divmod(start.year * 12 + start.month - 1 + steps, 12)
        days = _days_of_month(rule, _year(year), month + 1, work)
    elif rule.freq == Freq.WEEKLY:
        days = _week(_week_of(start, rule.week_start) + 7 * steps * DAY)
        days = [d for d in days if _fits_month(rule, d) and _fits_weekday(rule, d)]
    else:
        days = [d for d in [start + steps * DAY] if _fits_day(rule, d)]
    work.spend(len(days))
    return days


def _year(year: int) -> int:
    if year > LAST_YEAR:
        raise OverflowError
    return year


def _days_of_year(rule: Rule, year: int, work: Work) -> list[date]:
    if rule.by_week_no:
        found = _days_of_weeks(rule, year)
        return [d for d in found if _fits_day(rule, d) and _fits_year_day(rule, d)]
    if rule.by_year_day:
        length = _year_length(year)
        numbers = {n if n > 0 else length + 1 + n for n in rule.by_year_day}
        found = [date(year, 1, 1) + (n - 1) * DAY for n in sorted(numbers) if 1 <= n <= length]
        return [d for d in found if _fits_day(rule, d)]
    months = rule.by_month or range(1, 13)
    return [day for month in months for day in _days_of_month(rule, year, month, work)]


def _days_of_month(rule: Rule, year: int, month: int, work: Work) -> list[date]:
    if not 1 <= month <= 12 or (rule.by_month and month not in rule.by_month):
        return []
    length = calendar.monthrange(year, month)[1]
    if rule.by_month_day:
        numbers = _month_day_numbers(rule, length)
        found = [date(year, month, 1) + (n - 1) * DAY for n in sorted(numbers)]
    else:
        found = [date(year, month, n) for n in range(1, length + 1)]
    work.spend(len(found))
    return [d for d in found if _fits_weekday(rule, d)] if rule.by_day else found


def _month_day_numbers(rule: Rule, length: int) -> set[int]:
    """Days of a month of `length` days; one past the end follows SKIP (RFC 7529, section 4.1)."""
    skip: Skip = rule.skip or "OMIT"
    past_end: dict[Skip, list[int]] = {"OMIT": [], "BACKWARD": [length], "FORWARD": [length + 1]}
    numbers: set[int] = set()
    for n in rule.by_month_day:
        day = n if n > 0 else length + 1 + n
        numbers.update([day] if 1 <= day <= length else past_end[skip] if day > length else [])
    return numbers


def _days_of_weeks(rule: Rule, year: int) -> list[date]:
    """Days of the chosen weeks; week 1 is the first with four days in the year (WKST respected)."""
    first = _first_week(year, rule.week_start)
    total = (_first_week(year + 1, rule.week_start) - first).days // 7
    weeks = sorted({n if n > 0 else total + 1 + n for n in rule.by_week_no})
    return [day for n in weeks if 1 <= n <= total for day in _week(first + 7 * (n - 1) * DAY)]


def _first_week(year: int, week_start: int) -> date:
    return _week_of(date(year, 1, 4), week_start)


def _week_of(day: date, week_start: int) -> date:
    return day - (day.weekday() - week_start) % 7 * DAY


def _week(first: date) -> list[date]:
    return [first + n * DAY for n in range(7)]


def _fits_day(rule: Rule, day: date) -> bool:
    return _fits_month(rule, day) and _fits_weekday(rule, day) and _fits_month_day(rule, day)


def _fits_month(rule: Rule, day: date) -> bool:
    return not rule.by_month or day.month in rule.by_month


def _fits_weekday(rule: Rule, day: date) -> bool:
    """BYDAY; a numbered weekday is the n-th of the month, or of the year when no month is named."""
    candidates = [n for n, weekday in rule.by_day if weekday == day.weekday()]
    if not rule.by_day or 0 in candidates:
        return True
    if not candidates:
        return False
    by_year = rule.freq == Freq.YEARLY and not rule.by_month
    position = day.timetuple().tm_yday if by_year else day.day
    length = _year_length(day.year) if by_year else calendar.monthrange(day.year, day.month)[1]
    ahead, behind = (position - 1) // 7 + 1, -((length - position) // 7 + 1)
    return ahead in candidates or behind in candidates


def _fits_month_day(rule: Rule, day: date) -> bool:
    if not rule.by_month_day:
        return True
    length = calendar.monthrange(day.year, day.month)[1]
    return day.day in rule.by_month_day or day.day - length - 1 in rule.by_month_day


def _fits_year_day(rule: Rule, day: date) -> bool:
    if not rule.by_year_day:
        return True
    length = _year_length(day.year)
    number = day.timetuple().tm_yday
    return number in rule.by_year_day or number - length - 1 in rule.by_year_day


def _year_length(year: int) -> int:
    return 366 if calendar.isleap(year) else 365


def _hours(rule: Rule, start: datetime, first: int, work: Work) -> Iterator[datetime]:
    """Wall-clock hours, every INTERVAL from the start; a day that does not fit is jumped over."""
    hour = start.replace(minute=0)
    minutes = rule.by_minute or (start.minute,)
    index = first
    while True:
        work.spend()
        at = hour + timedelta(hours=index * rule.interval)
        if not (_fits_day(rule, at.date()) and _fits_year_day(rule, at.date())):
            midnight = datetime.combine(at.date() + DAY, time.min)
            index = -(-int((midnight - hour).total_seconds() // 3600) // rule.interval)
            continue
        if not rule.by_hour or at.hour in rule.by_hour:
            yield from _positions(rule, [at.replace(minute=m) for m in minutes])
        index += 1


def _periods_between(rule: Rule, start: datetime, near: datetime) -> int:
    """Index of a period at or before `near`, two earlier for weeks and skips that reach over."""
    days = (near.date() - start.date()).days
    steps = {
        Freq.YEARLY: near.year - start.year,
        Freq.MONTHLY: (near.year - start.year) * 12 + near.month - start.month,
        Freq.WEEKLY: days // 7,
        Freq.DAILY: days,
        Freq.HOURLY: int((near - start).total_seconds() // 3600),
    }[rule.freq]
    return max(0, steps // rule.interval - 2)
