"""What is taken, and what is refused with the name of its field."""

from typing import Any

import pytest
from pydantic import ValidationError
from todoku_platform.problems import Problem
from todoku_task.schemas import Completion, NewTask, SettingsPatch, TaskPatch, TaskQuery, WholeTask


def refused(model: type, **fields: Any) -> str:
    with pytest.raises(ValidationError) as caught:
        model.model_validate(fields)
    return ".".join(map(str, caught.value.errors()[0]["loc"]))


class TestTitle:
    def test_what_cannot_be_seen_is_removed(self) -> None:
        new = NewTask(title="  pay\u202e\x00\trent\u2069\n")
        assert new.given() == {"title": "pay rent"}

    def test_marks_of_direction_stay(self) -> None:
        assert NewTask(title="کرایہ\u200f rent").title == "کرایہ\u200f rent"

    def test_two_hundred_after_trimming(self) -> None:
        assert len(NewTask(title=" " + "x" * 200 + " ").title or "") == 200

    @pytest.mark.parametrize("title", ["", "  ", "\u202e", "x" * 201, 5, True, ["x"], "\ud800"])
    def test_refused(self, title: Any) -> None:
        assert refused(NewTask, title=title) == "title"

    def test_needed(self) -> None:
        with pytest.raises(Problem) as caught:
            NewTask.model_validate({}).check()
        assert caught.value.errors[0]["field"] == "title"
        assert refused(TaskPatch, title=None) == "title"
        assert refused(WholeTask) == "title"


class TestText:
    def test_comes_alone(self) -> None:
        with pytest.raises(Problem) as caught:
            NewTask(text="pay rent", priority="high").check()
        assert caught.value.errors[0]["field"] == "text"


class TestFields:
    def test_shapes(self) -> None:
        new = NewTask.model_validate(
            {
                "title": "x",
                "description": "a\r\nb\x07",
                "tags": ["#Home", "home ", "WORK"],
                "due": {"date": "2026-03-03", "time": "09:00", "timezone": "Europe/Berlin"},
                "reminders": [
                    {"before": "PT60M"},
                    {"before": "PT1H"},
                    {"at": "2026-03-03T08:00:00+05:00"},
                ],
                "recurrence": {"rule": "FREQ=DAILY"},
            }
        )
        assert new.given() == {
            "title": "x",
            "description": "a\nb",
            "tags": ["home", "work"],
            "due": {"date": "2026-03-03", "time": "09:00", "timezone": "Europe/Berlin"},
            "reminders": [{"before": "PT1H"}, {"at": "2026-03-03T03:00:00.000000Z"}],
            "recurrence": {"rule": "FREQ=DAILY", "mode": "schedule"},
        }

    @pytest.mark.parametrize(
        ("fields", "where"),
        [
            ({"colour": "red"}, "colour"),
            ({"id": "x"}, "id"),
            ({"description": "x" * 5001}, "description"),
            ({"priority": "urgent"}, "priority"),
            ({"tags": ["x"] * 21}, "tags"),
            ({"tags": ["x" * 51]}, "tags.0"),
            ({"tags": ["#"]}, "tags.0"),
            ({"due": {"date": "2026-02-30"}}, "due"),
            ({"due": {"date": "2026-03-03", "time": "24:00"}}, "due"),
            ({"due": {"date": "2026-03-03", "timezone": "Europe/Berlin"}}, "due"),
            ({"due": {"date": "2026-03-03", "time": "09:00", "timezone": "Mars"}}, "due"),
            ({"due": {"date": "0001-01-01"}}, "due"),
            ({"due": "tomorrow"}, "due"),
            ({"due": {"day": "2026-03-03"}}, "due.date"),
            ({"reminders": [{"before": "PT1H"}] * 11}, "reminders"),
            ({"reminders": [{"before": "1 hour"}]}, "reminders.0.before"),
            ({"reminders": [{"before": "P2Y"}]}, "reminders.0.before"),
            ({"reminders": [{"at": "2026-03-03T08:00:00"}]}, "reminders.0.at"),
            ({"reminders": [{"at": "9999-12-31T23:59:59-10:00"}]}, "reminders.0.at"),
            ({"reminders": [{}]}, "reminders.0"),
            ({"reminders": [{"at": "2026-03-03T08:00:00Z", "before": "PT1H"}]}, "reminders.0"),
            ({"recurrence": {"rule": "FREQ=DAILY", "mode": "never"}}, "recurrence.mode"),
            ({"recurrence": {"rule": ""}}, "recurrence.rule"),
        ],
    )
    def test_refused(self, fields: dict[str, Any], where: str) -> None:
        assert refused(NewTask, title="x", **fields) == where


class TestPatch:
    def test_absent_leaves(self) -> None:
        assert TaskPatch().given() == {}

    def test_null_clears(self) -> None:
        names = ("description", "priority", "tags", "due", "reminders", "recurrence")
        assert TaskPatch.model_validate(dict.fromkeys(names)).given() == {
            "description": "",
            "priority": None,
            "tags": [],
            "due": None,
            "reminders": [],
            "recurrence": None,
        }


class TestWhole:
    def test_left_out_is_cleared(self) -> None:
        assert WholeTask(title="x").whole() == {
            "title": "x",
            "description": "",
            "priority": None,
            "tags": [],
            "due": None,
            "reminders": [],
            "recurrence": None,
        }


class TestOthers:
    def test_completion(self) -> None:
        assert refused(Completion, completed="yes") == "completed"
        assert refused(Completion, done=True) == "done"

    @pytest.mark.parametrize(
        ("fields", "where"),
        [
            ({"timezone": "Mars/Base"}, "timezone"),
            ({"timezone": "../../etc/passwd"}, "timezone"),
            ({"timezone": ""}, "timezone"),
            ({"timezone": None}, "timezone"),
            ({"locale": "english please"}, "locale"),
            ({"week_start": "tuesday"}, "week_start"),
            ({"default_reminders": [{"before": "x"}]}, "default_reminders.0.before"),
            ({"theme": "dark"}, "theme"),
        ],
    )
    def test_settings(self, fields: dict[str, Any], where: str) -> None:
        assert refused(SettingsPatch, **fields) == where

    @pytest.mark.parametrize(
        ("fields", "where"),
        [
            ({"limit": 0}, "limit"),
            ({"limit": 201}, "limit"),
            ({"sort": "colour"}, "sort"),
            ({"status": "closed"}, "status"),
            ({"due": "someday"}, "due"),
            ({"q": ""}, "q"),
            ({"page": 2}, "page"),
        ],
    )
    def test_query(self, fields: dict[str, Any], where: str) -> None:
        assert refused(TaskQuery, **fields) == where
