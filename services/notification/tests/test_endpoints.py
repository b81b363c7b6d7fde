import asyncio
from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from fastapi import FastAPI
from httpx2 import ASGITransport, AsyncClient
from todoku_notification.domain import reminder_id
from todoku_notification.main import create
from todoku_notification.settings import Settings
from todoku_platform.app import Context
from todoku_platform.identity import Principal

pytestmark = pytest.mark.postgres


def forged(instant: str) -> str:
    return urlsafe_b64encode(f"{instant}|{uuid4()}".encode()).decode()


class FakeVerifier:
    """Takes a token for the user it names."""

    def __init__(self, clock) -> None:
        self._clock = clock

    async def verify(self, token: str) -> Principal:
        scopes = frozenset({"tasks:read", "tasks:write"})
        return Principal(token, scopes, "user", int(self._clock.now().timestamp()) + 60)


@pytest.fixture
def app(storage, clock) -> FastAPI:
    token = "a" * 20
    settings = Settings(
        app_api_token=token, dapr_api_token=token, operator_token=token, streams_per_user=1
    )
    context = Context.build(settings, clock)
    context.storage._driver = storage._driver
    context.verifier = FakeVerifier(clock)
    return create(settings, context)


@pytest.fixture
async def client(app, user_id):
    headers = {"authorization": f"Bearer {user_id}"}
    transport = ASGITransport(app)
    async with AsyncClient(transport=transport, base_url="http://test", headers=headers) as client:
        yield client


@pytest.fixture
async def stranger(app):
    headers = {"authorization": "Bearer u-stranger"}
    transport = ASGITransport(app)
    async with AsyncClient(transport=transport, base_url="http://test", headers=headers) as client:
        yield client


@pytest.fixture
async def ring(reminders, task, user_id, clock, due_event):
    """Let one reminder ring; its id."""

    async def once() -> str:
        each = type(task)(user_id, clock)
        at = {"at": (clock.now() + timedelta(minutes=1)).isoformat()}
        await reminders.task_changed(each.event("created", reminders=[at]))
        clock.advance(timedelta(minutes=1))
        key = reminder_id(each.id, at)
        await reminders.wake(key, 1)
        await reminders.reminder_due(await due_event())
        return str(key)

    return once


class TestNotifications:
    async def test_newest_first_page_by_page(self, client, ring) -> None:
        rang = [await ring() for _ in range(5)]
        seen, cursor = [], None
        while True:
            params = {"limit": 2} | ({"cursor": cursor} if cursor else {})
            page = (await client.get("/api/me/notifications", params=params)).json()
            seen += [item["reminder_id"] for item in page["items"]]
            cursor = page["next_cursor"]
            if cursor is None:
                break
        assert seen == rang[::-1]

    async def test_reading_and_unreading(self, client, ring) -> None:
        await ring()
        [entry] = (await client.get("/api/me/notifications")).json()["items"]
        path = f"/api/me/notifications/{entry['id']}"
        assert (await client.patch(path, json={"read": True})).json()["read_at"] is not None
        unread = await client.get("/api/me/notifications", params={"unread": True})
        assert unread.json()["items"] == []
        assert (await client.patch(path, json={"read": True})).status_code == 200
        assert (await client.patch(path, json={"read": False})).json() == entry

    async def test_another_users_are_not_there(self, client, stranger, ring, user_id) -> None:
        await ring()
        [entry] = (await client.get("/api/me/notifications")).json()["items"]
        path = f"notifications/{entry['id']}"
        assert (await stranger.get("/api/me/notifications")).json()["items"] == []
        assert (await stranger.patch(f"/api/me/{path}", json={"read": True})).status_code == 404
        assert (await stranger.get(f"/api/{user_id}/notifications")).status_code == 404
        assert (await client.get("/api/me/notifications")).json()["items"] == [entry]

    @pytest.mark.parametrize("body", [{}, {"read": "maybe"}, {"read": True, "more": 1}])
    async def test_bad_bodies(self, client, body) -> None:
        answer = await client.patch(f"/api/me/notifications/{uuid4()}", json=body)
        assert answer.status_code == 422

    @pytest.mark.parametrize(
        "cursor", ["x", "eA==", "MjAyNi0wMS0wMXx4", forged("0001-01-01T00:00:00+14:00")]
    )
    async def test_foreign_cursor(self, client, cursor) -> None:
        answer = await client.get("/api/me/notifications", params={"cursor": cursor})
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["field"] == "cursor"

    async def test_a_cursor_with_an_offset_the_database_would_refuse(self, client) -> None:
        cursor = forged("2026-01-01T00:00:00+23:59")
        answer = await client.get("/api/me/notifications", params={"cursor": cursor})
        assert answer.status_code == 200


class TestReminders:
    async def test_the_ledger_by_task_and_status(self, client, ring, reminders, task) -> None:
        rang = await ring()
        await reminders.task_changed(
            task.event("created", reminders=[{"at": "2026-03-03T00:00:00Z"}])
        )
        found = (await client.get("/api/me/reminders")).json()["items"]
        assert [row["status"] for row in found] == ["delivered", "planned"]
        found = (await client.get("/api/me/reminders", params={"status": "delivered"})).json()
        assert [row["id"] for row in found["items"]] == [rang]
        found = (await client.get("/api/me/reminders", params={"task_id": str(task.id)})).json()
        assert [row["title"] for row in found["items"]] == ["Stretch"]

    async def test_page_by_page(self, client, ring) -> None:
        rang = [await ring() for _ in range(3)]
        first = (await client.get("/api/me/reminders", params={"limit": 2})).json()
        params = {"limit": 2, "cursor": first["next_cursor"]}
        second = (await client.get("/api/me/reminders", params=params)).json()
        assert [row["id"] for row in first["items"] + second["items"]] == rang
        assert second["next_cursor"] is None


class TestSnooze:
    async def test_for_a_while(self, client, ring, clock) -> None:
        path = f"/api/me/reminders/{await ring()}/snooze"
        answer = await client.post(path, json={"for": "PT5M"})
        assert answer.json()["status"] == "snoozed"
        assert answer.json()["due_at"] == "2026-03-02T12:06:00Z"

    async def test_the_same_key_answers_the_same(self, client, ring, clock) -> None:
        path = f"/api/me/reminders/{await ring()}/snooze"
        headers = {"idempotency-key": "k1"}
        clock.instant = datetime.now(UTC)  # keys expire by the clock of the database
        first = await client.post(path, json={"for": "PT5M"}, headers=headers)
        clock.advance(timedelta(minutes=1))
        again = await client.post(path, json={"for": "PT5M"}, headers=headers)
        assert again.json() == first.json()
        assert again.headers["idempotent-replayed"] == "true"
        other = await client.post(path, json={"for": "PT6M"}, headers=headers)
        assert other.status_code == 422

    async def test_the_same_key_at_once_is_one_command(self, client, ring, clock) -> None:
        path = f"/api/me/reminders/{await ring()}/snooze"
        headers = {"idempotency-key": "k1"}
        clock.instant = datetime.now(UTC)
        sent = (client.post(path, json={"for": "PT5M"}, headers=headers) for _ in range(5))
        answers = [answer.json() for answer in await asyncio.gather(*sent)]
        assert answers == [answers[0]] * 5
        assert answers[0]["generation"] == 2

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"for": "PT5M", "until": "2026-03-03T00:00:00Z"},
            {"for": "P1M"},
            {"for": "PT0M"},
            {"until": "2026-03-02T11:00:00Z"},
            {"until": "2036-03-02T11:00:00Z"},
            {"until": "2026-03-03T00:00:00"},
            {"for": "PT5M", "who": "u2"},
        ],
    )
    async def test_bad_wishes(self, client, ring, body) -> None:
        answer = await client.post(f"/api/me/reminders/{await ring()}/snooze", json=body)
        assert answer.status_code == 422

    async def test_not_another_users(self, client, stranger, ring) -> None:
        path = f"/api/me/reminders/{await ring()}/snooze"
        assert (await stranger.post(path, json={"for": "PT5M"})).status_code == 404
        [row] = (await client.get("/api/me/reminders")).json()["items"]
        assert (row["status"], row["generation"]) == ("delivered", 1)


class TestStream:
    async def test_ends_with_the_token_and_is_not_held_back(self, client, ring, app) -> None:
        app.state.parts.hub.close()
        answer = await client.get("/api/me/stream", headers={"last-event-id": "0"})
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["cache-control"] == "no-cache, no-transform"
        assert answer.headers["x-accel-buffering"] == "no"

    async def test_too_many(self, client, app, user_id) -> None:
        with app.state.parts.hub.join(user_id, asyncio.Event()):
            answer = await client.get("/api/me/stream")
        assert answer.status_code == 429
        assert "retry-after" in answer.headers

    @pytest.mark.parametrize("path", ["stream", "notifications", "reminders"])
    async def test_needs_a_token(self, client, path) -> None:
        answer = await client.get(f"/api/me/{path}", headers={"authorization": ""})
        assert answer.status_code == 401
