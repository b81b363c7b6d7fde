"""Dues, repeats and reminders in words."""

from datetime import datetime

import pytest
from todoku_calendar import Due
from todoku_language import describe_due, describe_recurrence, describe_reminder


@pytest.mark.parametrize(
    ("due", "text"),
    [
        ({"date": "2026-11-23"}, "today (Monday 23 November)"),
        ({"date": "2026-11-24", "time": "17:00"}, "tomorrow (Tuesday 24 November) at 17:00"),
        ({"date": "2026-11-22"}, "yesterday (Sunday 22 November)"),
        ({"date": "2026-12-01", "time": "09:00"}, "Tuesday 1 December at 09:00"),
        ({"date": "2027-01-01"}, "Friday 1 January 2027"),
        (
            {"date": "2026-12-01", "time": "09:00", "timezone": "America/New_York"},
            "Tuesday 1 December at 09:00 (America/New_York)",
        ),
        (
            {"date": "2026-12-01", "time": "09:00", "timezone": "Europe/Berlin"},
            "Tuesday 1 December at 09:00",
        ),
    ],
)
def test_due(due: dict[str, str], text: str, now: datetime, zone: str) -> None:
    assert describe_due(Due.from_dict(due), zone, now) == text


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("FREQ=DAILY", "every day"),
        ("FREQ=DAILY;INTERVAL=3", "every 3 days"),
        ("FREQ=HOURLY;INTERVAL=2", "every 2 hours"),
        ("FREQ=WEEKLY;BYDAY=MO", "every Monday"),
        ("FREQ=WEEKLY;BYDAY=MO,WE,FR", "every Monday, Wednesday and Friday"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO", "every other Monday"),
        ("FREQ=WEEKLY;INTERVAL=3;BYDAY=MO,TU", "every 3 weeks on Monday and Tuesday"),
        ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "every weekday"),
        ("FREQ=MONTHLY;BYMONTHDAY=1", "every month on the 1st"),
        ("FREQ=MONTHLY;BYMONTHDAY=1,15", "every month on the 1st and 15th"),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", "every month on the last day"),
        ("FREQ=MONTHLY;BYDAY=1MO", "every month on the first Monday"),
        ("FREQ=MONTHLY;BYDAY=-1FR", "every month on the last Friday"),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "every month on the last weekday"),
        ("FREQ=MONTHLY;INTERVAL=3", "every 3 months"),
        ("FREQ=YEARLY;BYMONTH=5;BYMONTHDAY=5", "every year on 5 May"),
        ("FREQ=WEEKLY;BYDAY=MO;COUNT=10", "every Monday, 10 times"),
        ("FREQ=DAILY;UNTIL=20261231", "every day, until 31 December 2026"),
        ("FREQ=DAILY;UNTIL=20261231T225959Z", "every day, until 31 December 2026"),
        ("FREQ=YEARLY;BYWEEKNO=20", "by the rule FREQ=YEARLY;BYWEEKNO=20"),
        ("FREQ=MONTHLY;BYMONTHDAY=-3", "by the rule FREQ=MONTHLY;BYMONTHDAY=-3"),
        ("FREQ=DAILY;BYHOUR=9,17", "by the rule FREQ=DAILY;BYHOUR=9,17"),
    ],
)
def test_recurrence(rule: str, text: str) -> None:
    assert describe_recurrence(rule) == text


def test_completion_mode_is_said() -> None:
    text = describe_recurrence("FREQ=DAILY;INTERVAL=3", "completion")

    assert text == "every 3 days, counted from the day it is done"


@pytest.mark.parametrize(
    ("spec", "text"),
    [
        ({"before": "PT1H"}, "1 hour before"),
        ({"before": "PT90M"}, "1 hour and 30 minutes before"),
        ({"before": "P1D"}, "1 day before"),
        ({"before": "P2W"}, "14 days before"),
        ({"before": "PT0S"}, "when it is due"),
        ({"at": "2026-11-23T20:01:30+00:00"}, "today (Monday 23 November) at 21:01:30"),
        ({"at": "2026-11-24T07:00:00Z"}, "tomorrow (Tuesday 24 November) at 08:00"),
    ],
)
def test_reminder(spec: dict[str, str], text: str, now: datetime, zone: str) -> None:
    assert describe_reminder(spec, zone, now) == text
