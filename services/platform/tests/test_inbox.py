"""What becomes of a message."""

import json
from types import SimpleNamespace

import httpx2
import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from todoku_platform.errors import Conflict, Erased, Refused, Unavailable
from todoku_platform.inbox import Dispatcher, Outcome, Subscription, router
from todoku_platform.telemetry import MAX_BODY, Edge

TOPIC = "user-events"
TYPE = "dev.todoku.settings.changed.v1"


class RememberedDead:
    def __init__(self) -> None:
        self.stored: list[tuple[str, object, str]] = []
        self.away = False

    async def store(self, topic: str, message: object, reason: str) -> None:
        if self.away:
            raise Unavailable("database away")
        self.stored.append((topic, message, reason))


@pytest.fixture
def dead() -> RememberedDead:
    return RememberedDead()


@pytest.fixture
def message(settings_changed) -> dict:
    return settings_changed


def dispatcher(dead, effect=None) -> tuple[Dispatcher, list]:
    seen: list = []

    async def handle(event) -> None:
        seen.append(event)
        if effect is not None:
            raise effect

    return Dispatcher((Subscription(TOPIC, {TYPE: handle}),), dead), seen


class TestOutcome:
    async def test_handled(self, dead, message):
        judge, seen = dispatcher(dead)
        assert await judge.receive(TOPIC, message) is Outcome.SUCCESS
        [event] = seen
        assert event.user_id == "u1"
        assert event.key.consumer == TOPIC
        assert event.key.message_id == message["id"]
        assert event.data.settings.timezone == "Europe/Berlin"

    async def test_a_type_that_is_none_of_its_business(self, dead, message):
        judge = Dispatcher((Subscription(TOPIC, {}),), dead)
        assert await judge.receive(TOPIC, message) is Outcome.SUCCESS
        assert dead.stored == []

    @pytest.mark.parametrize("fault", [Unavailable("away"), Conflict("late")])
    async def test_a_passing_fault_comes_again(self, dead, message, fault):
        judge, _ = dispatcher(dead, fault)
        assert await judge.receive(TOPIC, message) is Outcome.RETRY
        assert dead.stored == []

    async def test_an_erased_user_is_done_with(self, dead, message):
        judge, _ = dispatcher(dead, Erased("gone"))
        assert await judge.receive(TOPIC, message) is Outcome.SUCCESS

    @pytest.mark.parametrize(
        ("fault", "reason"),
        [(Refused("no such list"), "no such list"), (KeyError("x"), "KeyError")],
    )
    async def test_given_up_with_the_reason_stored_first(self, dead, message, fault, reason):
        judge, _ = dispatcher(dead, fault)
        assert await judge.receive(TOPIC, message) is Outcome.DROP
        assert reason in dead.stored[0][2]

    async def test_not_given_up_while_the_reason_cannot_be_stored(self, dead, message):
        dead.away = True
        judge, _ = dispatcher(dead, Refused("no"))
        assert await judge.receive(TOPIC, message) is Outcome.RETRY

    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            ({"specversion": "0.3"}, "specversion"),
            ({"id": ""}, "id"),
            ({"time": "yesterday"}, "time"),
            ({"subject": "tasks/1"}, "names no user"),
            ({"type": "dev.todoku.settings.changed.v9"}, "unknown type"),
            ({"type": "dev.todoku.task.created.v1"}, "unknown type"),
            ({"data": {"settings": {}}}, "data"),
            ({"data": "text"}, "data"),
            ({"sequence": "-1"}, "sequence"),
        ],
    )
    async def test_malformed(self, dead, message, change, reason):
        judge, seen = dispatcher(dead)
        assert await judge.receive(TOPIC, message | change) is Outcome.DROP
        assert reason in dead.stored[0][2]
        assert seen == []

    @pytest.mark.parametrize("body", [None, 7, [], "text", {}])
    async def test_no_cloudevent_at_all(self, dead, body):
        judge, _ = dispatcher(dead)
        assert await judge.receive(TOPIC, body) is Outcome.DROP
        assert "CloudEvent" in dead.stored[0][2]

    async def test_the_reason_does_not_repeat_what_was_sent(self, dead, message):
        judge, _ = dispatcher(dead)
        await judge.receive(TOPIC, message | {"data": {"settings": {"timezone": {"secret": 1}}}})
        assert "secret" not in json.dumps(dead.stored[0][2])


class TestBody:
    """The sidecar takes any other status than 200 for "deliver it again", for ever."""

    @pytest.mark.parametrize(
        "content",
        [
            pytest.param(b"[" * 100_000, id="nested deeper than the parser goes"),
            pytest.param(b'{"id": "' + b"x" * MAX_BODY + b'"}', id="larger than any message"),
            pytest.param(b"\xff\x00", id="no text"),
        ],
    )
    async def test_what_cannot_be_read_is_given_up(self, dead, content):
        judge, _ = dispatcher(dead)
        app = FastAPI()
        app.state.context = SimpleNamespace(settings=SimpleNamespace(app_api_token=SecretStr("t")))
        app.include_router(router((Subscription(TOPIC, {}),), judge, dead))
        app.add_middleware(Edge)
        transport = httpx2.ASGITransport(app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://sample") as client:
            answer = await client.post(
                f"/events/{TOPIC}", content=content, headers={"dapr-api-token": "t"}
            )
        assert answer.json() == {"status": "DROP"}
        [(_, message, _)] = dead.stored
        assert set(message) == {"raw"}
