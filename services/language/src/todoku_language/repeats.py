"""Phrases that say how a task repeats, as an RFC 5545 rule."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, time

from todoku_calendar import Mode, Recurrence

from todoku_language.dates import day_at
from todoku_language.phrases import Phrase
from todoku_language.times import PARTS
from todoku_language.words import (
    COUNT,
    MONTH,
    ORDINAL,
    WEEKDAY,
    WEEKDAYS,
    count,
    month,
    ordinal,
    weekday,
)

_EVERY = r"(?:every|each|evry)(?P<bang>!?)\s+(?:single\s+)?"
_DONE = (
    r"(?P<after>\s+(?:after|from|when|once)\s+(?:i\s+|it['’]?s?\s+(?:is\s+)?)?(?:completion"
    r"|completed?|complete it|done|finished|finishing|doing it))?"
)
_JOIN = r"(?:\s*,\s*(?:and\s+)?|\s+and\s+(?:on\s+)?|\s*&\s*|\s*/\s*)"
_DAYS = rf"(?P<days>{WEEKDAY}(?:{_JOIN}{WEEKDAY})*)"
_DATES = rf"(?P<dates>(?:the\s+)?{ORDINAL}(?:{_JOIN}(?:the\s+)?{ORDINAL})*)"
_LAST_DAY = r"(?:the\s+)?(?P<last>last\s+day|end)"
_MONTH_DAY = (
    rf"(?:(?P<month>{MONTH})\.?\s+(?:the\s+)?(?P<d>\d{{1,2}})(?:st|nd|rd|th)?|(?:the\s+)?"
    rf"(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<month2>{MONTH}))"
)
_NTH_DAYS = rf"(?P<nth>{ORDINAL}|last)\s+(?P<nthday>{WEEKDAY}|day|weekday|work(?:ing\s+)?day)"
_OTHER = rf"(?P<n>other|alternate|second|third|fourth|\d{{1,3}}(?:st|nd|rd|th)?|{COUNT})\s+"
_MONTHLY = r"(?:of\s+)?(?:every|each)(?P<bang>!?)\s+month"
_DETAIL = (
    rf"(?:,?\s+(?:on|at)\s+(?:(?:the\s+)?{_NTH_DAYS}|{_LAST_DAY}(?:\s+of\s+the\s+month)?|{_DATES}"
    rf"|{_DAYS}|{_MONTH_DAY}))?"
)
_PARTS = "|".join(PARTS)

_FREQUENCIES = {
    "day": "DAILY",
    "week": "WEEKLY",
    "month": "MONTHLY",
    "year": "YEARLY",
    "hour": "HOURLY",
    "fortnight": "WEEKLY",
    "quarter": "MONTHLY",
}
_ADVERBS = {
    "daily": ("day", 1),
    "weekly": ("week", 1),
    "monthly": ("month", 1),
    "yearly": ("year", 1),
    "annually": ("year", 1),
    "hourly": ("hour", 1),
    "biweekly": ("week", 2),
    "bi-weekly": ("week", 2),
    "fortnightly": ("week", 2),
    "quarterly": ("month", 3),
    "bimonthly": ("month", 2),
    "nightly": ("day", 1),
}
_WORKDAYS = "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"
_WEEKEND = "FREQ=WEEKLY;BYDAY=SA,SU"


@dataclass(frozen=True)
class FoundRepeat:
    start: int
    end: int
    recurrence: Recurrence
    clock: time | None = None
    """A part of the day that the phrase names ("every morning")."""


@dataclass(frozen=True)
class _Form:
    pattern: re.Pattern[str]
    rule: Callable[[re.Match[str]], str | None]
    doubtful: bool = False


def find_repeat(phrase: Phrase, today: date) -> FoundRepeat | None:
    for form in _FORMS:
        for match in phrase.find(form.pattern):
            if form.doubtful and not phrase.at_edge(match):
                continue
            if rule := form.rule(match):
                return _ended(phrase, _found(match, rule), today)
    return None


def _found(match: re.Match[str], rule: str) -> FoundRepeat:
    groups = match.groupdict()
    mode: Mode = "completion" if groups.get("bang") or groups.get("after") else "schedule"
    part = PARTS.get((groups.get("part") or "").lower())
    return FoundRepeat(match.start(), match.end(), Recurrence(rule, mode), part)


_UNTIL = re.compile(r"\s*,?\s*(?:until|till|til|ending(?:\s+on)?|through|up to)\s+", re.IGNORECASE)
_COUNTED = r"(?:for\s+)?(?P<n>\d{1,3})\s+(?:times|occurrences)\b"
_TIMES = re.compile(rf"\s*,?\s*{_COUNTED}", re.IGNORECASE)
_TIMES_ANYWHERE = re.compile(rf"(?<!\w){_COUNTED}", re.IGNORECASE)
_ENDS = re.compile(r"(?<!\w)(?:until|till|til|ending(?:\s+on)?|through)\s+", re.IGNORECASE)


def _ended(phrase: Phrase, found: FoundRepeat, today: date) -> FoundRepeat:
    """With "until 31 December" or "10 times" that follows, also after a time of day."""
    if times := _TIMES.match(phrase.free, found.end):
        rule = f"{found.recurrence.rule};COUNT={int(times['n'])}"
        return replace(found, end=times.end(), recurrence=replace(found.recurrence, rule=rule))
    match = _UNTIL.match(phrase.free, found.end)
    day = day_at(phrase.free, match.end(), today) if match else None
    if day is None:
        return found
    rule = f"{found.recurrence.rule};UNTIL={day.day:%Y%m%d}"
    return replace(found, end=day.end, recurrence=replace(found.recurrence, rule=rule))


def find_end(phrase: Phrase, found: FoundRepeat, today: date) -> tuple[int, int, str] | None:
    """An "until …" or "10 times" elsewhere in the text, as a rule part with its place."""
    if re.search("COUNT|UNTIL", found.recurrence.rule):
        return None
    for match in phrase.find(_ENDS):
        if day := day_at(phrase.free, match.end(), today):
            return match.start(), day.end, f";UNTIL={day.day:%Y%m%d}"
    for match in phrase.find(_TIMES_ANYWHERE):
        return match.start(), match.end(), f";COUNT={int(match['n'])}"
    return None


def _every_unit(match: re.Match[str]) -> str | None:
    unit = match["unit"].lower().rstrip("s")
    size = {"fortnight": 2, "quarter": 3}.get(unit, 1)
    return _rule(_FREQUENCIES[unit], size * _interval(match["n"]), match)


def _adverb(match: re.Match[str]) -> str | None:
    unit, interval = _ADVERBS[match["adverb"].lower()]
    return _rule(_FREQUENCIES[unit], interval, match)


def _rule(frequency: str, interval: int, match: re.Match[str]) -> str | None:
    if not 1 <= interval <= 1000:
        return None
    head = f"FREQ={frequency}" + (f";INTERVAL={interval}" if interval > 1 else "")
    detail = _detail(match)
    if detail and frequency == "DAILY":
        return None
    return head + (f";{detail}" if detail else "")


def _detail(match: re.Match[str]) -> str:
    """The BY parts of "on the 1st", "on monday and thursday", "on the last friday", "on May 5"."""
    groups = match.groupdict()
    if groups.get("nth"):
        return _nth(match)
    if groups.get("last"):
        return "BYMONTHDAY=-1"
    if groups.get("dates"):
        found = sorted({ordinal(o) for o in re.findall(ORDINAL, match["dates"], re.IGNORECASE)})
        return f"BYMONTHDAY={','.join(map(str, found))}" if found[-1] <= 31 and found[0] > 0 else ""
    if groups.get("days"):
        return f"BYDAY={_by_day(match['days'])}"
    name, day = groups.get("month") or groups.get("month2"), groups.get("d") or groups.get("d2")
    return f"BYMONTH={month(name)};BYMONTHDAY={int(day)}" if name and day else ""


def _nth(match: re.Match[str]) -> str:
    number, day = ordinal(match["nth"]), match["nthday"].lower()
    if day == "day":
        return f"BYMONTHDAY={number}"
    if day.startswith("w") and "day" in day and not day.startswith("wed"):
        return f"BYDAY=MO,TU,WE,TH,FR;BYSETPOS={number}"
    return f"BYDAY={number}{WEEKDAYS[weekday(day)]}"


def _by_day(text: str) -> str:
    found = {weekday(d) for d in re.findall(WEEKDAY, text, re.IGNORECASE)}
    return ",".join(WEEKDAYS[d] for d in sorted(found))


def _interval(text: str | None) -> int:
    if not text:
        return 1
    text = text.lower().strip()
    if text in ("other", "alternate"):
        return 2
    if re.fullmatch(ORDINAL, text):
        return ordinal(text)
    return count(text)


def _weekly(match: re.Match[str]) -> str | None:
    return _rule("WEEKLY", _interval(match.groupdict().get("n")), match)


def _monthly(match: re.Match[str]) -> str | None:
    detail = _detail(match)
    return f"FREQ=MONTHLY;{detail}" if detail else None


def _yearly(match: re.Match[str]) -> str | None:
    return f"FREQ=YEARLY;{_detail(match)}"


def _form(
    body: str, rule: Callable[[re.Match[str]], str | None], *, doubtful: bool = False
) -> _Form:
    return _Form(re.compile(rf"(?<![\w-])(?:{body})(?![\w-]|['’]s)", re.IGNORECASE), rule, doubtful)


_UNIT = r"(?P<unit>days?|weeks?|months?|years?|hours?|fortnights?|quarters?)"
_OF_MONTH = r"\s+(?:of|in)\s+(?:the|each|every|a)\s+month"
_FORMS = (
    # "the 1st of every month" and its kin before "every month", which they contain.
    _form(
        rf"(?:(?:on|at)\s+)?(?:(?:the\s+)?{_NTH_DAYS}|{_LAST_DAY}|{_DATES})\s+{_MONTHLY}", _monthly
    ),
    _form(
        rf"(?:on\s+)?{_EVERY}(?:{_NTH_DAYS}{_OF_MONTH}|{_LAST_DAY}{_OF_MONTH}|{_DATES}(?:"
        rf"\s+day)?{_OF_MONTH})",
        _monthly,
    ),
    _form(rf"(?:on\s+)?{_EVERY}(?P<part>{_PARTS})(?!\s+and\s)", lambda _: "FREQ=DAILY"),
    _form(
        rf"(?:on\s+)?{_EVERY}(?:week|work(?:ing\s+)?|business\s+)days?{_DONE}", lambda _: _WORKDAYS
    ),
    _form(rf"(?:on\s+)?{_EVERY}weekends?(?:\s+days?)?", lambda _: _WEEKEND),
    _form(rf"{_EVERY}(?:{_OTHER})?{_UNIT}{_DETAIL}{_DONE}", _every_unit),
    _form(
        rf"(?:on\s+)?{_EVERY}(?P<n>other|alternate|second|2nd|third|3rd)\s+{_DAYS}(?:\s+"
        rf"(?P<part>{_PARTS}))?",
        _weekly,
    ),
    _form(rf"(?:on\s+)?{_EVERY}{_NTH_DAYS}", _monthly),
    _form(rf"(?:on\s+)?{_EVERY}{_MONTH_DAY}", _yearly),
    _form(rf"(?:on\s+)?{_EVERY}{_DAYS}(?:\s+(?P<part>{_PARTS}))?", _weekly),
    _form(rf"(?:on\s+)?{_EVERY}(?:{_LAST_DAY}|{_DATES})", _monthly),
    _form(rf"(?P<adverb>{'|'.join(_ADVERBS)}){_DETAIL}{_DONE}", _adverb, doubtful=True),
    _form(r"on\s+(?:week|work)days", lambda _: _WORKDAYS),
    _form(r"on\s+weekends", lambda _: _WEEKEND),
    _form(rf"on\s+(?P<days>{WEEKDAY}s(?:{_JOIN}{WEEKDAY}s)*)(?:\s+(?P<part>{_PARTS}))?", _weekly),
)
