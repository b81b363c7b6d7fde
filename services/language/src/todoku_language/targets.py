"""Which task a command speaks of: by name, number, place in a list, or "it"."""

import re

from todoku_language.phrases import Phrase, unquote
from todoku_language.plans import Target
from todoku_language.words import ORDINAL, ordinal

_NUMBER = re.compile(
    r"(?:the\s+)?(?:(?:task|item|number|no\.?|nr\.?)s?\s*)*#?(\d{1,9})", re.IGNORECASE
)
_PLACE = re.compile(
    rf"(?:the\s+)?(?P<place>{ORDINAL}|last)(?:\s+(?:one|task|item|of\s+(?:them|these|those)))?"
    r"|(?:task|item|number)\s+(?P<word>one|two|three|four|five|six|seven|eight|nine|ten)",
    re.IGNORECASE,
)
_IT = re.compile(
    r"(?:it|this|that|(?:this|that)\s+(?:one|task)|the\s+(?:one|task)|same)", re.IGNORECASE
)
_ALL = re.compile(
    r"(?:all|both|them|these|those|everything)(?:\s+(?:of\s+)?(?:them|these|those|(?:my\s+|the\s+)?tasks?))?"
    r"|(?:all|both)\s+(?:of\s+)?(?:them|these|those|(?:(?:my|the)\s+)?(?:\w+\s+)?tasks)",
    re.IGNORECASE,
)
_JOINED = re.compile(r"\s*,\s*(?:and\s+)?|\s+and\s+|\s*&\s*", re.IGNORECASE)
_AROUND = re.compile(
    r"^(?:(?:the|my|our)\s+)?(?:(?:task|item|todo|reminder)\s+(?:called|named|titled|to|about|for)?\s*:?\s*)?",
    re.IGNORECASE,
)
_BEHIND = re.compile(r"(?<=\w)\s+(?:task|item|todo|one)$", re.IGNORECASE)
_WORDS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]


def read_targets(text: str) -> tuple[Target, ...]:
    """One target, or several when all of them are numbers or places ("2 and 5"); () when none."""
    text = text.strip(" ,:")
    if not text:
        return ()
    parts = [
        part for part in _JOINED.split(re.sub(r"^tasks\s+", "", text, flags=re.IGNORECASE)) if part
    ]
    several = [_exact(part) for part in parts]
    if len(parts) > 1 and all(several):
        return tuple(target for target in several if target)
    return (read_target(text),)


def read_target(text: str) -> Target:
    text = text.strip(" ,:")
    return _exact(text) or Target("name", _name(text))


def is_reference(text: str) -> bool:
    """Whether the text is nothing but a number, a place or "it"."""
    return bool(text.strip()) and _exact(text.strip(" ,.!?")) is not None


def _exact(text: str) -> Target | None:
    if match := _NUMBER.fullmatch(text):
        return Target("number", text, int(match[1]))
    if match := _PLACE.fullmatch(text):
        value = (
            ordinal(match["place"]) if match["place"] else _WORDS.index(match["word"].lower()) + 1
        )
        return Target("ordinal", text, value)
    if _IT.fullmatch(text):
        return Target("it", text)
    return Target("all", text) if _ALL.fullmatch(text) else None


def _name(text: str) -> str:
    """The title said: without "the", "task" and quotation marks around it."""
    if unquote(text) != text:
        return unquote(text)
    bare = _AROUND.sub("", text, count=1)
    if Phrase(bare).free == bare:
        bare = _BEHIND.sub("", bare)
    return unquote(bare.strip()) or text
