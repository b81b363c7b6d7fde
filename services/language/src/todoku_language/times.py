"""Phrases that name a time of day, or an instant counted from now."""

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from todoku_calendar import valid_zone

from todoku_language.phrases import TAKEN, Phrase
from todoku_language.words import DURATION, duration

PARTS = {
    "morning": time(9),
    "noon": time(12),
    "midday": time(12),
    "lunch": time(12),
    "lunchtime": time(12),
    "afternoon": time(15),
    "evening": time(18),
    "night": time(20),
}
"""What a part of the day means when no hour is given."""

_PREP = r"(?:(?P<prep>at|by|before|around|about|from|@)\s*)?"
_ZONE = r"(?:\s+(?P<zone>UTC|GMT|[A-Z][A-Za-z]+/[A-Z][A-Za-z_/-]+)\b)?"
_HALF = r"(?P<half>a\.?m\.?|p\.?m\.?)"
_END = r"(?![\w:%$€]|\.\d|-\d|['’]s)"
_CLOCK = re.compile(
    rf"(?<![\w:.,/$€£#-]){_PREP}(?P<hour>\d{{1,2}})(?::(?P<minute>\d{{2}}))?\s*{_HALF}{_ZONE}{_END}",
    re.IGNORECASE,
)
_CLOCK_24 = re.compile(
    rf"(?<![\w:.,/$€£#-]){_PREP}(?P<hour>[01]?\d|2[0-3]):(?P<minute>[0-5]\d)(?P<half>){_ZONE}{_END}",
    re.IGNORECASE,
)
_BARE = re.compile(
    rf"(?<![\w:.,/$€£#-])(?P<prep>at|@)\s*(?P<hour>2[0-3]|1?\d)(?P<minute>)(?P<half>)"
    rf"(?P<clock>\s*o['’]?clock)?{_ZONE}{_END}",
    re.IGNORECASE,
)
_PART = re.compile(
    r"(?<!\w)(?:(?P<prep>in the|at|by|this|during the|before)\s+)?"
    r"(?P<part>noon|midday|midnight|lunch(?:time)?|morning|afternoon|evening|night)(?![\w]|['’]s|-\w)",
    re.IGNORECASE,
)
_IN = re.compile(
    rf"(?<!\w)(?:in\s+(?:about\s+)?(?P<in>{DURATION})|(?P<from>{DURATION})\s+from\s+now)(?![\w-])",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class FoundTime:
    """A wall-clock time and where it was read; `bare` when it may mean morning or evening."""

    start: int
    end: int
    clock: time
    timezone: str | None = None
    bare: bool = False
    next_day: bool = False
    today: bool = False
    is_part: bool = False


@dataclass(frozen=True)
class FoundInstant:
    start: int
    end: int
    at: datetime


def find_instant(phrase: Phrase, now: datetime) -> FoundInstant | None:
    """ "in 5 minutes", "in 1 hour and 30 minutes"; whole days are dates and not read here."""
    for match in phrase.find(_IN):
        text = match["in"] or match["from"]
        if (
            re.search(r"\d\s*[dw]|day|week|wk", text, re.IGNORECASE)
            and "half a" not in text.lower()
        ):
            continue
        try:
            return FoundInstant(match.start(), match.end(), now + duration(text))
        except OverflowError:
            continue
    return None


def find_time(phrase: Phrase) -> FoundTime | None:
    for pattern in (_CLOCK, _CLOCK_24, _BARE):
        for match in phrase.find(pattern):
            # "at 5pm" is a time anywhere; "5pm" and "at 5" only where times stand.
            sure = match["clock"] if pattern is _BARE else match["prep"]
            if (sure or phrase.at_edge(match)) and (found := _clock(match)):
                return found
    return _find_part(phrase)


def _clock(match: re.Match[str]) -> FoundTime | None:
    hour, minute = int(match["hour"]), int(match["minute"] or 0)
    half, zone = (match["half"] or "").lower()[:1], match["zone"]
    if zone and not valid_zone(zone := "UTC" if zone.upper() in ("UTC", "GMT") else zone):
        return None
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "p" else 0)
    if hour > 23 or minute > 59:
        return None
    bare = not half and not match["minute"] and 1 <= hour <= 12
    if bare and hour <= 6:
        # "at 5" is five in the afternoon, "at 9" nine in the morning: the waking hour.
        hour += 12
    return FoundTime(match.start(), match.end(), time(hour, minute), zone, bare=bare)


def _find_part(phrase: Phrase) -> FoundTime | None:
    for match in phrase.find(_PART):
        part, prep = match["part"].lower(), (match["prep"] or "").lower()
        beside_date = phrase.free[: match.start()].rstrip().endswith(TAKEN)
        if not beside_date and not _says_when(phrase, match, part, prep):
            continue
        midnight = part == "midnight"
        return FoundTime(
            match.start(),
            match.end(),
            time(0) if midnight else PARTS[part],
            next_day=midnight,
            today=prep == "this",
            is_part=True,
        )
    return None


def _says_when(phrase: Phrase, match: re.Match[str], part: str, prep: str) -> bool:
    """ "in the morning" and "at noon" say when; "morning run" and "at Noon Street" do not."""
    if prep in ("in the", "this", "during the"):
        return True
    named = prep in ("at", "by", "before") and part not in ("morning", "afternoon", "evening")
    return named and phrase.at_edge(match)


def in_part(found: FoundTime, part: str | None) -> time:
    """ "at 9" said together with "tonight" or "in the evening" is 21:00."""
    if found.bare and part in ("evening", "night") and found.clock.hour < 12:
        return found.clock.replace(hour=found.clock.hour + 12)
    return found.clock


def floor_minute(moment: datetime) -> datetime:
    return moment - timedelta(seconds=moment.second, microseconds=moment.microsecond)
