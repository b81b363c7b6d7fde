"""The grammar of recurrence rules: RFC 5545 section 3.3.10, SKIP of RFC 7529, and our bounds."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from functools import lru_cache
from typing import Any, Literal

MAX_LENGTH = 500
MAX_INTERVAL = 1_000
MAX_COUNT = 10_000

Skip = Literal["OMIT", "BACKWARD", "FORWARD"]
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


class RuleError(ValueError):
    """A rule that is not accepted; the message can be shown to a person."""

    @property
    def message(self) -> str:
        return str(self)


class Freq(IntEnum):
    """Coarse to fine; minutes and seconds are finer than anything a task needs."""

    YEARLY = 0
    MONTHLY = 1
    WEEKLY = 2
    DAILY = 3
    HOURLY = 4


@dataclass(frozen=True)
class Until:
    """UNTIL as written: a local or UTC moment, or a date (`day_only`: all of that local day)."""

    moment: datetime
    utc: bool = False
    day_only: bool = False


@dataclass(frozen=True)
class Rule:
    """A parsed RRULE. Weekdays count from Monday = 0; `by_day` holds (n or 0, weekday)."""

    freq: Freq
    interval: int = 1
    count: int | None = None
    until: Until | None = None
    week_start: int = 0
    skip: Skip | None = None
    by_month: tuple[int, ...] = ()
    by_week_no: tuple[int, ...] = ()
    by_year_day: tuple[int, ...] = ()
    by_month_day: tuple[int, ...] = ()
    by_day: tuple[tuple[int, int], ...] = ()
    by_hour: tuple[int, ...] = ()
    by_minute: tuple[int, ...] = ()
    by_set_pos: tuple[int, ...] = ()


@lru_cache(maxsize=512)
def parse_rule(text: str) -> Rule:
    """Reads the value of an RRULE (no prefix). Raises RuleError."""
    if len(text) > MAX_LENGTH:
        raise RuleError(f"A rule has at most {MAX_LENGTH} characters.")
    if text.upper().startswith("RRULE:"):
        raise RuleError('Write the rule without the prefix "RRULE:".')
    values = _split(text.upper())
    if "FREQ" not in values:
        raise RuleError("A rule needs FREQ.")
    fields: dict[str, Any] = {}
    for name, value in values.items():
        if name in _PARTS:
            field, read = _PARTS[name]
            fields[field] = read(name, value)
    rule = Rule(**fields)
    _check_combination(rule)
    return rule


def _split(text: str) -> dict[str, str]:
    values: dict[str, str] = {}
    for part in text.split(";"):
        name, sign, value = part.partition("=")
        if not sign or not value:
            raise RuleError(
                f"{part!r} is not a part of a rule: parts are NAME=VALUE, separated by semicolons."
            )
        if name not in _PARTS and name not in _CHECKED:
            raise RuleError(f"{name} is not a part of a rule.")
        if name in values:
            raise RuleError(f"{name} is given twice.")
        if name in _CHECKED and value not in _CHECKED[name]:
            raise RuleError(f"{name}={value} is not supported.")
        values[name] = value
    return values


def _freq(_: str, value: str) -> Freq:
    if value in ("SECONDLY", "MINUTELY"):
        raise RuleError(f"FREQ={value} is too often: the finest frequency is HOURLY.")
    try:
        return Freq[value]
    except KeyError:
        raise RuleError(
            f"FREQ={value} is not a frequency: YEARLY, MONTHLY, WEEKLY, DAILY or HOURLY."
        ) from None


def _number(low: int, high: int) -> Callable[[str, str], int]:
    def read(name: str, value: str) -> int:
        if not re.fullmatch(r"[+-]?\d{1,6}", value, re.ASCII) or not low <= int(value) <= high:
            raise RuleError(f"{name} is a whole number from {low} to {high}.")
        return int(value)

    return read


def _numbers(low: int, high: int, *, signed: bool = False) -> Callable[[str, str], tuple[int, ...]]:
    def read(name: str, value: str) -> tuple[int, ...]:
        found = set()
        for item in value.split(","):
            if (
                not re.fullmatch(r"[+-]?\d{1,3}", item, re.ASCII)
                or not low <= _size(item, signed) <= high
            ):
                negative = f" or -{high} to -{low}" if signed else ""
                raise RuleError(f"{name}={item}: each value is from {low} to {high}{negative}.")
            found.add(int(item))
        return tuple(sorted(found))

    return read


def _size(item: str, signed: bool) -> int:
    return abs(int(item)) if signed else int(item)


def _weekday(name: str, value: str) -> int:
    if value not in WEEKDAYS:
        raise RuleError(f"{name}={value} is not a weekday: {', '.join(WEEKDAYS)}.")
    return WEEKDAYS.index(value)


def _days(name: str, value: str) -> tuple[tuple[int, int], ...]:
    found = set()
    for item in value.split(","):
        match = re.fullmatch(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)", item, re.ASCII)
        if match is None or (match[1] and not 1 <= abs(int(match[1])) <= 53):
            raise RuleError(f"{name}={item} is not a weekday like MO, 1MO or -1FR.")
        found.add((int(match[1] or 0), WEEKDAYS.index(match[2])))
    return tuple(sorted(found))


def _until(name: str, value: str) -> Until:
    try:
        if re.fullmatch(r"\d{8}(T\d{6}Z?)?", value, re.ASCII):
            moment = datetime.fromisoformat(value).replace(tzinfo=None)
            return Until(moment, utc=value.endswith("Z"), day_only="T" not in value)
    except ValueError:
        pass
    raise RuleError(
        f"{name}={value} is not a moment like 20261231, 20261231T090000 or 20261231T080000Z."
    )


_SKIPS: dict[str, Skip] = {"OMIT": "OMIT", "BACKWARD": "BACKWARD", "FORWARD": "FORWARD"}


def _skip(name: str, value: str) -> Skip:
    if value in _SKIPS:
        return _SKIPS[value]
    raise RuleError(f"{name}={value} is not OMIT, BACKWARD or FORWARD.")


_PARTS: dict[str, tuple[str, Callable[[str, str], object]]] = {
    "FREQ": ("freq", _freq),
    "INTERVAL": ("interval", _number(1, MAX_INTERVAL)),
    "COUNT": ("count", _number(1, MAX_COUNT)),
    "UNTIL": ("until", _until),
    "WKST": ("week_start", _weekday),
    "SKIP": ("skip", _skip),
    "BYMONTH": ("by_month", _numbers(1, 12)),
    "BYWEEKNO": ("by_week_no", _numbers(1, 53, signed=True)),
    "BYYEARDAY": ("by_year_day", _numbers(1, 366, signed=True)),
    "BYMONTHDAY": ("by_month_day", _numbers(1, 31, signed=True)),
    "BYDAY": ("by_day", _days),
    "BYHOUR": ("by_hour", _numbers(0, 23)),
    "BYMINUTE": ("by_minute", _numbers(0, 59)),
    "BYSETPOS": ("by_set_pos", _numbers(1, 366, signed=True)),
}
# Parts that are read and hold one value only: dues have whole minutes, and one calendar.
_CHECKED = {"BYSECOND": ("0", "00"), "RSCALE": ("GREGORIAN",)}


def _check_combination(rule: Rule) -> None:
    """The table of RFC 5545 section 3.3.10: which parts go with which frequency."""
    numbered = any(n for n, _ in rule.by_day)
    refusals = (
        (rule.count and rule.until, "A rule ends by COUNT or by UNTIL, not by both."),
        (rule.by_week_no and rule.freq != Freq.YEARLY, "BYWEEKNO goes with FREQ=YEARLY only."),
        (
            rule.by_year_day and rule.freq in (Freq.MONTHLY, Freq.WEEKLY, Freq.DAILY),
            "BYYEARDAY goes with FREQ=YEARLY or HOURLY only.",
        ),
        (
            rule.by_month_day and rule.freq == Freq.WEEKLY,
            "BYMONTHDAY does not go with FREQ=WEEKLY.",
        ),
        (
            numbered and rule.freq not in (Freq.YEARLY, Freq.MONTHLY),
            "Numbered weekdays (like 1MO) go with FREQ=MONTHLY or YEARLY only.",
        ),
        (numbered and rule.by_week_no, "Numbered weekdays (like 1MO) do not go with BYWEEKNO."),
        (rule.by_set_pos and not _has_set(rule), "BYSETPOS needs another BY part to choose from."),
    )
    for wrong, message in refusals:
        if wrong:
            raise RuleError(message)


def _has_set(rule: Rule) -> bool:
    dates = (rule.by_month, rule.by_week_no, rule.by_year_day, rule.by_month_day, rule.by_day)
    return any((*dates, rule.by_hour, rule.by_minute))
