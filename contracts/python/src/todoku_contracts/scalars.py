"""Text formats of the contracts as Python types, as strict as their JSON Schemas.

pydantic alone would also read numbers as instants, "yes" as true and `urn:uuid:` forms.
A value that has the Python type already is taken as it is.
"""

import re
from collections.abc import Callable
from datetime import date, datetime, time
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BeforeValidator, PlainSerializer

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII)
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def _text[T](
    pattern: re.Pattern[str], parse: Callable[[str], T], kind: type[T], expected: str
) -> BeforeValidator:
    def read(value: object) -> T:
        if isinstance(value, str) and pattern.fullmatch(value):
            return parse(value)
        if type(value) is kind:
            return value
        raise ValueError(f"expected {expected}")

    return BeforeValidator(read)


def _aware(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("expected an offset")
    return value


def _whole_minute(value: time) -> time:
    if value.tzinfo is not None or value.second or value.microsecond:
        raise ValueError("expected hours and minutes only")
    return value


Uuid = Annotated[UUID, _text(_UUID, UUID, UUID, "a hyphenated UUID")]
Instant = Annotated[
    datetime,
    _text(_INSTANT, datetime.fromisoformat, datetime, "an RFC 3339 date-time with offset"),
    AfterValidator(_aware),
]
LocalDate = Annotated[date, _text(_DATE, date.fromisoformat, date, "a date YYYY-MM-DD")]
LocalTime = Annotated[
    time,
    _text(_TIME, time.fromisoformat, time, "a time HH:MM"),
    AfterValidator(_whole_minute),
    PlainSerializer(lambda value: value.strftime("%H:%M"), return_type=str, when_used="json"),
]
