"""Retries and repeated keys, with the database replaced by a script."""

from datetime import UTC, datetime
from typing import Any

import pytest
from todoku_platform.clock import FixedClock
from todoku_platform.errors import Conflict, Unavailable
from todoku_platform.identity import Principal
from todoku_platform.saving import ChangeSet, Key
from todoku_task.commands import Complete
from todoku_task.errors import VersionMismatch
from todoku_task.events import Cause
from todoku_task.repository import DEFAULTS, Loaded, Once, Reserved, Tasks
from todoku_task.schemas import NewTask
from todoku_task.service import TaskService
from todoku_task.state import State, Task

CALLER = Principal("u1", frozenset({"tasks:write"}), "user", 2**40)
CLOCK = FixedClock(datetime(2026, 3, 2, 12, tzinfo=UTC))
ONCE = Once("POST /tasks", "k", b"{}")


class FakeTasks(Tasks):
    """One task; each save does what the script says, then applies."""

    def __init__(self, *script: bool | Exception) -> None:
        object.__setattr__(self, "script", list(script))
        object.__setattr__(self, "task", None)
        object.__setattr__(self, "saved", [])
        object.__setattr__(self, "answer", None)

    async def reserve(self, user_id: str, once: Once | None) -> Reserved:
        return Reserved(len(self.saved) + 1, DEFAULTS, self.answer)

    async def load(self, user_id: str, ref: Any, once: Once | None = None) -> Loaded:
        return Loaded(State(self.task), "UTC", self.answer)

    async def save(self, changes: ChangeSet, key: Key | None = None) -> bool:
        outcome = self.script.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        if not outcome:
            # Another request with this key was first.
            stored = {"body_hash": key.body_hash, "status": 201, "headers": {}, "answer": "first"}
            object.__setattr__(self, "answer", stored)
            return False
        self.saved.append((changes, key))
        return True


def service(*script: bool | Exception, task: Task | None = None) -> tuple[TaskService, FakeTasks]:
    tasks = FakeTasks(*script)
    object.__setattr__(tasks, "task", task)
    woken: list[None] = []
    made = TaskService(tasks, CLOCK, lambda: woken.append(None))
    object.__setattr__(tasks, "woken", woken)
    return made, tasks


def stored() -> Task:
    from todoku_task.commands import Create
    from todoku_task.domain import decide

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
        with pytest.raises(Conflict):
            await made.change(CALLER, 1, Complete())
        assert (len(tasks.script), tasks.woken) == (1, [])

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
        assert isinstance(Cause("u1", "user", CLOCK.now(), "c"), Cause)
