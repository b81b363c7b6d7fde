"""The wire repeats and reorders; the effect is the same as if it did neither."""

from typing import Any

import pytest
from harness.faults import Faults
from harness.outcome import add_repeating, feed_is_exact, once_in_effect, settled, successor
from harness.people import Person
from harness.rows import rows
from todoku_cluster.waiting import eventually

pytestmark = pytest.mark.both_brokers


def test_each_message_twice(
    task: Faults, recurring: Faults, notification: Faults, person: Person
) -> None:
    for each in (task, recurring, notification):
        each.put("twice")
    try:
        made = add_repeating(person, "Read a page")
        person.complete(made["id"])
        once_in_effect(person, made)
    finally:
        for each in (task, recurring, notification):
            each.clear("twice")


class TestReverseOrder:
    def test_of_one_task(self, task: Faults, person: Person) -> None:
        made = self.backwards(task, person, [True])
        once_in_effect(person, made)

    def test_done_undone_done_makes_one_successor(self, task: Faults, person: Person) -> None:
        made = self.backwards(task, person, [True, False, True])
        once_in_effect(person, made)

    def test_done_undone_leaves_none(self, task: Faults, person: Person) -> None:
        made = self.backwards(task, person, [True, False])
        settled(person.stack)
        feed_is_exact(person)
        eventually(lambda: self.open_successors(person, made) == [], 20, "no next occurrence")

    def backwards(self, task: Faults, person: Person, completions: list[bool]) -> dict[str, Any]:
        """Do all of it while nothing goes out, then let it go, the last event first."""
        with task.during("reverse"):
            with task.during("hold"):
                made = add_repeating(person, "Swim")
                for completed in completions:
                    person.complete(made["id"], completed)
            settled(person.stack)
        return made

    def open_successors(self, person: Person, made: dict[str, Any]) -> list[dict[str, Any]]:
        sql = """SELECT id FROM task.tasks WHERE user_id = $1 AND deleted_at IS NULL
                 AND predecessor_id = $2::text::uuid"""
        return rows(person.stack, sql, person.id, made["id"])


def test_withdrawn_and_made_again_is_the_same_occurrence(person: Person) -> None:
    made = add_repeating(person, "Stretch")
    person.complete(made["id"])
    first = successor(person, made)
    person.complete(made["id"], False)
    gone = "the next occurrence is withdrawn"
    eventually(lambda: successor(person, made)["withdrawn"], 30, gone)
    person.complete(made["id"])
    eventually(lambda: not successor(person, made)["withdrawn"], 30, "it is back")
    assert successor(person, made)["id"] == first["id"]
    once_in_effect(person, made)
