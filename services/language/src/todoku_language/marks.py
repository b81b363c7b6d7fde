"""Tags, priorities and reminders inside a phrase."""

import re
from dataclasses import dataclass
from datetime import timedelta

from todoku_language.drafts import Priority
from todoku_language.phrases import Phrase
from todoku_language.words import DURATION, duration

_TAG = re.compile(r"(?<![\w/&#])#(?P<tag>[\w-]*[^\W\d][\w-]*)")
_LEVELS: dict[str, Priority] = {
    "high": "high",
    "urgent": "high",
    "asap": "high",
    "important": "high",
    "top": "high",
    "medium": "medium",
    "normal": "medium",
    "low": "low",
}
_SHORT: dict[str, Priority | None] = {"1": "high", "2": "medium", "3": "low", "4": None}
_LEVEL = r"(?P<level>high|top|urgent|medium|normal|low)"
_SURE = re.compile(
    r"(?<![\w-])(?:!(?P<bang>high|urgent|medium|low)|!?p(?P<p>[1-4])|(?:with\s+|at\s+|as\s+)?"
    rf"(?:a\s+)?{_LEVEL}[\s-]priority"
    r"|(?:with\s+)?priority(?:\s+is|:)?\s+(?P<after>high|medium|low|urgent))(?![\w-])",
    re.IGNORECASE,
)
_DOUBTFUL = re.compile(
    r"(?<![\w-])(?:it['’]?s\s+)?(?P<level>urgent(?:ly)?|asap)(?![\w-])", re.IGNORECASE
)

_ASK = (
    r"(?:,?\s*\band\s+)?(?:please\s+)?(?:remind\s+me|notify\s+me|alert\s+me|ping\s+me|(?:with"
    r"\s+)?(?:an?\s+)?reminders?)"
)
_EARLY = r"\s+(?:before(?:hand)?|early|earlier|ahead(?:\s+of\s+time)?|in\s+advance|prior)"
_ONE = (
    rf"(?:{DURATION}{_EARLY}|(?:on|at)\s+(?:the\s+)?(?:due\s+)?time|when\s+(?:it['’]?s\s+|it\s+is"
    r"\s+)?due|the\s+(?:day|hour)\s+before)"
)
_BEFORE = re.compile(
    rf"(?<!\w),?\s*{_ASK}:?\s+(?P<list>{_ONE}(?:(?:\s*,\s*(?:and\s+)?|\s+and\s+)(?:again"
    rf"\s+)?{_ONE})*)(?!\w)",
    re.IGNORECASE,
)
_EACH = re.compile(
    rf"(?P<length>{DURATION}){_EARLY}|the\s+(?P<unit>day|hour)\s+before|due|time", re.IGNORECASE
)
ASKED = re.compile(rf"(?<!\w),?\s*{_ASK}(?:\s+about\s+it|\s+of\s+it)?(?!\w)", re.IGNORECASE)
"""A request to be reminded that names no distance before the due."""
LONGEST_REMINDER = timedelta(days=366)


@dataclass(frozen=True)
class Marks:
    tags: tuple[str, ...] = ()
    priority: Priority | None = None
    before: tuple[timedelta, ...] = ()


def find_marks(phrase: Phrase) -> Marks:
    """Takes tags, the priority and "remind me … before" out of the phrase."""
    tags = []
    for match in phrase.find(_TAG):
        phrase.take(match.start(), match.end(), "tag")
        tags.append(match["tag"].lower())
    return Marks(tuple(dict.fromkeys(tags)), _priority(phrase), _reminders(phrase))


def level(text: str) -> Priority | None:
    """The priority that a word such as "urgent" or "p2" names on its own."""
    phrase = Phrase(f"{text} priority" if text.lower() in _LEVELS else text)
    found = _priority(phrase)
    return found if found and not phrase.title() else None


def _priority(phrase: Phrase) -> Priority | None:
    """The first that is surely one; "urgent" beside it says the same again."""
    sure = next(phrase.find(_SURE), None)
    found: Priority | None = None
    if sure:
        phrase.take(sure.start(), sure.end(), "priority")
        name = sure["bang"] or sure["level"] or sure["after"]
        found = _LEVELS[name.lower()] if name else _SHORT[sure["p"]]
    doubtful = next((m for m in phrase.find(_DOUBTFUL) if phrase.at_edge(m)), None)
    if doubtful:
        phrase.take(doubtful.start(), doubtful.end(), "priority")
        return "high"
    return found


def _reminders(phrase: Phrase) -> tuple[timedelta, ...]:
    found: list[timedelta] = []
    for match in phrase.find(_BEFORE):
        lengths = [_length(each) for each in _EACH.finditer(match["list"])]
        if all(timedelta() <= length <= LONGEST_REMINDER for length in lengths):
            phrase.take(match.start(), match.end(), "reminder")
            found += lengths
    return tuple(dict.fromkeys(found))


def _length(match: re.Match[str]) -> timedelta:
    if match["length"]:
        return duration(match["length"])
    if match["unit"]:
        return timedelta(days=1) if match["unit"].lower() == "day" else timedelta(hours=1)
    return timedelta()
