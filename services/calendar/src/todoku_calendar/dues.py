"""When a task is due, and which instant that is."""

import datetime as dt
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, Self
from zoneinfo import ZoneInfo

ALL_DAY_REMINDER_TIME = time(9)
"""Reminders of an all-day due count from this wall-clock time of its day."""


FIRST_YEAR, LAST_YEAR = 1900, 9998
"""Dues outside these years are refused: the ends of the calendar have no instant in some zones."""


class DueError(ValueError):
    """The text or shape of a due is not acceptable; the message can be shown to a person."""


@dataclass(frozen=True)
class Due:
    """A date (all day), with a time (floating: the user's zone), or also with a fixed IANA zone."""

    date: dt.date
    time: dt.time | None = None
    timezone: str | None = None

    def __post_init__(self) -> None:
        if not FIRST_YEAR <= self.date.year <= LAST_YEAR:
            raise DueError(f"The date of a due lies in the years {FIRST_YEAR} to {LAST_YEAR}.")
        if self.timezone is not None and self.time is None:
            raise DueError("A time zone needs a time of day.")
        if self.timezone is not None and not valid_zone(self.timezone):
            raise DueError(f"{self.timezone!r} is not a known time zone.")
        if self.time is not None and (
            self.time.tzinfo or self.time.second or self.time.microsecond
        ):
            raise DueError("The time of a due is hours and minutes, without an offset.")

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """From `{"date": "YYYY-MM-DD", "time": "HH:MM"?, "timezone"?}`. Raises DueError."""
        if unknown := set(data) - {"date", "time", "timezone"}:
            raise DueError(f"Unknown field of a due: {', '.join(sorted(unknown))}.")
        timezone = data.get("timezone")
        if timezone is not None and not isinstance(timezone, str):
            raise DueError("The time zone of a due is a text.")
        return cls(_date(data.get("date")), _time(data.get("time")), timezone)

    def to_dict(self) -> dict[str, str | None]:
        """The shape that events and the interface carry."""
        return {
            "date": self.date.isoformat(),
            "time": self.time.strftime("%H:%M") if self.time else None,
            "timezone": self.timezone,
        }

    @property
    def wall(self) -> datetime:
        """The naive wall-clock moment; midnight when the due is all day."""
        return datetime.combine(self.date, self.time or time.min)

    def zone(self, user_zone: str) -> str:
        """The zone that gives this due its instant."""
        return self.timezone or user_zone


def _date(value: Any) -> date:
    # fromisoformat alone would also take 20260131 and 2026-W05-6.
    if not isinstance(value, str) or len(value) != 10 or value[4::3] != "--":
        raise DueError("The date of a due is written YYYY-MM-DD.")
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise DueError(f"{value!r} is not a date of the calendar.") from None


def _time(value: Any) -> time | None:
    if value is None:
        return None
    try:
        if not isinstance(value, str) or len(value) != 5 or value[2] != ":":
            raise ValueError
        return time.fromisoformat(value)
    except ValueError:
        raise DueError("The time of a due is written HH:MM, from 00:00 to 23:59.") from None


@lru_cache(maxsize=1024)
def valid_zone(name: str) -> bool:
    """Whether `name` is an IANA time zone known here (links such as US/Eastern included).

    `posix/…` and `right/…` are folders of some systems' zone data: PostgreSQL knows none of them.
    """
    if not name or name.startswith(("posix/", "right/")):
        return False
    try:
        return ZoneInfo(name).key not in ("localtime", "posixrules", "Factory")
    except (KeyError, ValueError, OSError):
        return False


def local_today(now: datetime, zone: str) -> date:
    """The user's local day at the instant `now` (aware)."""
    return now.astimezone(ZoneInfo(zone)).date()


def resolve(due: Due, zone: str, *, at_of_day: time = time.min) -> datetime:
    """The UTC instant of `due`; a floating due is read in `zone` (the user's).

    A wall-clock time in a gap resolves to the first instant after the gap, one that happens
    twice to the first of the two. An all-day due counts from `at_of_day`: by default from the
    first instant of its local day.
    """
    wall = due.wall if due.time else datetime.combine(due.date, at_of_day)
    return instant(wall, due.zone(zone))


def reminder_instant(due: Due, before: timedelta, zone: str) -> datetime:
    """The UTC instant that lies `before` ahead of `due` (elapsed time, not wall-clock time)."""
    return resolve(due, zone, at_of_day=ALL_DAY_REMINDER_TIME) - before


def instant(wall: datetime, zone: str) -> datetime:
    """UTC instant of a naive wall-clock time: gap → first instant after it, overlap → the first."""
    info = ZoneInfo(zone)
    first = wall.replace(tzinfo=info, fold=0).astimezone(UTC)
    if first.astimezone(info).replace(tzinfo=None) == wall:
        return first
    return end_of_gap(wall, info)


def second_instant(wall: datetime, zone: str) -> datetime | None:
    """The second UTC instant of a wall-clock time that happens twice, otherwise None."""
    info = ZoneInfo(zone)
    first = wall.replace(tzinfo=info, fold=0).astimezone(UTC)
    second = wall.replace(tzinfo=info, fold=1).astimezone(UTC)
    return second if second > first else None


def gap_length(wall: datetime, zone: str) -> timedelta:
    """How much wall-clock time the zone leaves out around `wall`; zero when `wall` exists."""
    info = ZoneInfo(zone)
    before = wall.replace(tzinfo=info, fold=0).astimezone(UTC)
    after = wall.replace(tzinfo=info, fold=1).astimezone(UTC)
    return max(before - after, timedelta())


def end_of_gap(wall: datetime, info: ZoneInfo) -> datetime:
    """The transition whose gap holds `wall`: fold 1 lies before it and fold 0 at or after it."""
    low = int(wall.replace(tzinfo=info, fold=1).timestamp())
    high = int(wall.replace(tzinfo=info, fold=0).timestamp())
    offset = datetime.fromtimestamp(high, info).utcoffset()
    while high - low > 1:
        middle = (low + high) // 2
        if datetime.fromtimestamp(middle, info).utcoffset() == offset:
            high = middle
        else:
            low = middle
    return datetime.fromtimestamp(high, UTC)
