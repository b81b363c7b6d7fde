"""A process dies at the worst moment; after its return everything has happened, once."""

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from harness.faults import Faults
from harness.outcome import add_repeating, handled, once_in_effect, one_reminder
from harness.people import Person
from todoku_cluster.waiting import eventually

pytestmark = pytest.mark.both_brokers


def complete(person: Person, task: dict[str, Any]) -> None:
    """Whoever gets no answer, because the process died over it, asks again."""
    eventually(partial(person.complete, task["id"]), 40, "accepted")


class TestRelay:
    def test_killed_between_commit_and_publish(self, task: Faults, person: Person) -> None:
        made = add_repeating(person, "Water the plants")
        task.put("die-before-publish")
        complete(person, made)
        task.happened("die-before-publish")
        once_in_effect(person, made)

    def test_killed_between_publish_and_mark(self, task: Faults, person: Person) -> None:
        made = add_repeating(person, "Water the plants")
        task.put("die-after-publish")
        complete(person, made)
        task.happened("die-after-publish")
        once_in_effect(person, made)


class TestConsumer:
    """Killed when the effect is committed and the broker does not know it yet."""

    def test_recurring(self, recurring: Faults, person: Person) -> None:
        made = add_repeating(person, "Feed the cat")
        recurring.put("die-before-ack-task-events")
        complete(person, made)
        recurring.happened("die-before-ack-task-events")
        self.comes_again(recurring, "task-events")
        once_in_effect(person, made)

    def test_task(self, task: Faults, person: Person) -> None:
        made = add_repeating(person, "Feed the cat")
        task.put("die-before-ack-task-commands")
        complete(person, made)
        task.happened("die-before-ack-task-commands")
        self.comes_again(task, "task-commands")
        once_in_effect(person, made)

    def test_notification(self, notification: Faults, person: Person) -> None:
        made = add_repeating(person, "Feed the cat")
        notification.put("die-before-ack-task-updates")
        complete(person, made)
        notification.happened("die-before-ack-task-updates")
        self.comes_again(notification, "task-updates")
        once_in_effect(person, made)

    def comes_again(self, faults: Faults, topic: str) -> None:
        """The broker delivers what was not acknowledged once more, to the new process."""
        eventually(lambda: handled(faults.stack, faults.name, topic) > 0, 60, f"{topic} again")


class TestAnyProcess:
    @pytest.mark.parametrize(
        "name",
        ["task", "recurring-task", "notification", "task sidecar", "notification sidecar"],
    )
    def test_crash_in_the_middle_of_commands(self, name: str, person: Person) -> None:
        made = [add_repeating(person, f"Task {n}") for n in range(5)]
        for number, each in enumerate(made):
            if number == 2:
                person.stack.process(name).crash()
            complete(person, each)
        for each in made:
            once_in_effect(person, each)


def test_the_same_key_after_a_crash_is_the_same_command(person: Person) -> None:
    """Whoever got no answer may ask again with the key, and nothing happens twice."""
    stack = person.stack
    for number in range(5):
        stack.process("task").crash()
        eventually(partial(person.add, f"Task {number}", key=f"key-{number}"), 40, "accepted")
        person.add(f"Task {number}", key=f"key-{number}")
    assert sorted(each["title"] for each in person.tasks()) == [f"Task {n}" for n in range(5)]


def test_a_reminder_due_while_notification_is_away_rings_once(person: Person) -> None:
    soon = (datetime.now(UTC) + timedelta(seconds=8)).isoformat()
    made = person.add("Call home", reminders=[{"at": soon}])
    one_reminder(person, made["id"], "planned")
    person.stack.process("notification").kill()
    eventually(lambda: datetime.now(UTC) > datetime.fromisoformat(soon), 20, "past its time")
    person.stack.bring_back("notification")
    one_reminder(person, made["id"], "delivered")
    rung = person.ok("GET", "/api/me/notifications")["items"]
    assert [each["title"] for each in rung] == ["Call home"]
