"""A service waits for all it needs, says for what, and does no work meanwhile."""

import asyncio
import contextlib
from typing import Any

import httpx2
import pytest
from todoku_platform import revisions
from todoku_platform.app import Context, create_app
from todoku_platform.errors import Unavailable
from todoku_platform.inbox import Subscription
from todoku_platform.sidecar import SidecarError
from todoku_platform.startup import NotYet, SidecarAway, Startup, needed_components
from todoku_sample.settings import Settings

TOKEN = "t" * 20
COMPONENTS = {"sample-db": "bindings.postgresql", "pubsub": "pubsub.redis"}
REASON = "schema sample is at revision"


def settings(app_id: str = "sample", **changed: Any) -> Settings:
    tokens = dict.fromkeys(("app_api_token", "dapr_api_token", "operator_token"), TOKEN)
    return Settings(app_id=app_id, **tokens | changed)


class FakeSidecar:
    def __init__(self) -> None:
        self.up = True
        self.version = "1.16.5"
        self.components = dict(COMPONENTS)
        self.fault: Exception | None = None

    async def ready(self) -> bool:
        return self.up

    async def metadata(self) -> dict[str, Any]:
        if self.fault:
            raise self.fault
        listed = [{"name": name, "type": type_} for name, type_ in self.components.items()]
        return {"runtimeVersion": self.version, "components": listed}


@pytest.fixture
def sidecar() -> FakeSidecar:
    return FakeSidecar()


@pytest.fixture
def database(monkeypatch) -> dict[str, Any]:
    """Has the `revision`, or is away with a `fault`; the package knows 0001 and 0002."""
    state: dict[str, Any] = {"revision": "0002", "fault": None}

    async def current(_storage: object, _schema: str) -> str | None:
        if state["fault"]:
            raise state["fault"]
        return state["revision"]

    monkeypatch.setattr(revisions, "current", current)
    monkeypatch.setattr(revisions, "known", lambda _: ["0001", "0002"])
    return state


@pytest.fixture
def waiting(sidecar, database, monkeypatch) -> Startup:
    made = Startup(settings(), sidecar, object())
    made.reason = "it has only just started"
    for kind in (NotYet, SidecarAway):
        monkeypatch.setattr(kind, "again", 0)
    return made


async def reason_of(waiting: Startup) -> str:
    """Why it does not pass; empty when it does."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(waiting.passed(), 0.05)
    return waiting.reason


class TestPassed:
    async def test_when_all_is_there(self, waiting):
        assert await reason_of(waiting) == ""

    async def test_waits_for_the_sidecar(self, waiting, sidecar):
        sidecar.up = False
        assert "waiting for the sidecar on port 3500: usually its broker" in await reason_of(
            waiting
        )

    async def test_a_token_that_is_not_the_sidecars(self, waiting, sidecar):
        sidecar.fault = SidecarError("the sidecar answers 401")
        assert "DAPR_API_TOKEN" in await reason_of(waiting)

    async def test_a_sidecar_that_ends_meanwhile(self, waiting, sidecar):
        sidecar.fault = Unavailable("the sidecar does not answer")
        assert await reason_of(waiting) == "the sidecar does not answer"

    @pytest.mark.parametrize("version", ["1.15.9", "v1.2.0", "0.9"])
    async def test_a_sidecar_that_is_too_old(self, waiting, sidecar, version):
        sidecar.version = version
        wanted = f"the sidecar is Dapr {version}; 1.16 or newer is needed"
        assert await reason_of(waiting) == wanted

    @pytest.mark.parametrize("version", ["1.16.0", "v1.20.1", "2.0"])
    async def test_a_sidecar_that_is_new_enough(self, waiting, sidecar, version, caplog):
        sidecar.version = version
        assert await reason_of(waiting) == ""
        assert caplog.records == []

    @pytest.mark.parametrize("version", ["edge", "", "nightly-2026-01-01"])
    async def test_a_version_without_an_age_passes_with_a_word(
        self, waiting, sidecar, version, caplog
    ):
        sidecar.version = version
        assert await reason_of(waiting) == ""
        assert "tells no age" in caplog.text

    async def test_a_missing_component_by_name(self, waiting, sidecar):
        del sidecar.components["sample-db"]
        assert "the sidecar has no component sample-db (bindings)" in await reason_of(waiting)

    async def test_a_component_of_another_kind(self, waiting, sidecar):
        sidecar.components["sample-db"] = "state.postgresql"
        assert "sample-db is a state.postgresql; bindings is needed" in await reason_of(waiting)

    @pytest.mark.parametrize("revision", [None, "0001"])
    async def test_a_schema_that_is_behind(self, waiting, database, revision):
        database["revision"] = revision
        assert await reason_of(waiting) == (
            f"schema sample is at revision {revision or 'none'}, this version needs 0002: run"
            " `python -m todoku_platform.migrations todoku_sample`"
            " (on a cluster: the Job sample-migrations)"
        )

    async def test_a_schema_of_a_newer_version_is_accepted(self, waiting, database, caplog):
        database["revision"] = "0003"
        assert await reason_of(waiting) == ""
        assert "newer than this version knows" in caplog.text

    async def test_a_database_that_is_away(self, waiting, database):
        database["fault"] = Unavailable("connection refused")
        assert await reason_of(waiting) == "the database does not answer: connection refused"

    async def test_goes_on_by_itself_when_mended(self, waiting, database):
        database["revision"] = None
        assert REASON in await reason_of(waiting)
        database["revision"] = "0002"
        assert await reason_of(waiting) == ""


class TestNeeded:
    @pytest.mark.parametrize(
        ("app_id", "names"),
        [
            ("task", {"task-db": "bindings", "pubsub": "pubsub"}),
            ("notification", {"notification-db": "bindings", "pubsub": "pubsub", "live": "pubsub"}),
            ("chat-agent", {"chat-agent-db": "bindings"}),
        ],
    )
    def test_follows_from_schema_and_topics(self, app_id, names):
        assert needed_components(settings(app_id)) == names

    def test_no_binding_with_direct_storage(self):
        direct = settings("task", storage="direct", database_url="postgresql:///x")
        assert needed_components(direct) == {"pubsub": "pubsub"}


class TestLog:
    @pytest.fixture
    async def clock(self, monkeypatch):
        """The loop's own time, moved by hand."""
        loop = asyncio.get_running_loop()
        moved = {"by": 0.0}
        began = loop.time
        monkeypatch.setattr(loop, "time", lambda: began() + moved["by"])
        return moved

    async def test_a_reason_is_said_once_and_again_after_a_minute(self, waiting, clock, caplog):
        for _ in range(3):
            waiting._wait_for(NotYet("no schema"))
        assert [record.getMessage() for record in caplog.records] == ["not ready: no schema"]
        clock["by"] = 59
        waiting._wait_for(NotYet("no schema"))
        assert len(caplog.records) == 1
        clock["by"] = 61
        waiting._wait_for(NotYet("no schema"))
        assert len(caplog.records) == 2

    async def test_another_reason_is_said_at_once(self, waiting, caplog):
        waiting._wait_for(NotYet("no schema"))
        waiting._wait_for(NotYet("no component"))
        assert len(caplog.records) == 2

    async def test_the_sidecar_has_ten_seconds_before_anything_is_said(
        self, waiting, clock, caplog
    ):
        for seconds, said in ((0, 0), (9, 0), (10.1, 1), (19, 1), (20.5, 2)):
            clock["by"] = seconds
            waiting._wait_for(SidecarAway("waiting for the sidecar"))
            assert len(caplog.records) == said, seconds


class TestNoWorkMeanwhile:
    @pytest.fixture
    def app(self):
        ran: list[str] = []

        async def job(name: str) -> None:
            ran.append(name)

        topics = [Subscription("task-events")]
        app = create_app(Context.build(settings()), title="Sample", subscriptions=topics, job=job)
        app.state.ran = ran
        app.state.context.startup.reason = "no schema"
        return app

    @pytest.fixture
    async def client(self, app):
        transport = httpx2.ASGITransport(app)
        headers = {"dapr-api-token": TOKEN}
        async with httpx2.AsyncClient(
            transport=transport, base_url="http://sample", headers=headers
        ) as client:
            yield client

    async def test_the_reason_stands_in_readyz(self, client):
        answer = await client.get("/readyz")
        assert answer.status_code == 503
        assert answer.json() == {"ready": False, "reason": "no schema"}

    async def test_it_is_alive(self, client):
        assert (await client.get("/livez")).status_code == 200

    @pytest.mark.parametrize("path", ["/events/task-events", "/events/dead/task-events"])
    async def test_an_event_comes_again(self, client, path):
        answer = await client.post(path, json={})
        assert (answer.status_code, answer.json()) == (200, {"status": "RETRY"})

    @pytest.mark.parametrize("path", ["/job/x", "/api/me/tasks", "/ops/outbox"])
    async def test_a_call_is_told_when_to_come_again(self, client, app, path):
        answer = await client.post(path, json={})
        assert answer.status_code == 503
        assert int(answer.headers["retry-after"]) > 0
        assert app.state.ran == []

    async def test_what_dapr_asks_of_the_app_is_answered_as_ever(self, client):
        assert (await client.get("/dapr/subscribe")).status_code == 404

    async def test_it_works_once_the_reason_is_gone(self, client, app):
        app.state.context.startup.reason = ""
        assert (await client.post("/job/x", json={})).status_code == 200
        assert app.state.ran == ["x"]


class TestLoops:
    async def test_none_runs_before_all_is_there(self, sidecar, database, monkeypatch):
        monkeypatch.setattr(NotYet, "again", 0)
        database["revision"] = None
        running = asyncio.Event()

        async def loop() -> None:
            running.set()
            await asyncio.Event().wait()

        context = Context.build(settings())
        context.startup = Startup(settings(), sidecar, object())
        context.startup.reason = "it has only just started"
        monkeypatch.setattr(context.relay, "run", loop)
        app = create_app(context, title="Sample", background=[loop])
        async with app.router.lifespan_context(app):
            await asyncio.sleep(0.05)
            assert not running.is_set()
            database["revision"] = "0002"
            await asyncio.wait_for(running.wait(), 2)
