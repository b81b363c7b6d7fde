"""What an update means for a task as it is."""

from datetime import datetime
from typing import Any

import pytest
from todoku_language import NotPossible, Update, merged_fields, parse

TIMED: dict[str, Any] = {
    "title": "pay rent",
    "due": {"date": "2026-12-01", "time": "09:00", "timezone": None},
    "due_at": "2026-12-01T08:00:00+00:00",
    "reminders": [{"before": "PT1H"}],
    "recurrence": {"rule": "FREQ=MONTHLY;BYMONTHDAY=1", "mode": "schedule"},
    "tags": ["home"],
}
PLAIN: dict[str, Any] = {
    "title": "milk",
    "due": None,
    "due_at": None,
    "reminders": [],
    "recurrence": None,
    "tags": [],
}


def fields(task: dict[str, Any], text: str, now: datetime, zone: str) -> dict[str, Any]:
    (step,) = parse(text, now=now, zone=zone).steps
    assert isinstance(step, Update)
    return merged_fields(task, step.changes, zone)


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("move it to friday", {"date": "2026-11-27", "time": "09:00"}),
        ("move it to 10am", {"date": "2026-12-01", "time": "10:00"}),
        ("move it to friday at 10", {"date": "2026-11-27", "time": "10:00"}),
        ("postpone it by 2 days", {"date": "2026-12-03", "time": "09:00"}),
        ("postpone it by 90 minutes", {"date": "2026-12-01", "time": "10:30"}),
        ("bring forward it by 1 day", {"date": "2026-11-30", "time": "09:00"}),
    ],
)
def test_a_new_day_keeps_the_time_and_a_new_time_the_day(
    text: str, due: dict[str, str], now: datetime, zone: str
) -> None:
    assert fields(TIMED, text, now, zone) == {"due": due}


def test_a_fixed_zone_stays(now: datetime, zone: str) -> None:
    task = {**TIMED, "due": {"date": "2026-12-01", "time": "09:00", "timezone": "Asia/Tokyo"}}

    moved = fields(task, "move it to friday", now, zone)["due"]
    assert moved == {"date": "2026-11-27", "time": "09:00", "timezone": "Asia/Tokyo"}


def test_a_reminder_fixed_to_the_old_due_moves_with_it(now: datetime, zone: str) -> None:
    task = {**TIMED, "reminders": [{"at": "2026-12-01T08:00:30+00:00"}, {"before": "PT1H"}]}

    moved = fields(task, "move it to friday", now, zone)
    assert moved["reminders"] == [{"before": "PT0S"}, {"before": "PT1H"}]


def test_reminders_and_tags_are_added(now: datetime, zone: str) -> None:
    assert fields(TIMED, "remind me 1 day before it", now, zone) == {
        "reminders": [{"before": "PT1H"}, {"before": "P1D"}]
    }
    assert fields(TIMED, "tag it with #money", now, zone) == {"tags": ["home", "money"]}


def test_a_plain_repeat_starts_from_the_date_there_is(now: datetime, zone: str) -> None:
    assert fields(TIMED, "make it weekly", now, zone) == {
        "recurrence": {"rule": "FREQ=WEEKLY", "mode": "schedule"}
    }


def test_a_repeat_on_a_weekday_moves_the_date_there(now: datetime, zone: str) -> None:
    changed = fields(TIMED, "repeat it every wednesday", now, zone)

    assert changed["due"] == {"date": "2026-11-25", "time": "09:00"}
    assert changed["recurrence"]["rule"] == "FREQ=WEEKLY;BYDAY=WE"


def test_without_a_date_goes_what_needs_one(now: datetime, zone: str) -> None:
    cleared = fields(TIMED, "remove the due date from it", now, zone)

    assert cleared == {"due": None, "recurrence": None, "reminders": None}


@pytest.mark.parametrize("text", ["postpone it by 2 days", "remind me 1 hour before it"])
def test_what_needs_a_date_is_refused_without_one(text: str, now: datetime, zone: str) -> None:
    with pytest.raises(NotPossible, match="no date"):
        fields(PLAIN, text, now, zone)


def test_a_date_out_of_the_calendar_is_refused(now: datetime, zone: str) -> None:
    task = {**TIMED, "due": {"date": "9998-12-31", "time": None, "timezone": None}}

    with pytest.raises(NotPossible, match="calendar"):
        fields(task, "postpone it by 2 days", now, zone)
