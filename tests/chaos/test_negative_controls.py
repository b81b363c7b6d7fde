"""With a guard taken away, the test that watches over it fails: so the tests can see."""

from functools import partial

import pytest
from harness.faults import Faults
from harness.isolation import foreign_task_is_hidden
from harness.outcome import add_repeating, feed_is_exact, once_in_effect
from harness.people import Person
from harness.rows import rows
from todoku_cluster.waiting import eventually


def test_without_the_inbox_a_repeated_message_has_two_effects(
    task: Faults, notification: Faults, person: Person
) -> None:
    with notification.during("no-inbox", restart=True), task.during("twice"):
        person.add("Twice")
        shown = "SELECT count(*) FROM notification.feed WHERE user_id = $1"
        eventually(lambda: rows(person.stack, shown, person.id)[0]["count"] > 1, 20, "both came")
        with pytest.raises(AssertionError, match="the feed"):
            feed_is_exact(person, timeout=2)


def test_without_the_inbox_a_repeated_command_has_two_effects(task: Faults, person: Person) -> None:
    with task.during("no-inbox", restart=True):
        first = person.add("Once", key="the-same")
        second = person.add("Once", key="the-same")
    assert first["id"] != second["id"]


def test_marking_before_publishing_loses_events(task: Faults, person: Person) -> None:
    made = add_repeating(person, "Lost")
    with task.during("mark-before-publish", restart=True):
        task.put("die-before-publish")
        eventually(partial(person.complete, made["id"]), 40, "accepted")
        task.happened("die-before-publish")
        with pytest.raises(AssertionError, match="next occurrence"):
            once_in_effect(person, made, timeout=8)


def test_without_the_user_filter_others_are_seen(
    task: Faults, person: Person, other: Person
) -> None:
    foreign_task_is_hidden(person, other)
    with (
        task.during("no-user-filter", restart=True),
        pytest.raises(AssertionError, match="seen by another"),
    ):
        foreign_task_is_hidden(person, other)
