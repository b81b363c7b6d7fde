"""ISO 8601 durations, as reminders carry them: from zero to a year, in whole minutes."""

import re
from datetime import timedelta

LONGEST = timedelta(days=366)

_PATTERN = re.compile(
    r"P(?:(?P<weeks>\d{1,6})W|(?:(?P<days>\d{1,6})D)?"
    r"(?P<clock>T(?:(?P<hours>\d{1,6})H)?(?:(?P<minutes>\d{1,6})M)?(?:(?P<seconds>\d{1,6})S)?)?)",
    re.ASCII,
)


def parse_duration(text: object) -> timedelta:
    """From "PT30M", "P1D", "P1DT2H", "P2W". Raises ValueError with a text for people.

    Months and years have no fixed length and are refused (RFC 5545, section 3.3.6, does the same).
    """
    match = _PATTERN.fullmatch(text) if isinstance(text, str) else None
    parts = (
        {}
        if match is None
        else {k: int(v) for k, v in match.groupdict().items() if v and k != "clock"}
    )
    if match is None or not parts or match["clock"] == "T":
        raise ValueError('A duration is written like "PT30M", "PT2H", "P1D" or "P1W".')
    length = timedelta(**parts)
    if length % timedelta(minutes=1):
        raise ValueError("A duration is a whole number of minutes.")
    if length > LONGEST:
        raise ValueError(f"A duration is at most {LONGEST.days} days.")
    return length


def format_duration(length: timedelta) -> str:
    """The shortest ISO 8601 text of a non-negative duration in whole seconds."""
    if length < timedelta() or length.microseconds:
        raise ValueError("A duration is not negative and has no fractions of a second.")
    if length and not length.seconds and length.days % 7 == 0:
        return f"P{length.days // 7}W"
    minutes, seconds = divmod(length.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    clock = "".join(f"{n}{unit}" for n, unit in ((hours, "H"), (minutes, "M"), (seconds, "S")) if n)
    days = f"{length.days}D" if length.days else ""
    return f"P{days}{'T' + clock if clock else ''}" if days or clock else "PT0M"
