"""The stream through the front end: at once, in order, resumed without a gap or a repetition."""

import time
from functools import partial
from typing import Any

import httpx2
from harness.people import Person
from todoku_cluster.waiting import eventually
from todoku_local import Stack

KEEP_ALIVE_SECONDS = 15


def is_of(task_id: str, change: dict[str, Any]) -> bool:
    return bool(change["id"] == task_id)


class TestHeaders:
    def test_say_that_nothing_may_hold_it_back(self, person: Person) -> None:
        with person.listen() as live:
            assert live.status == 200
            assert live.headers["Content-Type"].startswith("text/event-stream")
            assert "no-cache" in live.headers["Cache-Control"]
            assert "no-transform" in live.headers["Cache-Control"]
            assert "Content-Encoding" not in live.headers

    def test_first_byte_comes_at_once_although_compression_is_on(self, person: Person) -> None:
        headers = {"Accept-Encoding": "gzip, br", "Authorization": f"Bearer {person.token}"}
        url = f"{person.stack.web_url}/api/me/stream"
        began = time.monotonic()
        with httpx2.stream("GET", url, headers=headers, timeout=10, trust_env=False) as answer:
            assert next(answer.iter_bytes())
        assert time.monotonic() - began < 3


class TestChanges:
    def test_arrive_in_the_order_they_were_made(self, person: Person) -> None:
        with person.listen() as live:
            made = person.add("First")
            person.ok("PATCH", f"/api/me/tasks/{made['id']}", json={"title": "Renamed"})
            person.complete(made["id"])
            person.complete(made["id"], False)
            person.ok("DELETE", f"/api/me/tasks/{made['id']}")
            eventually(lambda: len(live.of("task")) == 5, 20, "five changes")
            numbers = [int(event.id) for event in live.received]
        assert {each["version"] for each in live.of("task")} == {1, 2, 3, 4, 5}
        assert numbers == sorted(set(numbers))

    def test_arrive_fast(self, person: Person) -> None:
        waits = []
        with person.listen() as live:
            for number in range(15):
                began = time.monotonic()
                made = person.add(f"Task {number}")
                live.wait_for("task", partial(is_of, made["id"]))
                waits.append(time.monotonic() - began)
        assert sorted(waits)[len(waits) // 2] < 1.0

    def test_of_others_do_not(self, person: Person, other: Person) -> None:
        with person.listen() as live:
            other.add("Not yours")
            mine = person.add("Yours")
            live.wait_for("task", lambda data: data["id"] == mine["id"])
            assert [each["id"] for each in live.of("task")] == [mine["id"]]


class TestResuming:
    def test_after_a_break(self, person: Person) -> None:
        with person.listen() as live:
            first = person.add("Before")
            live.wait_for("task", lambda data: data["id"] == first["id"])
        missed = [person.add(f"Missed {n}")["id"] for n in range(3)]
        with person.listen(last_event_id=live.cursor) as again:
            eventually(lambda: len(again.of("task")) == 3, 20, "what was missed")
            assert {each["id"] for each in again.of("task")} == set(missed)

    def test_from_before_all_that_is_kept(self, person: Person) -> None:
        person.add("Something")
        for cursor in ("nonsense", "999999999"):
            with person.listen(last_event_id=cursor) as live:
                live.wait_for("resync")
                assert len(live.of("resync")) == 1

    def test_after_the_service_was_killed(self, stack: Stack, person: Person) -> None:
        with person.listen() as live:
            first = person.add("Before")
            live.wait_for("task", lambda data: data["id"] == first["id"])
            stack.process("notification").crash()
            live.wait_for("ended", lambda _: True, 20)
        second = person.add("While it was down")
        stack.process("notification").wait_ready(30)
        with person.listen(last_event_id=live.cursor) as again:
            again.wait_for("task", lambda data: data["id"] == second["id"])
            assert [each["id"] for each in again.of("task")] == [second["id"]]


def test_a_minute_of_silence_keeps_it_open(person: Person) -> None:
    """Comments come every 15 s; after a minute without news the next change still arrives."""
    with person.listen() as live:
        welcome = eventually(lambda: live.comments, 10)
        eventually(lambda: live.comments >= welcome + 4, 4 * KEEP_ALIVE_SECONDS + 10, "comments")
        made = person.add("At last")
        live.wait_for("task", lambda data: data["id"] == made["id"])
