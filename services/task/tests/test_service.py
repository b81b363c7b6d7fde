"""Retries and repeated keys, with the database replaced by a script."""

from datetime import UTC, datetime
from typing import Any

import pytest
from todoku_platform.clock import FixedClock
from todoku_platform.errors import Conflict, Unavailable
from todoku_platform.identity import Principal
from todoku_platform.saving import ChangeSet, Key
from todoku_task.commands import Complete, Create
from todoku_task.domain import decide
from todoku_task.errors import Contended, VersionMismatch
from todoku_task.repository import DEFAULTS, Loaded, Once, Reserved
from todoku_task.schemas import NewTask
from todoku_task.service import TaskService
from todoku_task.state import State, Task

CALLER = Principal("u1", frozenset({"tasks:write"}), "user", 2**40)
CLOCK = FixedClock(datetime(2026, 3, 2, 12, tzinfo=UTC))
ONCE = Once("POST /tasks", "k", b"{}")


class FakeTasks:
    """One task in the place of the repository; each save does what the script says."""

    def __init__(self, script: tuple[bool | Exception, ...], task: Task | None) -> None:
        self.script, self.task = list(script), task
        self.saved: list[tuple[ChangeSet, Key | None]] = []
        self.woken: list[None] = []
        self.answer: dict[str, Any] | None = None

    async def reserve(self, user_id: str, once: Once | None) -> Reserved:
        return Reserved(len(self.saved) + 1, DEFAULTS, self.answer)

    async def load(self, user_id: str, ref: Any, once: Once | None = None) -> Loaded:
        return Loaded(State(self.task), "UTC", self.answer)

    async def settings(self, user_id: str) -> dict[str, Any]:
        return dict(DEFAULTS)

    async def save(self, changes: ChangeSet, key: Key | None = None) -> bool:
        outcome = self.script.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        if not outcome:
            # Another request with this key was first.
            assert key is not None
            self.answer = {"body_hash": key.body_hash, "status": 201, "headers": {}}
            self.answer["answer"] = "first"
            return False
        self.saved.append((changes, key))
        return True


def service(*script: bool | Exception, task: Task | None = None) -> tuple[TaskService, FakeTasks]:
    tasks = FakeTasks(script, task)
    return TaskService(tasks, CLOCK, lambda: tasks.woken.append(None)), tasks


def stored() -> Task:
    change = decide(State(None), Create("id", 1, {"title": "x"}, "s"), CLOCK.now(), "user")
    assert change is not None
    return change.task


async def create(made: TaskService, once: Once | None = None) -> Any:
    return await made.create(CALLER, NewTask(title="x"), once)


class TestTries:
    async def test_once_when_it_works(self) -> None:
        made, tasks = service(True)
        assert (await create(made)).status_code == 201
        assert len(tasks.saved) == len(tasks.woken) == 1

    async def test_again_when_another_was_first(self) -> None:
        made, tasks = service(Conflict(), Conflict(), True, task=stored())
        answer = await made.change(CALLER, 1, Complete())
        assert answer.headers["etag"] == '"2"'
        assert len(tasks.woken) == 1

    async def test_three_times_at_most(self) -> None:
        made, tasks = service(*[Conflict()] * 4, task=stored())
        with pytest.raises(Contended) as told:
            await made.change(CALLER, 1, Complete())
        assert told.value.extra["current"]["status"] == "open"
        assert (len(tasks.script), tasks.woken) == (1, [])

    async def test_settings_three_times_at_most(self) -> None:
        made, tasks = service(*[Conflict()] * 4)
        with pytest.raises(Contended) as told:
            await made.change_settings(CALLER, {"locale": "ur"}, None)
        assert told.value.extra["current"] == DEFAULTS
        assert len(tasks.script) == 1

    async def test_not_when_the_database_is_away(self) -> None:
        made, tasks = service(Unavailable(), True, task=stored())
        with pytest.raises(Unavailable):
            await made.change(CALLER, 1, Complete())
        assert len(tasks.script) == 1

    async def test_nothing_to_change_saves_nothing(self) -> None:
        made, tasks = service(task=stored())
        answer = await made.change(CALLER, 1, Complete(completed=False))
        assert answer.headers["etag"] == '"1"'
        assert tasks.saved == []

    async def test_another_version_than_asked_for(self) -> None:
        made, _ = service(task=stored())
        with pytest.raises(VersionMismatch):
            await made.change(CALLER, 1, Complete(), if_match=frozenset({'"4"'}))


class TestKeys:
    async def test_the_answer_is_kept_with_the_key(self) -> None:
        made, tasks = service(True)
        answer = await create(made, ONCE)
        key = tasks.saved[0][1]
        assert (key.status, key.answer.encode()) == (201, answer.body)
        assert key.headers["etag"] == '"1"'
        assert key.headers["location"] == "/api/u1/tasks/1"

    async def test_taken_at_the_same_moment(self) -> None:
        made, _ = service(False)
        assert (await create(made, ONCE)).body == b"first"


class TestCause:
    async def test_actor_and_moment(self) -> None:
        made, tasks = service(True)
        assistant = Principal("u1", CALLER.scopes, "assistant", 2**40)
        await made.create(assistant, NewTask(title="x"), None)
        event = tasks.saved[0][0].events[0]
        assert (event.actor, event.occurred_at) == ("assistant", CLOCK.now())
