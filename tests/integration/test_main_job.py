"""The main job over HTTP: a sentence becomes a task, an event, a next occurrence, a reminder."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from harness.outcome import once_in_effect
from harness.people import Person
from todoku_cluster import smoke
from todoku_cluster.waiting import eventually
from todoku_local import Stack

pytestmark = pytest.mark.both_brokers
ZONE = ZoneInfo("Asia/Karachi")


def next_first(after: date) -> date:
    """The first day of the month after that day's."""
    return date(after.year + after.month // 12, after.month % 12 + 1, 1)


def test_a_sentence_becomes_a_task_that_comes_again(person: Person) -> None:
    today = datetime.now(ZONE).date()
    with person.listen() as live:
        said = person.say("add pay rent on the 1st of every month at 9am, remind me 1 hour before")
        assert [call["name"] for call in said["tool_calls"]] == ["add_task"]
        assert "pay rent" in said["response"].lower()

        (task,) = person.tasks(status="open")
        assert task["title"].lower() == "pay rent"
        due = date.fromisoformat(task["due"]["date"])
        assert due.day == 1
        assert today <= due <= next_first(today)
        assert task["due"]["time"] == "09:00"
        assert task["reminders"] == [{"before": "PT1H"}]
        assert datetime.fromisoformat(task["due_at"]).astimezone(ZONE).hour == 9
        live.wait_for("task", lambda data: (data["id"], data["kind"]) == (task["id"], "created"))

        done = person.say("done with pay rent", said["conversation_id"])
        assert [call["name"] for call in done["tool_calls"]][-1] == "complete_task"
        live.wait_for("task", lambda data: (data["id"], data["kind"]) == (task["id"], "completed"))
        shown = live.wait_for(
            "task", lambda data: data["kind"] == "created" and data["id"] != task["id"]
        )

    (following,) = eventually(lambda: person.tasks(status="open"))
    assert following["id"] == shown.data["id"]
    assert following["number"] > task["number"]
    assert date.fromisoformat(following["due"]["date"]) == next_first(due)
    assert following["reminders"] == task["reminders"]
    assert following["recurrence"] == task["recurrence"]
    once_in_effect(person, task)


class TestSmoke:
    """What is run against clusters, here against this stack."""

    def test_passes_with_a_line_for_each_step(self, stack: Stack) -> None:
        said: list[str] = []
        smoke.run(stack.web_url, said.append)
        assert len(said) == 9
        assert all(line.startswith("ok ") for line in said)

    def test_names_the_step_that_does_not_hold(self, stack: Stack) -> None:
        said: list[str] = []
        stack.process("recurring-task").kill()
        try:
            with pytest.raises(smoke.Failed, match="the next occurrence arrives: not within 3 s"):
                smoke.run(stack.web_url, said.append, quick=True, patience=3)
        finally:
            stack.bring_back("recurring-task")
        assert len(said) == 6
        assert all(line.startswith("ok ") for line in said)


def test_who_changes_zone_hears_a_floating_reminder_at_their_nine(person: Person) -> None:
    due = {"date": "2040-05-04", "time": "09:00", "timezone": None}
    fixed = {"date": "2040-05-04", "time": "09:00", "timezone": "Europe/Berlin"}
    floating = person.add("Floating", due=due, reminders=[{"before": "PT0S"}])
    anchored = person.add("Anchored", due=fixed, reminders=[{"before": "PT0S"}])
    instants = {floating["id"]: "2040-05-04T04:00:00", anchored["id"]: "2040-05-04T07:00:00"}
    eventually(lambda: planned(person) == instants, 30, "both are planned")

    person.ok("PATCH", "/api/me/settings", json={"timezone": "America/New_York"})
    instants[floating["id"]] = "2040-05-04T13:00:00"
    eventually(lambda: planned(person) == instants, 30, "the floating one has moved")


def planned(person: Person) -> dict[str, str]:
    """Task → when its reminder will ring, in UTC."""
    items = person.ok("GET", "/api/me/reminders", params={"status": "planned"})["items"]
    found = {}
    for item in items:
        instant = datetime.fromisoformat(item["due_at"]).astimezone(UTC)
        found[item["task_id"]] = instant.strftime("%Y-%m-%dT%H:%M:%S")
    return found
