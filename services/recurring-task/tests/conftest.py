from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx2
import jwt
import pytest
from fastapi import FastAPI
from todoku_contracts.events import TaskState
from todoku_platform.app import Context
from todoku_platform.clock import FixedClock
from todoku_platform.identity import Principal
from todoku_platform.storage import Storage
from todoku_recurring.main import create
from todoku_recurring.settings import Settings

TOKEN = "app-token-0123456789"
SERIES = UUID("01990000-0000-7000-8000-0000000000aa")
FIRST = UUID("01990000-0000-7000-8000-000000000001")
MakeTask = Callable[..., TaskState]


class FakeVerifier:
    """A token is `<user>` or `<user>:<scope>`; "expired" has expired."""

    async def verify(self, token: str) -> Principal:
        if token == "expired":
            raise jwt.ExpiredSignatureError
        user_id, _, scopes = token.partition(":")
        return Principal(user_id, frozenset([scopes or "tasks:read"]), "user", 2**40)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2026, 5, 4, 12, tzinfo=UTC))


@pytest.fixture
def user_id() -> str:
    """The database is shared by a session's tests, so each has a user of its own."""
    return f"user-{uuid4()}"


@pytest.fixture
def make_task() -> MakeTask:
    """The state of a weekly task, first due Monday 2026-05-04 at 09:00 in Berlin."""

    def make(version: int = 1, **changed: Any) -> TaskState:
        state: dict[str, Any] = {
            "id": str(FIRST),
            "number": 1,
            "title": "water the plants",
            "description": "",
            "status": "open",
            "completed_at": None,
            "priority": "high",
            "tags": ["home"],
            "list_id": None,
            "parent_id": None,
            "due": {"date": "2026-05-04", "time": "09:00", "timezone": None},
            "due_at": "2026-05-04T07:00:00Z",
            "reminders": [{"before": "PT1H"}],
            "recurrence": {"rule": "FREQ=WEEKLY", "mode": "schedule"},
            "series_id": str(SERIES),
            "predecessor_id": None,
            "position": None,
            "version": version,
            "source": "user",
            "created_at": "2026-05-01T08:00:00Z",
            "updated_at": "2026-05-01T08:00:00Z",
            "deleted_at": None,
            "timezone": "Europe/Berlin",
        }
        done = {"status": "done", "completed_at": "2026-05-04T07:30:00Z"}
        if changed.pop("done", False):
            state |= done
        return TaskState.model_validate(state | changed)

    return make


@pytest.fixture
async def storage(open_storage: Callable[[str], Awaitable[Storage]]) -> Storage:
    return await open_storage("todoku_recurring")


class UnusedStorage:
    """Stands where no statement may run."""

    healthy = True


def build(clock: FixedClock, storage: Any) -> FastAPI:
    settings = Settings(
        app_id="recurring-task", app_api_token=TOKEN, dapr_api_token=TOKEN, operator_token=TOKEN
    )
    context = Context.build(settings, clock)
    context.verifier = FakeVerifier()  # type: ignore[assignment]
    context.storage = storage
    context.dead_letters._storage = storage
    return create(settings, context)


@pytest.fixture
def app(clock: FixedClock, storage: Storage) -> FastAPI:
    return build(clock, storage)


def call(app: FastAPI, token: str) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app),
        base_url="http://recurring-task/api/me",
        headers={"Authorization": f"Bearer {token}"} if token else {},
    )


@pytest.fixture
async def pure(clock: FixedClock) -> AsyncIterator[httpx2.AsyncClient]:
    """Calls that must need no database."""
    async with call(build(clock, UnusedStorage()), "someone") as client:
        yield client


@pytest.fixture
async def client(app: FastAPI, user_id: str) -> AsyncIterator[httpx2.AsyncClient]:
    async with call(app, user_id) as made:
        yield made
