"""Cleaning of what people type: what cannot be seen must not change what is shown."""

import re
import unicodedata

# Overrides and isolates that reorder the text around them. The plain marks (U+200E, U+200F) stay:
# Urdu written beside Latin needs them.
_BIDI = "\u202a-\u202e\u2066-\u2069"
_SPACES = re.compile(r"[\t\n\v\f\r\x85\u2028\u2029]+")
_UNSEEN = re.compile(rf"[\x00-\x1f\x7f-\x9f{_BIDI}]")
_UNSEEN_IN_LINES = re.compile(rf"[\x00-\x08\x0b-\x1f\x7f-\x9f{_BIDI}]")


def line(text: object) -> object:
    """One line without control and bidirectional-override characters, trimmed, in NFC."""
    if not isinstance(text, str):
        return text
    return unicodedata.normalize("NFC", _UNSEEN.sub("", _SPACES.sub(" ", text)).strip())


def lines(text: object) -> object:
    """The same for text of several lines, which keeps its line ends (LF) and tabs."""
    if not isinstance(text, str):
        return text
    unified = text.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", _UNSEEN_IN_LINES.sub("", unified))


def tag(text: object) -> object:
    """A tag as it is stored: lower-case, without a leading #."""
    cleaned = line(text)
    return cleaned.removeprefix("#").strip().lower() if isinstance(cleaned, str) else cleaned
