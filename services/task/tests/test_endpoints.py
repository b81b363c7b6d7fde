"""The interface as a caller meets it, on a real PostgreSQL."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import Text, select
from todoku_platform.statements import param, rows
from todoku_task.tables import PLATFORM

pytestmark = pytest.mark.postgres
DUE = {"date": "2026-03-03", "time": "09:00", "timezone": None}
EVENTS = rows(
    select(PLATFORM.events)
    .where(PLATFORM.events.c.user_id == param("user_id", Text))
    .order_by(PLATFORM.events.c.seq)
)


@pytest.fixture
def events(storage, user_id):
    async def read() -> list[dict]:
        return await storage.read(EVENTS, user_id=user_id)

    return read


class TestCreate:
    async def test_answer(self, client, user_id):
        answer = await client.post("/tasks", json={"title": "pay rent", "due": DUE})
        assert answer.status_code == 201
        made = answer.json()
        assert answer.headers["etag"] == '"1"'
        assert answer.headers["location"] == f"/api/{user_id}/tasks/1"
        assert (made["number"], made["version"], made["due_at"]) == (1, 1, "2026-03-03T09:00:00Z")
        for ref in (made["id"], "1"):
            got = await client.get(f"/tasks/{ref}")
            assert got.json() == made
            assert got.headers["etag"] == '"1"'

    async def test_numbers_count_up_for_each_user(self, client, add):
        numbers = await asyncio.gather(*(add(f"task {n}") for n in range(10)))
        assert sorted(task["number"] for task in numbers) == list(range(1, 11))

    async def test_two_events(self, client, add, events):
        made = await add()
        big, small = await events()
        assert [big["topic"], small["topic"]] == ["task-events", "task-updates"]
        assert big["payload"]["task"]["id"] == made["id"]
        assert small["payload"]["kind"] == "created"

    async def test_by_text(self, client):
        await client.patch("/settings", json={"timezone": "Asia/Karachi"})
        answer = await client.post("/tasks", json={"text": "buy milk tomorrow at 5pm !high"})
        made = answer.json()
        assert (made["title"], made["priority"]) == ("buy milk", "high")
        assert made["due"] == {"date": "2026-03-03", "time": "17:00", "timezone": None}
        assert made["due_at"] == "2026-03-03T12:00:00Z"

    async def test_text_without_a_title(self, client):
        answer = await client.post("/tasks", json={"text": "#home"})
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["field"] == "text"

    async def test_default_reminders(self, client, add):
        await client.patch("/settings", json={"default_reminders": [{"before": "PT30M"}]})
        assert (await add(due=DUE))["reminders"] == [{"before": "PT30M"}]
        assert (await add(due=DUE, reminders=[]))["reminders"] == []
        assert (await add())["reminders"] == []

    async def test_the_assistant_is_named(self, client, user_id, events):
        headers = {"Authorization": f"Bearer {user_id}:assistant"}
        answer = await client.post("/tasks", json={"title": "x"}, headers=headers)
        assert answer.json()["source"] == "assistant"
        assert (await events())[0]["actor"] == "assistant"

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"title": "x", "colour": "red"}, "colour"),
            ({"title": "x", "recurrence": {"rule": "FREQ=DAILY"}}, "due"),
            (
                {"title": "x", "due": DUE, "recurrence": {"rule": "FREQ=SECONDLY"}},
                "recurrence.rule",
            ),
            ({}, "title"),
        ],
    )
    async def test_refused_by_field(self, client, events, body, field):
        answer = await client.post("/tasks", json=body)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["field"] == field
        assert await events() == []


class TestIdempotencyKey:
    @pytest.fixture(autouse=True)
    def present(self, clock):
        """Keys expire by the database's clock."""
        clock.instant = datetime.now(UTC)

    async def test_the_same_answer_once_in_effect(self, client, events):
        headers = {"Idempotency-Key": "k1"}
        first, second = [
            await client.post("/tasks", json={"title": "x"}, headers=headers) for _ in range(2)
        ]
        assert (second.status_code, second.content) == (201, first.content)
        assert second.headers["etag"] == first.headers["etag"]
        assert second.headers["location"] == first.headers["location"]
        assert len(await events()) == 2

    async def test_at_once(self, client, events):
        send = (
            client.post("/tasks", json={"title": "x"}, headers={"Idempotency-Key": "k2"})
            for _ in range(10)
        )
        answers = await asyncio.gather(*send)
        assert {(a.status_code, a.content) for a in answers} == {(201, answers[0].content)}
        assert len(await events()) == 2

    async def test_another_body(self, client):
        headers = {"Idempotency-Key": "k3"}
        await client.post("/tasks", json={"title": "x"}, headers=headers)
        answer = await client.post("/tasks", json={"title": "y"}, headers=headers)
        assert answer.status_code == 422

    async def test_another_user(self, client, user_id):
        headers = {"Idempotency-Key": "k4"}
        await client.post("/tasks", json={"title": "mine"}, headers=headers)
        headers["Authorization"] = f"Bearer other-{user_id}"
        answer = await client.post("/tasks", json={"title": "mine"}, headers=headers)
        assert "idempotent-replayed" not in answer.headers
        assert answer.json()["number"] == 1

    async def test_after_a_day_it_is_new(self, client, clock):
        clock.advance(-timedelta(hours=25))
        headers = {"Idempotency-Key": "k5"}
        numbers = [
            (await client.post("/tasks", json={"title": "x"}, headers=headers)).json()["number"]
            for _ in range(2)
        ]
        assert numbers == [1, 2]

    async def test_restore(self, client, add):
        await add()
        await add()
        headers = {"Idempotency-Key": "k6"}
        for number in (1, 2):
            await client.delete(f"/tasks/{number}")
        first, again = [await client.post("/tasks/1/restore", headers=headers) for _ in range(2)]
        assert (first.status_code, again.content) == (200, first.content)
        other = await client.post("/tasks/2/restore", headers=headers)
        assert other.status_code == 422


class TestChange:
    async def test_patch(self, client, add, events):
        await add(description="d", tags=["a"])
        answer = await client.patch("/tasks/1", json={"tags": None, "priority": "low"})
        changed = answer.json()
        assert (changed["tags"], changed["priority"], changed["description"]) == ([], "low", "d")
        assert answer.headers["etag"] == '"2"'
        assert (await client.get("/tasks/1")).json() == changed
        assert [e["sequence"] for e in await events()] == [1, 1, 2, 2]

    async def test_nothing_changed_no_event(self, client, add, events):
        await add(due=DUE, reminders=[{"before": "PT1H"}])
        body = {"title": "pay rent", "due": DUE, "reminders": [{"before": "PT60M"}]}
        answer = await client.patch("/tasks/1", json=body)
        assert (answer.status_code, answer.headers["etag"]) == (200, '"1"')
        assert len(await events()) == 2

    async def test_put_clears(self, client, add):
        await add(due=DUE, tags=["a"], priority="high")
        changed = (await client.put("/tasks/1", json={"title": "new"})).json()
        assert (changed["title"], changed["due"], changed["tags"]) == ("new", None, [])

    async def test_if_match(self, client, add):
        await add()
        stale = {"If-Match": '"7"'}
        for answer in (
            await client.patch("/tasks/1", json={"title": "x"}, headers=stale),
            await client.patch("/tasks/1/complete", headers=stale),
            await client.put("/tasks/1", json={"title": "x"}, headers=stale),
            await client.delete("/tasks/1", headers=stale),
            await client.post("/tasks/1/restore", headers=stale),
            await client.patch("/tasks/1", json={"title": "x"}, headers={"If-Match": 'W/"1"'}),
        ):
            assert answer.status_code == 412
            assert answer.headers["etag"] == '"1"'
            assert answer.json()["current"]["title"] == "pay rent"
        for good in ('"7", "1"', "*"):
            answer = await client.patch(
                "/tasks/1", json={"title": good}, headers={"If-Match": good}
            )
            assert answer.status_code == 200

    async def test_complete(self, client, add, clock):
        await add()
        done = (await client.patch("/tasks/1/complete", json={"completed": True})).json()
        assert done["status"] == "done"
        clock.advance(timedelta(hours=1))
        again = (await client.patch("/tasks/1/complete", json={"completed": True})).json()
        assert again == done
        assert (await client.patch("/tasks/1/complete")).json()["completed_at"] is None

    async def test_writers_at_once_all_succeed_or_are_told(self, client, add, events):
        await add()
        bodies = ({"title": f"title {n}"} for n in range(8))
        answers = await asyncio.gather(*(client.patch("/tasks/1", json=b) for b in bodies))
        applied = [a for a in answers if a.status_code == 200]
        assert {a.status_code for a in answers} <= {200, 409}
        assert (await client.get("/tasks/1")).json()["version"] == 1 + len(applied)
        assert len(await events()) == 2 * (1 + len(applied))

    async def test_delete_and_restore(self, client, add):
        await add()
        assert (await client.delete("/tasks/1")).status_code == 204
        assert (await client.delete("/tasks/1")).status_code == 204
        assert (await client.get("/tasks/1")).status_code == 404
        assert (await client.patch("/tasks/1", json={"title": "x"})).status_code == 404
        assert (await client.get("/tasks")).json()["items"] == []
        (gone,) = (await client.get("/tasks?deleted=true")).json()["items"]
        assert gone["deleted_at"]
        assert (await client.post("/tasks/1/restore")).json()["deleted_at"] is None
        assert (await client.get("/tasks/1")).status_code == 200

    async def test_history(self, client, add):
        made = await add()
        await client.patch("/tasks/1/complete")
        await client.delete("/tasks/1")
        items = (await client.get(f"/tasks/{made['id']}/history")).json()["items"]
        assert [(i["type"].split(".")[-2], i["version"]) for i in items] == [
            ("deleted", 3),
            ("completed", 2),
            ("created", 1),
        ]


class TestSettings:
    async def test_defaults_then_stored(self, client, events):
        answer = await client.get("/settings")
        assert (answer.json()["timezone"], answer.headers["etag"]) == ("UTC", '"0"')
        answer = await client.patch("/settings", json={"timezone": "Asia/Karachi"})
        assert (answer.json()["version"], answer.headers["etag"]) == (1, '"1"')
        assert (await client.get("/settings")).json() == answer.json()
        await client.patch("/settings", json={"timezone": "Asia/Karachi"})
        (event,) = await events()
        assert (event["topic"], event["payload"]["changed"]) == ("user-events", ["timezone"])

    async def test_a_zone_moves_floating_dues_only(self, client, add):
        await add(due=DUE)
        await add(due=DUE | {"timezone": "Europe/Berlin"})
        await client.patch("/settings", json={"timezone": "Asia/Karachi"})
        items = (await client.get("/tasks")).json()["items"]
        assert [i["due_at"] for i in items] == ["2026-03-03T04:00:00Z", "2026-03-03T08:00:00Z"]

    async def test_if_match(self, client):
        body = {"locale": "ur"}
        for tag, status in (('"0"', 200), ('"0"', 412), ('"1"', 200)):
            answer = await client.patch("/settings", json=body, headers={"If-Match": tag})
            assert answer.status_code == status


class TestIsolation:
    @pytest.mark.parametrize(
        ("method", "path", "body"),
        [
            ("GET", "/tasks/{id}", None),
            ("GET", "/tasks/{id}/history", None),
            ("PATCH", "/tasks/{id}", {"title": "x"}),
            ("PUT", "/tasks/{id}", {"title": "x"}),
            ("DELETE", "/tasks/{id}", None),
            ("POST", "/tasks/{id}/restore", None),
            ("PATCH", "/tasks/{id}/complete", None),
        ],
    )
    async def test_another_users_task(self, client, add, method, path, body):
        made = await add()
        headers = {"Authorization": f"Bearer someone-{uuid4()}"}
        path = path.format(id=made["id"])
        answer = await client.request(method, path, json=body, headers=headers)
        assert answer.status_code == 404
        assert (await client.get("/tasks/1")).json() == made

    @pytest.mark.parametrize("path", ["/tasks", "/tasks/1", "/settings"])
    async def test_another_user_in_the_path(self, client, path):
        assert (await client.get(f"http://task/api/someone{path}")).status_code == 404

    async def test_no_token_and_too_little_scope(self, client, user_id):
        assert (await client.get("/tasks", headers={"Authorization": ""})).status_code == 401
        reader = {"Authorization": f"Bearer {user_id}:user:tasks:read"}
        assert (await client.get("/tasks", headers=reader)).status_code == 200
        answer = await client.post("/tasks", json={"title": "x"}, headers=reader)
        assert answer.status_code == 403

    @pytest.mark.parametrize("ref", ["0", "x", "99999999999", "²", "1.5", "-1", "null"])
    async def test_ids_that_are_none(self, client, add, ref):
        await add()
        assert (await client.get(f"/tasks/{ref}")).status_code == 404
