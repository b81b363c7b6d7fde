"""Phrases that name one day."""

import re
from calendar import isleap, monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import MAXYEAR, date, timedelta
from typing import Literal

from todoku_language.phrases import Phrase
from todoku_language.words import (
    COUNT,
    MONTH,
    WEEKDAY,
    WEEKDAY_FULL,
    count,
    month,
    ordinal,
    weekday,
)

PREPOSITION = (
    r"(?:(?P<prep>(?:due\s+|deadline\s+)?(?:on|by|before|until|till|for|from|starting(?:\s+(?:on|from))?"
    r"|beginning|since)|due|deadline:?)\s+)?"
)


@dataclass(frozen=True)
class Found:
    """A day, where it was read, and a part of the day that it implies ("tonight")."""

    start: int
    end: int
    day: date
    part: str | None = None


type Sure = Literal["always", "edge", "both"]
"""When a form is a date and no part of the title: "edge" with a preposition or at the edge of the
text, "both" with a preposition and at the edge or the start."""


@dataclass(frozen=True)
class _Form:
    pattern: re.Pattern[str]
    day: Callable[[re.Match[str], date], date | None]
    sure: Sure


def find_day(phrase: Phrase, today: date) -> Found | None:
    """The first day that the phrase names, by the most specific form that fits."""
    for form in _FORMS:
        for match in phrase.find(form.pattern):
            if _is_date(phrase, form, match) and (found := _read(form, match, today)):
                return found
    return None


def _is_date(phrase: Phrase, form: _Form, match: re.Match[str]) -> bool:
    if form.sure == "always":
        return True
    # "for" and "from" begin many a title's last part: "notes for friday meeting".
    prepared = bool(match["prep"]) and not match["prep"].lower().startswith(("for", "from"))
    if form.sure == "edge":
        return prepared or phrase.at_edge(match)
    return bool(match["prep"]) and (
        phrase.at_edge(match) or not phrase.free[: match.start()].strip()
    )


def day_at(text: str, position: int, today: date) -> Found | None:
    """The day named exactly at `position` (after "until" or "starting")."""
    for form in _FORMS:
        if (match := form.pattern.match(text, position)) and (found := _read(form, match, today)):
            return found
    return None


def _read(form: _Form, match: re.Match[str], today: date) -> Found | None:
    try:
        day = form.day(match, today)
    except (ValueError, OverflowError):
        return None
    part = "night" if "tonight" in match.group().lower() else None
    # A due lies within the years that every zone and every store can hold.
    possible = day is not None and 1900 <= day.year < MAXYEAR - 1
    return Found(match.start(), match.end(), day, part) if day and possible else None


def _named(match: re.Match[str], today: date) -> date:
    offsets = {"today": 0, "tonight": 0, "day after tomorrow": 2, "overmorrow": 2}
    name = re.sub(r"\s+", " ", match["name"].lower()).removeprefix("the ")
    return today + timedelta(days=offsets.get(name, 1))


def _in_units(match: re.Match[str], today: date) -> date:
    amount, unit = count(match["count"]), match["unit"].lower()
    if unit.startswith("month"):
        return add_months(today, amount)
    if unit.startswith("year"):
        return add_months(today, 12 * amount)
    return today + timedelta(days=amount * (7 if unit.startswith("w") else 1))


def _weekday(match: re.Match[str], today: date) -> date:
    """ "friday": the next one after today; "next friday": the one of next week (from Monday)."""
    wanted = weekday(match["day"])
    if (match["which"] or "").lower() == "next":
        return today + timedelta(days=7 - today.weekday() + wanted)
    return today + timedelta(days=(wanted - today.weekday() - 1) % 7 + 1)


def _next_period(match: re.Match[str], today: date) -> date:
    period = match["period"].lower()
    if period == "month":
        return add_months(today.replace(day=1), 1)
    if period == "year":
        return date(today.year + 1, 1, 1)
    monday = today + timedelta(days=7 - today.weekday())
    return monday + timedelta(days=5) if period == "weekend" else monday


def _weekend(_: re.Match[str], today: date) -> date:
    return today + timedelta(days=max(5 - today.weekday(), 0))


def _end_of(match: re.Match[str], today: date) -> date:
    period = (match["period"] or match["short"][-1]).lower()
    following = (match["which"] or "").lower() == "next"
    if period.startswith("w"):
        return today + timedelta(days=6 - today.weekday() + 7 * following)
    if period.startswith("y"):
        return date(today.year + following, 12, 31)
    first = add_months(today.replace(day=1), int(following))
    return first.replace(day=monthrange(first.year, first.month)[1])


def _month_day(match: re.Match[str], today: date) -> date | None:
    return _dated(match["year"], month(match["month"]), int(re.sub(r"\D", "", match["d"])), today)


def _day_of_month(match: re.Match[str], today: date) -> date | None:
    """ "on the 31st": the next month that has it."""
    wanted = ordinal(match["ordinal"])
    if not 1 <= wanted <= 31:
        return None
    first = today.replace(day=1)
    if match["next"]:
        return add_months(first, 1).replace(day=wanted)
    for step in range(3):
        start = add_months(first, step)
        if wanted <= monthrange(start.year, start.month)[1] and start.replace(day=wanted) > today:
            return start.replace(day=wanted)
    return None


def _iso(match: re.Match[str], _: date) -> date:
    return date.fromisoformat(match["iso"])


def _numeric(match: re.Match[str], today: date) -> date | None:
    """12/24 or 24/12; where both readings are dates, none is taken: which one is not known."""
    first, second = int(match["a"]), int(match["b"])
    if first <= 12 and second <= 12 and first != second:
        return None
    day, month_ = (second, first) if second > 12 else (first, second)
    return _dated(match["year"], month_, day, today)


def _dotted(match: re.Match[str], today: date) -> date | None:
    return _dated(match["year"], int(match["b"]), int(match["a"]), today)


def _dated(year: str | None, month_: int, day: int, today: date) -> date | None:
    """Without a year: the next time the calendar has that day, today included."""
    if year:
        return date(int(year) + (2000 if len(year) == 2 else 0), month_, day)
    if (month_, day) == (2, 29):
        return next(
            date(y, 2, 29)
            for y in range(today.year, today.year + 9)
            if isleap(y) and date(y, 2, 29) >= today
        )
    this_year = date(today.year, month_, day)
    return this_year if this_year >= today else this_year.replace(year=today.year + 1)


def add_months(day: date, months: int) -> date:
    """The same day of a later month, or that month's last day."""
    year, index = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, index + 1, min(day.day, monthrange(year, index + 1)[1]))


def _form(
    body: str, day: Callable[[re.Match[str], date], date | None], sure: Sure = "always"
) -> _Form:
    # A possessive ("tomorrow's lunch") belongs to the title.
    pattern = rf"(?<![\w/.-]){PREPOSITION}(?:{body})(?![\w/]|['’]s|-\w|\.\d)"
    return _Form(re.compile(pattern, re.IGNORECASE), day, sure)


_NAMES = r"(?:the\s+)?day after tomorrow|overmorrow|today|tonight|tomorr?ow|tommorr?ow|tmrw|tmr"
_YEAR = r"(?:(?:,\s*|\s+)(?P<year>\d{4}))?"
_D = r"(?P<d>\d{1,2}(?:st|nd|rd|th)?)"
_WEEKDAY_BEFORE = rf"(?:{WEEKDAY},?\s+(?:the\s+)?)?"
_UNITS = rf"(?P<count>{COUNT})\s+(?P<unit>days?|weeks?|months?|years?)"
_PERIOD = r"(?:(?:the|this|(?P<which>next))\s+)?(?P<period>week|month|year)"
_FORMS = (
    _form(r"(?P<iso>\d{4}-\d{2}-\d{2})", _iso),
    _form(rf"(?P<name>{_NAMES})", _named),
    _form(rf"in\s+{_UNITS}(?:['’]?\s+time)?", _in_units),
    _form(rf"{_UNITS}\s+from\s+(?:now|today)", _in_units),
    _form(rf"{_WEEKDAY_BEFORE}(?P<month>{MONTH})\.?\s+(?:the\s+)?{_D}{_YEAR}", _month_day, "edge"),
    _form(
        rf"{_WEEKDAY_BEFORE}(?:the\s+)?{_D}\.?\s+(?:of\s+)?(?P<month>{MONTH}){_YEAR}",
        _month_day,
        "edge",
    ),
    _form(
        rf"(?:at\s+)?(?:the\s+)?(?:(?:end|last\s+day)\s+of\s+{_PERIOD}|(?P<short>eo[mwy]))", _end_of
    ),
    _form(
        r"(?:the\s+)?(?P<ordinal>\d{1,2}(?:st|nd|rd|th)|first)\s+(?:day\s+)?of\s+"
        r"(?:(?:the|this)\s+month|(?P<next>next\s+month))",
        _day_of_month,
    ),
    _form(r"(?:the\s+)?(?P<ordinal>\d{1,2}(?:st|nd|rd|th))(?P<next>)", _day_of_month, "both"),
    _form(r"next\s+(?P<period>week(?:end)?|month|year)", _next_period),
    _form(r"(?:this|the|coming)\s+weekend", _weekend),
    _form(rf"(?P<which>next|this(?:\s+coming)?|coming)\s+(?P<day>{WEEKDAY})", _weekday),
    _form(rf"(?P<which>)(?P<day>{WEEKDAY_FULL})", _weekday, "edge"),
    _form(rf"(?P<which>)(?P<day>{WEEKDAY})", _weekday, "both"),
    _form(r"(?!24/7)(?P<a>\d{1,2})/(?P<b>\d{1,2})(?:/(?P<year>\d{4}|\d{2}))?", _numeric, "edge"),
    _form(r"(?P<a>\d{1,2})\.(?P<b>\d{1,2})\.(?P<year>\d{4})", _dotted),
    _form(r"(?P<a>\d{1,2})\.(?P<b>\d{1,2})\.(?P<year>)", _dotted, "both"),
)
