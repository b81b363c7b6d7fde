"""Dues, repeats and reminders in words, for replies."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from todoku_calendar import Due, parse_duration

_DAYS = {
    "MO": "Monday",
    "TU": "Tuesday",
    "WE": "Wednesday",
    "TH": "Thursday",
    "FR": "Friday",
    "SA": "Saturday",
    "SU": "Sunday",
}
_MONTH_NAMES = (
    "January February March April May June July August September October November December"
)
_MONTHS = _MONTH_NAMES.split()
_UNITS = {"HOURLY": "hour", "DAILY": "day", "WEEKLY": "week", "MONTHLY": "month", "YEARLY": "year"}
_NTH = {-1: "last", 1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth"}
_WORKDAYS = "MO,TU,WE,TH,FR"


def describe_due(due: Due, zone: str, now: datetime) -> str:
    """ "tomorrow (Tuesday 24 November) at 17:00": the due's own wall clock, told from `now`."""
    today = now.astimezone(ZoneInfo(due.timezone or zone)).date()
    day = f"{due.date:%A} {due.date.day} {due.date:%B}"
    if due.date.year != today.year:
        day += f" {due.date.year}"
    near = {-1: "yesterday", 0: "today", 1: "tomorrow"}.get((due.date - today).days)
    text = f"{near} ({day})" if near else day
    if due.time:
        text += f" at {due.time:%H:%M}"
    if due.timezone and due.timezone != zone:
        text += f" ({due.timezone})"
    return text


def describe_reminder(spec: dict[str, str], zone: str = "UTC", now: datetime | None = None) -> str:
    """ "1 hour before", "when it is due", "today at 20:01:30"; an instant is told in `zone`."""
    if "before" in spec:
        length = parse_duration(spec["before"])
        return f"{describe_length(length)} before" if length else "when it is due"
    at = datetime.fromisoformat(spec["at"]).astimezone(ZoneInfo(zone))
    clock = f"{at:%H:%M:%S}" if at.second else f"{at:%H:%M}"
    return f"{describe_due(Due(at.date()), zone, now or at)} at {clock}"


def describe_length(length: timedelta) -> str:
    """ "1 day and 2 hours"."""
    minutes = int(length.total_seconds()) // 60
    parts = [(minutes // 1440, "day"), (minutes // 60 % 24, "hour"), (minutes % 60, "minute")]
    return " and ".join(_plural(n, unit) for n, unit in parts if n) or "0 minutes"


def describe_recurrence(rule: str, mode: str = "schedule") -> str:
    """ "every month on the 1st"; a rule that has no short wording is shown as it is."""
    parts = dict(part.partition("=")[::2] for part in rule.upper().split(";"))
    unit = _UNITS.get(parts.get("FREQ", ""))
    known = {
        "FREQ",
        "INTERVAL",
        "BYDAY",
        "BYMONTHDAY",
        "BYMONTH",
        "BYSETPOS",
        "COUNT",
        "UNTIL",
        "SKIP",
        "WKST",
    }
    text = None if unit is None or set(parts) - known else _wording(parts, unit)
    text = text or f"by the rule {rule}"
    if "COUNT" in parts:
        text += f", {_plural(int(parts['COUNT']), 'time')}"
    if "UNTIL" in parts:
        until = date.fromisoformat(parts["UNTIL"][:8])
        text += f", until {until.day} {until:%B %Y}"
    return text + (", counted from the day it is done" if mode == "completion" else "")


def _wording(parts: dict[str, str], unit: str) -> str | None:
    interval = int(parts.get("INTERVAL", "1"))
    every = f"every {unit}" if interval == 1 else f"every {interval} {unit}s"
    days = parts.get("BYDAY", "")
    if "BYSETPOS" in parts:
        nth = _NTH.get(int(parts["BYSETPOS"])) if parts["BYSETPOS"].lstrip("-").isdigit() else None
        return f"{every} on the {nth} weekday" if nth and days == _WORKDAYS else None
    if unit == "week" and days:
        if days == _WORKDAYS and interval == 1:
            return "every weekday"
        named = join([_DAYS[d] for d in days.split(",") if d in _DAYS])
        return (
            f"every {named}"
            if interval == 1
            else f"every other {named}"
            if interval == 2
            else f"{every} on {named}"
        )
    if days:
        named_days = [_nth_day(d) for d in days.split(",")]
        return f"{every} on the {join([d for d in named_days if d])}" if all(named_days) else None
    return _with_dates(parts, every, unit)


def _with_dates(parts: dict[str, str], every: str, unit: str) -> str | None:
    dates = [int(d) for d in parts["BYMONTHDAY"].split(",")] if "BYMONTHDAY" in parts else []
    months = (
        [_MONTHS[int(m) - 1] for m in parts["BYMONTH"].split(",")] if "BYMONTH" in parts else []
    )
    if months and len(dates) == 1 and dates[0] > 0 and unit == "year":
        return f"{every} on {dates[0]} {join(months)}"
    if months or any(d < -1 for d in dates):
        return None
    if dates:
        return f"{every} on the {join(['last day' if d == -1 else nth(d) for d in dates])}"
    return every


def _nth_day(text: str) -> str | None:
    number, day = text[:-2], _DAYS.get(text[-2:])
    name = _NTH.get(int(number)) if number else None
    return f"{name} {day}" if name and day else None


def nth(number: int) -> str:
    """1st, 2nd, 3rd, 4th, 11th, 21st."""
    ending = (
        "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    )
    return f"{number}{ending}"


def join(words: list[str]) -> str:
    """ "a, b and c"."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _plural(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
