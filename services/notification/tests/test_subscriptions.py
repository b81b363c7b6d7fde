import pytest
from fastapi import FastAPI
from httpx2 import ASGITransport, AsyncClient
from todoku_contracts.registry import TYPES
from todoku_notification.main import create
from todoku_notification.settings import Settings

SIDECAR = {"dapr-api-token": "a" * 20}


@pytest.fixture
def app() -> FastAPI:
    token = "a" * 20
    return create(Settings(app_api_token=token, dapr_api_token=token, operator_token=token))


@pytest.fixture
async def client(app):
    async with AsyncClient(transport=ASGITransport(app), base_url="http://test") as client:
        yield client


@pytest.fixture
def woken(app, monkeypatch) -> list[str]:
    users: list[str] = []
    monkeypatch.setattr(app.state.parts.hub, "wake", users.append)
    return users


class TestWakeups:
    async def test_of_another_replica_wakes(self, client, woken) -> None:
        body = {"specversion": "1.0", "data": {"user_id": "u1", "origin": "other"}}
        answer = await client.post("/events/feed-wakeups", json=body, headers=SIDECAR)
        assert answer.json() == {"status": "SUCCESS"}
        assert woken == ["u1"]

    async def test_of_this_replica_does_not(self, app, client, woken) -> None:
        body = {"data": {"user_id": "u1", "origin": app.state.parts.origin}}
        await client.post("/events/feed-wakeups", json=body, headers=SIDECAR)
        assert woken == []

    @pytest.mark.parametrize("body", [b"", b"[]", b'{"data": null}', b'{"data": {"user_id": 1}}'])
    async def test_unreadable_is_let_go(self, client, woken, body) -> None:
        answer = await client.post("/events/feed-wakeups", content=body, headers=SIDECAR)
        assert answer.json() == {"status": "SUCCESS"}
        assert woken == []

    @pytest.mark.parametrize(
        "headers", [{}, {"dapr-api-token": "b" * 20}, SIDECAR | {"dapr-caller-app-id": "task"}]
    )
    async def test_only_of_our_sidecar(self, client, woken, headers) -> None:
        body = {"data": {"user_id": "u1", "origin": "other"}}
        answer = await client.post("/events/feed-wakeups", json=body, headers=headers)
        assert answer.status_code == 404
        assert woken == []


class TestSubscriptions:
    @pytest.mark.parametrize("topic", ["task-events", "task-updates", "user-events", "reminders"])
    async def test_every_topic_has_its_route(self, app, client, topic) -> None:
        """Without a database nothing is given up, for the reason could not be kept."""
        await app.state.context.sidecar.open()
        for path in (f"/events/{topic}", f"/events/dead/{topic}"):
            answer = await client.post(path, json={}, headers=SIDECAR)
            assert answer.json() == {"status": "RETRY"}
        await app.state.context.sidecar.close()

    async def test_every_type_has_its_handler(self, app) -> None:
        """What the contracts say we consume, we do something with."""
        handlers = app.state.context.dispatcher._handlers
        ours = {name for name, each in TYPES.items() if each.topic in handlers}
        assert ours == {name for by_type in handlers.values() for name in by_type}


class TestJob:
    async def test_a_name_that_is_not_ours_is_let_go(self, client) -> None:
        answer = await client.post("/job/other-1", headers=SIDECAR)
        assert answer.status_code == 200

    async def test_only_of_our_sidecar(self, client) -> None:
        assert (await client.post("/job/other-1")).status_code == 404
