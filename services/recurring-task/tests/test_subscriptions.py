"""From a message to rows and commands, on a real database."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi import FastAPI
from sqlalchemy import Text, select
from todoku_contracts.events import TaskState
from todoku_platform.app import Context
from todoku_platform.ids import new_id
from todoku_platform.inbox import Outcome
from todoku_platform.statements import param, rows
from todoku_platform.storage import Storage
from todoku_recurring.domain import State, successor_id
from todoku_recurring.repository import SeriesStore
from todoku_recurring.tables import OCCURRENCES, PLATFORM

pytestmark = pytest.mark.postgres
MakeTask = Callable[..., TaskState]
Tell = Callable[..., Awaitable[Outcome]]

COMMANDS = rows(
    select(PLATFORM.events.c.type, PLATFORM.events.c.sequence, PLATFORM.events.c.payload)
    .where(PLATFORM.events.c.user_id == param("user_id", Text))
    .order_by(PLATFORM.events.c.seq)
)
ALL_OCCURRENCES = rows(
    select(OCCURRENCES)
    .where(OCCURRENCES.c.user_id == param("user_id", Text))
    .order_by(OCCURRENCES.c.due_at)
)


@pytest.fixture
def ids() -> dict[str, str]:
    """A task and its series, this test's own."""
    return {"id": str(uuid4()), "series_id": str(new_id())}


def envelope(user_id: str, task: TaskState, kind: str) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": str(new_id()),
        "type": f"dev.todoku.task.{kind}.v1",
        "source": "/todoku/task",
        "subject": f"users/{user_id}/tasks/{task.id}",
        "time": "2026-05-04T08:00:00Z",
        "datacontenttype": "application/json",
        "dataschema": f"https://todoku.dev/schemas/task.{kind}.v1.json",
        "partitionkey": user_id,
        "sequence": str(task.version),
        "correlationid": "c1",
        "actor": "user",
        "data": {"task": task.model_dump(mode="json"), "changed": [], "change_id": str(uuid4())},
    }


@pytest.fixture
def tell(app: FastAPI, user_id: str) -> Tell:
    """Deliver the state of a task once, as Dapr would; `message` delivers that one again."""

    async def deliver(
        task: TaskState | None = None, kind: str = "updated", message: Any = None
    ) -> Outcome:
        context: Context = app.state.context
        if message is None:
            assert task
            message = envelope(user_id, task, kind)
        return await context.dispatcher.receive("task-events", message)

    return deliver


@pytest.fixture
def sent(storage: Storage, user_id: str) -> Callable[[], Awaitable[list[tuple[str, int]]]]:
    async def read() -> list[tuple[str, int]]:
        found = await storage.read(COMMANDS, user_id=user_id)
        return [(row["type"].split(".")[3], row["sequence"]) for row in found]

    return read


Sent = Callable[[], Awaitable[list[tuple[str, int]]]]


class TestTasks:
    async def test_completion_makes_rows_and_one_command(
        self,
        tell: Tell,
        sent: Sent,
        storage: Storage,
        user_id: str,
        make_task: MakeTask,
        ids: dict[str, str],
    ) -> None:
        assert await tell(make_task(1, **ids), "created") is Outcome.SUCCESS
        late = make_task(2, done=True, **ids | {"completed_at": "2026-05-12T12:00:00Z"})
        assert await tell(late, "completed") is Outcome.SUCCESS
        assert await sent() == [("create", 2)]
        found = await storage.read(ALL_OCCURRENCES, user_id=user_id)
        assert [(row["due"]["date"], row["status"]) for row in found] == [
            ("2026-05-04", "done"),
            ("2026-05-11", "missed"),
            ("2026-05-18", "open"),
        ]

    async def test_the_same_message_twice(
        self, tell: Tell, sent: Sent, user_id: str, make_task: MakeTask, ids: dict[str, str]
    ) -> None:
        message = envelope(user_id, make_task(2, done=True, **ids), "completed")
        assert [await tell(message=message) for _ in range(2)] == [Outcome.SUCCESS] * 2
        assert await sent() == [("create", 2)]

    async def test_the_same_state_in_other_messages_at_once(
        self, tell: Tell, sent: Sent, make_task: MakeTask, ids: dict[str, str]
    ) -> None:
        """As two replicas would: the losers of the race find nothing left to do."""
        done = make_task(2, done=True, **ids)
        outcomes = await asyncio.gather(*(tell(done) for _ in range(6)))
        while Outcome.RETRY in outcomes:
            outcomes = [await tell(done)]
        assert await sent() == [("create", 2)]

    async def test_done_undone_done_reversed(
        self, tell: Tell, sent: Sent, make_task: MakeTask, ids: dict[str, str]
    ) -> None:
        done_again = make_task(4, done=True, **ids | {"completed_at": "2026-05-05T12:00:00Z"})
        for task in (done_again, make_task(3, **ids), make_task(2, done=True, **ids)):
            assert await tell(task) is Outcome.SUCCESS
        assert await sent() == [("create", 4)]

    async def test_done_undone_done_in_order(
        self, tell: Tell, sent: Sent, storage: Storage, user_id: str,
        make_task: MakeTask, ids: dict[str, str],
    ) -> None:  # fmt: skip
        done_again = make_task(4, done=True, **ids | {"completed_at": "2026-05-05T12:00:00Z"})
        for task in (make_task(2, done=True, **ids), make_task(3, **ids), done_again):
            await tell(task)
        assert await sent() == [("create", 2), ("delete", 3), ("create", 4)]
        found = await storage.read(ALL_OCCURRENCES, user_id=user_id)
        assert [row["status"] for row in found] == ["done", "open"]

    async def test_a_task_without_a_series_leaves_nothing(
        self, tell: Tell, storage: Storage, user_id: str, make_task: MakeTask
    ) -> None:
        plain = make_task(id=str(uuid4()), series_id=None, recurrence=None)
        assert await tell(plain, "created") is Outcome.SUCCESS
        assert await storage.read(ALL_OCCURRENCES, user_id=user_id) == []

    async def test_a_rule_the_calendar_refuses_goes_to_the_dead_letters(
        self, tell: Tell, make_task: MakeTask, ids: dict[str, str]
    ) -> None:
        rule = {"rule": "FREQ=SECONDLY", "mode": "schedule"}
        assert await tell(make_task(2, done=True, recurrence=rule, **ids)) is Outcome.DROP

    async def test_anothers_rows_are_not_touched(
        self, app: FastAPI, storage: Storage, user_id: str, make_task: MakeTask, ids: dict[str, str]
    ) -> None:
        """The same ids under another user meet the first one's primary keys and are not written."""
        context: Context = app.state.context
        store = SeriesStore(storage)
        mine = envelope(user_id, make_task(2, done=True, **ids), "completed")
        await context.dispatcher.receive("task-events", mine)
        before = await store.load(user_id, UUID(ids["series_id"]), UUID(ids["id"]))
        forged = envelope(f"{user_id}-x", make_task(3, title="x", **ids), "reopened")
        assert await context.dispatcher.receive("task-events", forged) is Outcome.RETRY
        after = await store.load(user_id, UUID(ids["series_id"]), UUID(ids["id"]))
        assert after == before != State()


class TestStore:
    async def test_what_is_saved_is_loaded(
        self, tell: Tell, storage: Storage, user_id: str, make_task: MakeTask, ids: dict[str, str]
    ) -> None:
        await tell(make_task(2, done=True, **ids))
        series_id, task_id = UUID(ids["series_id"]), UUID(ids["id"])
        state = await SeriesStore(storage).load(user_id, series_id, task_id)
        assert state.series
        assert state.series.current_task_id == successor_id(series_id, task_id)
        assert state.series.created_at == datetime(2026, 5, 1, 8, tzinfo=UTC)
        assert state.occurrence
        assert state.occurrence.completed_at == datetime(2026, 5, 4, 7, 30, tzinfo=UTC)
        assert state.successor
        assert (state.successor.status, state.done) == ("open", 0)
        successor = await SeriesStore(storage).load(user_id, series_id, state.successor.id)
        assert successor.done == 1


class TestSettings:
    def message(self, user_id: str, zone: str, version: int) -> dict[str, Any]:
        settings = {
            "timezone": zone,
            "locale": "en",
            "week_start": "monday",
            "default_reminders": [],
            "version": version,
        }
        return {
            "specversion": "1.0",
            "id": str(new_id()),
            "type": "dev.todoku.settings.changed.v1",
            "source": "/todoku/task",
            "subject": f"users/{user_id}/settings",
            "time": "2026-05-04T08:00:00Z",
            "sequence": str(version),
            "correlationid": "c1",
            "actor": "user",
            "data": {"settings": settings, "changed": ["timezone"]},
        }

    @pytest.mark.parametrize("order", [(1, 2, 3), (3, 2, 1), (2, 3, 3, 1)], ids=str)
    async def test_the_newest_zone_is_kept(
        self, app: FastAPI, storage: Storage, user_id: str, order: tuple[int, ...]
    ) -> None:
        zones = {1: "Asia/Karachi", 2: "Europe/Berlin", 3: "America/New_York"}
        assert await SeriesStore(storage).zone(user_id) == "UTC"
        for version in order:
            message = self.message(user_id, zones[version], version)
            outcome = await app.state.context.dispatcher.receive("user-events", message)
            assert outcome is Outcome.SUCCESS
        assert await SeriesStore(storage).zone(user_id) == "America/New_York"
