"""What is malformed is refused with the name of the field, and nothing is written."""

from typing import Any

import pytest
from harness.people import Person

LONG = "x" * 201
DUE = {"date": "2040-05-04", "time": "09:00", "timezone": None}


def daily(**changed: Any) -> dict[str, Any]:
    return {"title": "T", "due": DUE, "recurrence": {"rule": "FREQ=DAILY"} | changed}


REFUSED = [
    ({}, "title"),
    ({"title": ""}, "title"),
    ({"title": "   "}, "title"),
    ({"title": "\u0000\u202e"}, "title"),
    ({"title": LONG}, "title"),
    ({"title": 7}, "title"),
    ({"title": None}, "title"),
    ({"title": "T", "colour": "red"}, "colour"),
    ({"title": "T", "user_id": "somebody"}, "user_id"),
    ({"title": "T", "id": "1"}, "id"),
    ({"title": "T", "description": "x" * 5001}, "description"),
    ({"title": "T", "priority": "urgent"}, "priority"),
    ({"title": "T", "tags": "work"}, "tags"),
    ({"title": "T", "tags": ["x" * 51]}, "tags.0"),
    ({"title": "T", "tags": [f"t{n}" for n in range(21)]}, "tags"),
    ({"title": "T", "due": "tomorrow"}, "due"),
    ({"title": "T", "due": {"date": "2026-02-30"}}, "due"),
    ({"title": "T", "due": {"date": "2026-02-28", "time": "25:00"}}, "due"),
    ({"title": "T", "due": {"date": "2026-02-28", "timezone": "Europe/Berlin"}}, "due"),
    ({"title": "T", "due": DUE | {"timezone": "Mars/Olympus"}}, "due"),
    ({"title": "T", "due": DUE | {"zone": "UTC"}}, "due.zone"),
    ({"title": "T", "reminders": [{}]}, "reminders.0"),
    ({"title": "T", "due": DUE, "reminders": [{"before": "an hour"}]}, "reminders.0.before"),
    ({"title": "T", "reminders": [{"at": "2040-05-04T09:00:00"}]}, "reminders.0.at"),
    ({"title": "T", "due": DUE, "reminders": [{"before": "PT1M"}] * 11}, "reminders"),
    (daily(rule="EVERY DAY"), "recurrence"),
    (daily(rule=""), "recurrence.rule"),
    (daily(rule="FREQ=SECONDLY"), "recurrence"),
    (daily(rule="FREQ=MINUTELY"), "recurrence"),
    (daily(rule="FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"), "recurrence"),
    (daily(rule="FREQ=DAILY;INTERVAL=0"), "recurrence"),
    (daily(rule="FREQ=DAILY;COUNT=-1"), "recurrence"),
    (daily(mode="sometimes"), "recurrence.mode"),
    ({"title": "T", "recurrence": {"rule": "FREQ=DAILY"}}, "due"),
]


@pytest.mark.parametrize(("body", "field"), REFUSED, ids=lambda v: str(v)[:60])
def test_fields(person: Person, body: dict[str, Any], field: str) -> None:
    answer = person.call("POST", "/api/me/tasks", json=body)
    assert answer.status_code == 422, answer.text
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    problem = answer.json()
    assert problem["status"] == 422
    assert any(error["field"].startswith(field) for error in problem["errors"]), problem
    assert person.tasks() == []


class TestBodies:
    def test_over_256_kib(self, person: Person) -> None:
        for at in ("task", None):
            big = {"title": "T", "description": "x" * (256 * 1024)}
            assert person.call("POST", "/api/me/tasks", json=big, at=at).status_code == 413

    def test_over_256_kib_without_a_length(self, person: Person) -> None:
        chunks = (b" " * 65536 for _ in range(8))
        headers = {"Content-Type": "application/json"}
        answer = person.call("POST", "/api/me/tasks", content=chunks, headers=headers, at="task")
        assert answer.status_code == 413

    @pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[]", b"null", b'"text"'])
    def test_not_an_object(self, person: Person, content: bytes) -> None:
        headers = {"Content-Type": "application/json"}
        answer = person.call("POST", "/api/me/tasks", content=content, headers=headers)
        assert answer.status_code in {400, 422}

    def test_another_media_type(self, person: Person) -> None:
        headers = {"Content-Type": "text/plain"}
        answer = person.call("POST", "/api/me/tasks", content=b'{"title": "T"}', headers=headers)
        assert answer.status_code in {415, 422}

    def test_cleaned_not_refused(self, person: Person) -> None:
        made = person.add("  Buy\u0007 milk \u202e ", tags=["Home", "home", "SHOP"])
        assert made["title"] == "Buy milk"
        assert made["tags"] == ["home", "shop"]


class TestQueries:
    @pytest.mark.parametrize(
        "params",
        [
            {"limit": "0"},
            {"limit": "201"},
            {"limit": "ten"},
            {"status": "closed"},
            {"sort": "colour"},
            {"cursor": "not-a-cursor"},
            {"colour": "red"},
            {"due": "someday"},
        ],
        ids=str,
    )
    def test_lists(self, person: Person, params: dict[str, str]) -> None:
        answer = person.call("GET", "/api/me/tasks", params=params)
        assert answer.status_code in {400, 422}, answer.text

    @pytest.mark.parametrize("task_id", ["0", "-1", "999999", "abc", "1.5", "9" * 30])
    def test_ids(self, person: Person, task_id: str) -> None:
        answer = person.call("GET", f"/api/me/tasks/{task_id}")
        assert answer.status_code in {404, 422}

    @pytest.mark.parametrize("key", ["", "a b", "x" * 201, "ä"])
    def test_idempotency_keys(self, person: Person, key: str) -> None:
        headers = {"Idempotency-Key": key.encode("latin-1")}
        body = {"title": "T"}
        answer = person.call("POST", "/api/me/tasks", json=body, headers=headers, at="task")
        assert answer.status_code in {400, 422}, answer.text


class TestRecurrenceAnswersAtOnce:
    @pytest.mark.parametrize(
        "rule",
        [
            "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
            "FREQ=SECONDLY",
            "FREQ=DAILY;BYHOUR=25",
            "FREQ=FORTNIGHTLY",
            "X" * 501,
        ],
    )
    def test_preview(self, person: Person, rule: str) -> None:
        body = {"rule": rule, "start": {"date": "1970-01-01", "time": "00:00"}, "count": 10}
        answer = person.call("POST", "/api/me/recurrence/preview", json=body)
        assert answer.status_code == 422, answer.text
        assert answer.elapsed.total_seconds() < 2

    def test_settings(self, person: Person) -> None:
        for body in ({"timezone": "Mars/Olympus"}, {"week_start": "someday"}, {"mood": "good"}):
            answer = person.call("PATCH", "/api/me/settings", json=body)
            assert answer.status_code == 422
            assert answer.json()["errors"][0]["field"] == next(iter(body))
