"""The edges every service has, without a sidecar or a database."""

import httpx2
import pytest
from fastapi import APIRouter, Depends, FastAPI
from pydantic import BaseModel, ConfigDict
from todoku_platform.app import Context, create_app
from todoku_platform.errors import Unavailable
from todoku_platform.identity import Principal, user
from todoku_platform.inbox import Subscription
from todoku_platform.telemetry import MAX_BODY

JSON = {"content-type": "application/json"}
APP, OPERATOR = "app-token-0123456789", "operator-token-0123456789"


class Note(BaseModel):
    model_config = ConfigDict(extra="forbid")
    title: str


def routes() -> APIRouter:
    router = APIRouter()

    @router.post("/api/{user_id}/notes")
    async def create(note: Note, who: Principal = Depends(user("tasks:write"))) -> dict[str, str]:
        return {"title": note.title, "user": who.user_id}

    @router.post("/open")
    async def open_(note: Note) -> Note:
        return note

    @router.get("/away")
    async def away() -> None:
        raise Unavailable("database")

    @router.get("/broken")
    async def broken() -> None:
        raise RuntimeError("secret detail")

    return router


@pytest.fixture
def app(tmp_path) -> FastAPI:
    from todoku_sample.settings import Settings

    settings = Settings(
        app_id="sample", app_api_token=APP, dapr_api_token=APP, operator_token=OPERATOR
    )
    ran: list[str] = []

    async def job(name: str) -> None:
        ran.append(name)

    app = create_app(
        Context.build(settings),
        title="Sample",
        routers=[routes()],
        subscriptions=[Subscription("task-events")],
        job=job,
    )
    app.state.ran = ran
    return app


@pytest.fixture
async def client(app):
    transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://sample") as client:
        yield client


class TestProblems:
    async def test_unknown_field_by_name(self, client):
        answer = await client.post("/open", json={"title": "a", "colour": "red"})
        assert answer.status_code == 422
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["errors"][0]["field"] == "colour"

    async def test_not_json(self, client):
        answer = await client.post("/open", content=b"{", headers=JSON)
        assert answer.status_code == 400

    @pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", ""])
    async def test_not_even_said_to_be_json(self, client, media_type):
        answer = await client.post(
            "/open", content=b'{"title": "a"}', headers={"content-type": media_type}
        )
        assert answer.status_code == 415

    async def test_too_large_with_and_without_a_length(self, client):
        async def chunks():
            yield b"x" * (MAX_BODY + 1)

        for content in (b"x" * (MAX_BODY + 1), chunks()):
            answer = await client.post("/open", content=content, headers=JSON)
            assert answer.status_code == 413
            assert answer.json()["status"] == 413

    async def test_a_part_is_away(self, client):
        answer = await client.get("/away")
        assert answer.status_code == 503
        assert int(answer.headers["retry-after"]) > 0

    async def test_a_fault_says_nothing_of_the_inside(self, client, caplog):
        answer = await client.get("/broken")
        assert answer.status_code == 500
        assert "secret" not in answer.text

    async def test_nowhere(self, client):
        answer = await client.get("/nowhere")
        assert (answer.status_code, answer.json()["status"]) == (404, 404)

    async def test_the_correlation_id_comes_back(self, client):
        sent = await client.get("/livez", headers={"x-correlation-id": "abc-1"})
        forged = await client.get("/livez", headers={"x-correlation-id": "a b{}"})
        assert sent.headers["x-correlation-id"] == "abc-1"
        assert len(forged.headers["x-correlation-id"]) == 36


class TestGuards:
    async def test_no_token(self, client):
        answer = await client.post("/api/me/notes", json={"title": "a"})
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Bearer")

    @pytest.mark.parametrize("path", ["/events/task-events", "/events/dead/task-events", "/job/x"])
    @pytest.mark.parametrize(
        "headers",
        [
            {},
            {"dapr-api-token": "wrong"},
            {"dapr-api-token": APP, "dapr-caller-app-id": "chat-agent"},
        ],
    )
    async def test_sidecar_routes_are_closed(self, client, app, path, headers):
        answer = await client.post(path, json={}, headers=headers)
        assert answer.status_code == 404
        assert app.state.ran == []

    async def test_the_sidecar_gets_through(self, client, app):
        answer = await client.post("/job/x", headers={"dapr-api-token": APP})
        assert answer.status_code == 200
        assert app.state.ran == ["x"]

    @pytest.mark.parametrize("path", ["/ops/dead-letters", "/ops/outbox"])
    @pytest.mark.parametrize("token", ["", "Bearer wrong", f"Basic {OPERATOR}"])
    async def test_operators_only(self, client, path, token):
        answer = await client.get(path, headers={"authorization": token})
        assert answer.status_code == 401

    async def test_an_operator_gets_through(self, client):
        answer = await client.get("/ops/outbox", headers={"authorization": f"Bearer {OPERATOR}"})
        assert answer.json() == {"depth": 0, "oldest_seconds": 0.0}


class TestHealth:
    async def test_alive_but_not_ready_without_its_parts(self, client):
        assert (await client.get("/livez")).status_code == 200
        answer = await client.get("/readyz")
        assert answer.status_code == 503
        assert answer.json() == {"ready": False, "reason": "the database does not answer"}

    async def test_ready(self, client, app):
        app.state.context.storage.healthy = True
        assert (await client.get("/readyz")).json() == {"ready": True}

    async def test_metrics_by_route_not_by_path(self, client):
        await client.post("/api/someone/notes", json={})
        text = (await client.get("/metrics")).text
        assert 'route="/api/{user_id}/notes"' in text
        assert "someone" not in text
