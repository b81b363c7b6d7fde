import itertools
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from todoku_notification.repository import Page, Repository
from todoku_notification.service import Reminders
from todoku_platform.clock import FixedClock
from todoku_platform.errors import Unavailable
from todoku_platform.inbox import Event, parse
from todoku_platform.sidecar import SidecarError

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
_ids = itertools.count(1)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
def user_id() -> str:
    """The rows of a session are shared, so every test is another user's."""
    return f"u-{uuid4()}"


class FakeScheduler:
    """The jobs and wake-ups of a sidecar, in memory."""

    def __init__(self) -> None:
        self.jobs: dict[str, datetime] = {}
        self.published: list[tuple[str, str, dict]] = []
        self.away = False

    async def schedule_job(self, name: str, due: datetime) -> None:
        if self.away:
            raise Unavailable("scheduler away")
        self.jobs[name] = due

    async def delete_job(self, name: str) -> None:
        if self.jobs.pop(name, None) is None:
            raise SidecarError("job not found")

    async def publish_raw(self, pubsub: str, topic: str, data: dict) -> None:
        if self.away:
            raise Unavailable("broker away")
        self.published.append((pubsub, topic, data))


@pytest.fixture
def scheduler() -> FakeScheduler:
    return FakeScheduler()


@dataclass
class Wakes:
    """What was woken after commits."""

    ledger: int = 0
    events: int = 0
    feeds: list[str] = field(default_factory=list)

    def on_ledger(self) -> None:
        self.ledger += 1

    def on_events(self) -> None:
        self.events += 1


@pytest.fixture
def wakes() -> Wakes:
    return Wakes()


@pytest.fixture
async def storage(open_storage):
    return await open_storage("todoku_notification")


@pytest.fixture
async def repository(storage) -> AsyncIterator[Repository]:
    yield Repository(storage)
    # The sweep looks at everybody's rows: leave none for the next test.
    pool = storage._driver._pool
    if pool is not None:
        await pool.execute("DELETE FROM notification.reminders")


@pytest.fixture
def reminders(repository: Repository, clock: FixedClock, wakes: Wakes) -> Reminders:
    return Reminders(
        repository,
        clock,
        window=timedelta(hours=24),
        on_ledger=wakes.on_ledger,
        on_events=wakes.on_events,
        on_feed=wakes.feeds.append,
    )


@dataclass
class Task:
    """A task as its owner publishes it: each event is a new version."""

    user_id: str
    clock: FixedClock
    id: UUID = field(default_factory=uuid4)
    number: int = field(default_factory=lambda: next(_ids))
    version: int = 0
    state: dict[str, Any] = field(default_factory=dict)

    def event(self, kind: str, **changes: Any) -> Event:
        now = self.clock.now().isoformat()
        self.version += 1
        self.state = _blank(self, now) | self.state | changes
        self.state |= {"version": self.version, "updated_at": now}
        data = {"task": self.state, "changed": list(changes), "change_id": str(uuid4())}
        subject = f"users/{self.user_id}/tasks/{self.id}"
        return event("task-events", f"task.{kind}", subject, self.version, data, now)


def _blank(task: Task, now: str) -> dict[str, Any]:
    empty = "completed_at priority list_id parent_id due due_at recurrence series_id"
    return dict.fromkeys([*empty.split(), "predecessor_id", "deleted_at"]) | {
        "id": str(task.id), "number": task.number, "title": "Stretch", "description": "",
        "status": "open", "tags": [], "reminders": [], "position": "a0", "source": "user",
        "created_at": now, "timezone": "UTC",
    }  # fmt: skip


def event(topic: str, kind: str, subject: str, sequence: int, data: dict, now: str) -> Event:
    envelope = {
        "specversion": "1.0", "id": str(uuid4()), "type": f"dev.todoku.{kind}.v1",
        "source": "/todoku/task", "subject": subject, "time": now, "sequence": str(sequence),
        "correlationid": "c1", "actor": "user", "data": data,
    }  # fmt: skip
    return parse(topic, envelope)


@pytest.fixture
def task(user_id: str, clock: FixedClock) -> Task:
    return Task(user_id, clock)


@pytest.fixture
def settings_event(user_id: str, clock: FixedClock) -> Callable[..., Event]:
    def make(timezone: str, version: int) -> Event:
        settings = {
            "timezone": timezone, "locale": "en", "week_start": "monday",
            "default_reminders": [], "version": version,
        }  # fmt: skip
        data = {"settings": settings, "changed": ["timezone"]}
        now = clock.now().isoformat()
        subject = f"users/{user_id}/settings"
        return event("user-events", "settings.changed", subject, version, data, now)

    return make


@dataclass
class Ledger:
    """What the tables say of one user."""

    repository: Repository
    user_id: str
    storage: Any

    async def reminders(self) -> list[dict]:
        return await self.repository.ledger(self.user_id, Page(100), task_id=None, status=None)

    async def statuses(self) -> list[str]:
        return [row["status"] for row in await self.reminders()]

    async def notifications(self) -> list[dict]:
        return await self.repository.notifications(self.user_id, Page(100), unread=False)

    async def feed(self) -> list[Any]:
        return (await self.repository.feed(self.user_id, 0)).rows

    async def events(self) -> list[Any]:
        pool = self.storage._driver._pool
        sql = "SELECT * FROM notification.events WHERE user_id = $1 ORDER BY seq"
        return [dict(row) for row in await pool.fetch(sql, self.user_id)]


@pytest.fixture
def ledger(repository: Repository, user_id: str, storage) -> Ledger:
    return Ledger(repository, user_id, storage)


@pytest.fixture
def due_event(ledger: Ledger, user_id: str):
    """The `reminder.due` that the relay would publish of the newest event row."""

    async def make() -> Event:
        row = (await ledger.events())[-1]
        return event(
            row["topic"],
            row["type"].removeprefix("dev.todoku.").removesuffix(".v1"),
            row["subject"],
            row["sequence"],
            json.loads(row["payload"]),
            row["occurred_at"].isoformat(),
        )

    return make


@pytest.fixture
def updated(user_id: str, clock: FixedClock) -> Callable[..., Event]:
    """`task.changed` of a new task, of this test's user unless another is named."""

    def make(whose: str = user_id) -> Event:
        key = str(uuid4())
        data = {"id": key, "number": 1, "version": 1, "kind": "created", "change_id": str(uuid4())}
        subject = f"users/{whose}/tasks/{key}"
        return event("task-updates", "task.changed", subject, 1, data, clock.now().isoformat())

    return make
