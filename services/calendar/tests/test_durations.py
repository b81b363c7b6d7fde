from datetime import timedelta

import pytest
from todoku_calendar import format_duration, parse_duration


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("PT0M", timedelta()),
        ("PT0S", timedelta()),
        ("PT30M", timedelta(minutes=30)),
        ("PT90M", timedelta(minutes=90)),
        ("PT120S", timedelta(minutes=2)),
        ("P1D", timedelta(days=1)),
        ("P1DT2H30M", timedelta(days=1, hours=2, minutes=30)),
        ("P2W", timedelta(weeks=2)),
        ("P366D", timedelta(days=366)),
    ],
)
def test_reads(text: str, length: timedelta) -> None:
    assert parse_duration(text) == length
    assert parse_duration(format_duration(length)) == length


@pytest.mark.parametrize(
    "text",
    [
        "",
        "P",
        "PT",
        "P1",
        "1H",
        "PT1.5H",
        "-PT5M",
        "P1M",
        "P1Y",
        "P1DT",
        "P1W2D",
        "pt5m",
        "PT٥M",
        None,
        5,
    ],
)
def test_refuses_what_is_no_duration(text: object) -> None:
    with pytest.raises(ValueError, match="A duration is written like"):
        parse_duration(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [("PT30S", "whole number of minutes"), ("P367D", "at most 366 days"), ("PT999999H", "at most")],
)
def test_refuses_what_is_out_of_bounds(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse_duration(text)


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (timedelta(), "PT0M"),
        (timedelta(minutes=90), "PT1H30M"),
        (timedelta(days=14), "P2W"),
        (timedelta(days=8), "P8D"),
        (timedelta(days=1, minutes=5), "P1DT5M"),
    ],
)
def test_writes_the_shortest(length: timedelta, text: str) -> None:
    assert format_duration(length) == text


def test_writes_no_negative_duration() -> None:
    with pytest.raises(ValueError, match="not negative"):
        format_duration(timedelta(minutes=-5))
