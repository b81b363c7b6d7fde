"""Two of task and two of notification at once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from functools import partial

import httpx2
import pytest
from harness.outcome import add_repeating, feed_is_exact, once_in_effect, settled
from harness.people import Person
from todoku_cluster.live import LiveStream
from todoku_cluster.waiting import eventually
from todoku_local import Stack

pytestmark = pytest.mark.both_brokers
TASKS = 10


def shows_all(stream: LiveStream) -> bool:
    return len(stream.of("task")) == TASKS


@pytest.fixture(scope="module")
def two(stack: Stack) -> Iterator[Stack]:
    names = [stack.start_replica(app_id) for app_id in ("task", "notification")]
    yield stack
    for name in names:
        stack.process(name).stop()
        stack.process(f"{name} sidecar").stop()


def test_commands_to_both_happen_once(two: Stack, person: Person) -> None:
    made = [add_repeating(person, f"Task {n}") for n in range(TASKS)]
    paths = [f"/api/me/tasks/{each['id']}/complete" for each in made]
    headers = {"Authorization": f"Bearer {person.token}"}

    def complete(job: tuple[int, str]) -> int:
        replica, path = job
        url = two.app_url("task", replica) + path
        return httpx2.patch(
            url, json={"completed": True}, headers=headers, trust_env=False
        ).status_code

    jobs = [(replica, path) for path in paths for replica in (1, 2)]
    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(complete, jobs))
    assert set(statuses) <= {200, 409}
    for each in made:
        once_in_effect(person, each)


def test_streams_of_both_show_the_same_in_the_same_order(two: Stack, person: Person) -> None:
    addresses = [two.app_url("notification", replica) for replica in (1, 2)]
    with ExitStack() as opened:
        streams = [opened.enter_context(person.listen(at=address)) for address in addresses]
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda n: person.add(f"Task {n}"), range(TASKS)))
        for stream in streams:
            eventually(partial(shows_all, stream), 30, "all on each stream")
        assert streams[0].received == streams[1].received
    settled(two)
    feed_is_exact(person)


def test_a_reminder_rings_once(two: Stack, person: Person) -> None:
    soon = (datetime.now(UTC) + timedelta(seconds=5)).isoformat()
    with person.listen() as live:
        made = person.add("Tea", reminders=[{"at": soon}])
        rung = live.wait_for("reminder", lambda data: data["task_id"] == made["id"], 30)
        assert rung.data["title"] == "Tea"
        settled(two)
        assert len(live.of("reminder")) == 1
    assert len(person.ok("GET", "/api/me/notifications")["items"]) == 1
