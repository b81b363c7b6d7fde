from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx2
import jwt
import pytest
from fastapi import FastAPI
from todoku_platform.app import Context
from todoku_platform.clock import FixedClock
from todoku_platform.identity import Principal
from todoku_platform.storage import Storage
from todoku_task.main import create
from todoku_task.settings import Settings

TOKEN = "app-token-0123456789"


class FakeVerifier:
    """A token is `<user>` or `<user>:<actor>:<scopes>`; anything with a space is no token."""

    async def verify(self, token: str) -> Principal:
        if token == "expired":
            raise jwt.ExpiredSignatureError
        user_id, _, rest = token.partition(":")
        actor, _, scopes = rest.partition(":")
        granted = frozenset((scopes or "tasks:read+tasks:write").split("+"))
        return Principal(user_id, granted, actor or "user", 2**40)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2026, 3, 2, 12, tzinfo=UTC))


@pytest.fixture
def user_id() -> str:
    """The database is shared by a session's tests, so each has a user of its own."""
    return f"user-{uuid4()}"


def build(clock: FixedClock, storage: Storage) -> FastAPI:
    settings = Settings(
        app_id="task", app_api_token=TOKEN, dapr_api_token=TOKEN, operator_token=TOKEN
    )
    context = Context.build(settings, clock)
    context.verifier = FakeVerifier()
    context.storage = storage
    context.dead_letters._storage = storage
    return create(settings, context)


@pytest.fixture
async def storage(open_storage: Callable[[str], Awaitable[Storage]]) -> Storage:
    return await open_storage("todoku_task")


@pytest.fixture
def app(clock: FixedClock, storage: Storage) -> FastAPI:
    return build(clock, storage)


@pytest.fixture
async def client(app: FastAPI, user_id: str) -> AsyncIterator[httpx2.AsyncClient]:
    """Calls as the user of the test."""
    transport = httpx2.ASGITransport(app)
    headers = {"Authorization": f"Bearer {user_id}"}
    async with httpx2.AsyncClient(
        transport=transport, base_url="http://task/api/me", headers=headers
    ) as made:
        yield made


@pytest.fixture
def add(client: httpx2.AsyncClient) -> Callable[..., Awaitable[dict[str, Any]]]:
    async def add_one(title: str = "pay rent", **fields: Any) -> dict[str, Any]:
        answer = await client.post("/tasks", json={"title": title} | fields)
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made

    return add_one
