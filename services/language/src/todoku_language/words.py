"""Numbers, weekdays, months and units as people write them."""

import re
from datetime import timedelta

_NUMBERS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen twenty"
)
_PLACES = "zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth"
_CARDINALS = _NUMBERS.split()
_ORDINALS = _PLACES.split()

COUNT = r"(?:\d{1,4}|an?|" + "|".join(_CARDINALS[1:]) + r"|(?:a )?couple(?: of)?)"
ORDINAL = r"(?:\d{1,2}(?:st|nd|rd|th)|" + "|".join(_ORDINALS[1:]) + ")"

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
WEEKDAY_FULL = r"(?:mon|tues|wednes|thurs|fri|satur|sun)days?"
WEEKDAY = r"(?:" + WEEKDAY_FULL + r"|mon|tues?|wed|thu(?:rs?)?|fri|sat|sun)"
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)

_SPAN = r"(?:seconds?|secs?|minutes?|mins?|m|hours?|hrs?|hr|h|days?|d|weeks?|wks?|w)"
# "1h" may be written together, "an h" may not: "and" is not one day.
_AMOUNT = rf"(?:\d{{1,4}}(?:\.\d)?\s*|(?<![a-z]){COUNT}\s+){_SPAN}(?![a-z])"
DURATION = (
    r"(?:half an hour|half a day|(?:an?|one) hour and a half"
    rf"|{_AMOUNT}(?:(?:\s*,?\s*and\s+|\s*){_AMOUNT})?)"
)
_PART = re.compile(
    rf"(?:(\d{{1,4}}(?:\.\d)?)\s*|(?<![a-z])({COUNT})\s+)({_SPAN})(?![a-z])", re.IGNORECASE
)
_WHOLE = {
    "half an hour": timedelta(minutes=30),
    "half a day": timedelta(hours=12),
    "an hour and a half": timedelta(minutes=90),
    "a hour and a half": timedelta(minutes=90),
    "one hour and a half": timedelta(minutes=90),
}
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def count(text: str) -> int:
    """From "3", "three", "a" or "a couple of"."""
    text = text.lower()
    if text.isdigit():
        return int(text)
    if "couple" in text:
        return 2
    return 1 if text in ("a", "an") else _CARDINALS.index(text)


def ordinal(text: str) -> int:
    """From "1st", "22nd", "first"; the last is -1."""
    text = text.lower()
    if text == "last":
        return -1
    return int(text[:-2]) if text[0].isdigit() else _ORDINALS.index(text)


def weekday(text: str) -> int:
    """Monday is 0; from a name, its plural or its abbreviation."""
    return WEEKDAYS.index(text[:2].upper())


def month(text: str) -> int:
    """January is 1."""
    return _MONTHS.index(text[:3].lower()) + 1


def duration(text: str) -> timedelta:
    """From what DURATION matches; days are of 24 hours."""
    whole = _WHOLE.get(re.sub(r"\s+", " ", text.lower()))
    if whole is not None:
        return whole
    total = timedelta()
    for digits, word, unit in _PART.findall(text):
        number = float(digits) if digits else count(word)
        total += timedelta(**{_UNITS[unit[0].lower()]: number})
    return total
