"""A part is away for half a minute; nothing is lost and nothing becomes a dead letter."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import httpx2
import pytest
from harness.outcome import add_repeating, once_in_effect, settled
from harness.people import Person
from todoku_cluster.waiting import eventually

pytestmark = pytest.mark.both_brokers
AWAY_SECONDS = 30
SHORT_SECONDS = 8
"""Several deliveries that fail, where the length of the outage is not the point."""


def for_a_while(act: Callable[[int], None], seconds: float = AWAY_SECONDS) -> int:
    """Keep acting until the outage has lasted long enough; how often it was."""
    ends = time.monotonic() + seconds
    number = 0
    while time.monotonic() < ends:
        act(number)
        number += 1
        time.sleep(0.5)  # the pace of a person, not a wait for anything
    return number


@contextmanager
def away(person: Person, name: str) -> Iterator[None]:
    """SIGKILL and down until the end of the block, then back and ready."""
    person.stack.process(name).kill()
    try:
        yield
    finally:
        person.stack.bring_back(name, 60)


def test_broker_away_while_commands_continue(person: Person) -> None:
    before = add_repeating(person, "Before")
    accepted = []

    def act(number: int) -> None:
        accepted.append(person.add(f"During {number}")["title"])

    with away(person, person.stack.broker.name):
        person.complete(before["id"])
        for_a_while(act)
        assert len(accepted) > 10
    settled(person.stack, 90)
    once_in_effect(person, before, 90)
    titles = [each["title"] for each in person.tasks() if each["title"].startswith("During")]
    assert sorted(titles) == sorted(accepted)


def test_database_away(person: Person) -> None:
    before = add_repeating(person, "Before")
    answers: list[httpx2.Response] = []

    def act(number: int) -> None:
        headers = {"Idempotency-Key": f"during-{number}"}
        body = {"title": f"During {number}"}
        answers.append(person.call("POST", "/api/me/tasks", json=body, headers=headers, at="task"))

    settled(person.stack)
    with away(person, "postgres"):
        tried = for_a_while(act)
    assert {answer.status_code for answer in answers} == {503}
    assert all(int(answer.headers["Retry-After"]) > 0 for answer in answers)

    for number in range(tried):
        again = partial(person.add, f"During {number}", key=f"during-{number}")
        eventually(again, 40, "accepted")
    person.complete(before["id"])
    once_in_effect(person, before, 90)
    titles = [each["title"] for each in person.tasks() if each["title"].startswith("During")]
    assert sorted(titles) == sorted(f"During {n}" for n in range(tried))


def test_database_away_while_messages_wait(person: Person) -> None:
    """Events that were published before the outage are handled after it, not given up."""
    stack = person.stack
    made = [add_repeating(person, f"Task {n}") for n in range(3)]
    settled(stack)
    stack.process("recurring-task").kill()
    stack.process("notification").kill()
    for each in made:
        person.complete(each["id"])
    settled(stack)
    stack.process("postgres").kill()
    stack.process("recurring-task").start()
    stack.process("notification").start()
    for_a_while(lambda _: None, SHORT_SECONDS)
    stack.bring_back("postgres")
    for name in ("recurring-task", "notification"):
        stack.process(name).wait_ready(60)
    for each in made:
        once_in_effect(person, each, 90)


def test_sidecar_away_is_said_and_over_when_it_is_back(person: Person) -> None:
    with away(person, "task sidecar"):
        answer = person.call("POST", "/api/me/tasks", json={"title": "Later"}, at="task")
        assert answer.status_code == 503
        assert int(answer.headers["Retry-After"]) > 0
    eventually(lambda: person.add("Later", key="later"), 40, "accepted")
    assert [each["title"] for each in person.tasks()] == ["Later"]


def test_front_end_away_stops_nobody_who_has_a_token(person: Person) -> None:
    person.ok("GET", "/api/me/tasks", at="task")
    with away(person, "frontend"):
        person.ok("POST", "/api/me/tasks", json={"title": "Straight"}, at="task")
    assert [each["title"] for each in person.tasks()] == ["Straight"]
