"""Which model, and that a chat-completions endpoint gets what it can read."""

import json
from typing import Any

import httpx2
import pytest
from agents.models.openai_chatcompletions import OpenAIChatCompletionsModel
from agents.models.openai_responses import OpenAIResponsesModel
from openai import AsyncOpenAI
from pydantic import SecretStr
from todoku_chat.models import choose_model
from todoku_chat.planner import EmbeddedModel
from todoku_chat.settings import Settings

# Made in conftest.py, from which tests import nothing.
type World = Any
type ReadEvents = Any


class TestChoice:
    @pytest.fixture
    def settings(self, world: World) -> Settings:
        chosen: Settings = world.settings
        return chosen

    def test_without_key_and_address_nothing_leaves_the_machine(self, settings: Settings) -> None:
        assert isinstance(choose_model(settings), EmbeddedModel)

    def test_with_a_key(self, settings: Settings) -> None:
        with_key = settings.model_copy(update={"openai_api_key": SecretStr("k")})
        assert isinstance(choose_model(with_key), OpenAIResponsesModel)

    def test_variables_without_a_value_are_not_set(
        self, settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_MODEL"):
            monkeypatch.setenv(name, "")
        assert isinstance(choose_model(again(settings)), EmbeddedModel)
        monkeypatch.setenv("OPENAI_API_KEY", "k")
        model = choose_model(again(settings))
        assert isinstance(model, OpenAIResponsesModel)
        assert model._client.base_url == "https://api.openai.com/v1/"
        assert model.model == "gpt-5-mini"

    def test_with_an_address_and_no_key(self, settings: Settings) -> None:
        compatible = settings.model_copy(update={"openai_base_url": "http://127.0.0.1:9/v1"})
        assert isinstance(choose_model(compatible), OpenAIChatCompletionsModel)


def again(settings: Settings) -> Settings:
    """Read from the environment, as far as that has them."""
    tokens = {"app_api_token", "dapr_api_token", "operator_token", "app_id"}
    return Settings(**settings.model_dump(include=tokens))


def chunks(*deltas: dict[str, Any], finish: str) -> httpx2.Response:
    choices: list[dict[str, Any]] = [
        {"index": 0, "delta": delta, "finish_reason": None} for delta in deltas
    ]
    choices.append({"index": 0, "delta": {}, "finish_reason": finish})
    lines = [
        json.dumps(
            {
                "id": "x",
                "object": "chat.completion.chunk",
                "created": 1,
                "model": "m",
                "choices": [choice],
            }
        )
        for choice in choices
    ]
    body = "".join(f"data: {line}\n\n" for line in [*lines, "[DONE]"])
    return httpx2.Response(200, text=body, headers={"Content-Type": "text/event-stream"})


def calls(call_id: str, name: str, arguments: str) -> dict[str, Any]:
    function = {"name": name, "arguments": arguments}
    return {"tool_calls": [{"index": 0, "id": call_id, "type": "function", "function": function}]}


class Endpoint:
    def __init__(self, *answers: httpx2.Response) -> None:
        self.answers = list(answers)
        self.requests: list[dict[str, Any]] = []

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(json.loads(request.content))
        return self.answers.pop(0)

    def model(self) -> OpenAIChatCompletionsModel:
        http = httpx2.AsyncClient(transport=httpx2.MockTransport(self))
        client = AsyncOpenAI(api_key="k", base_url="http://model/v1", http_client=http)
        return OpenAIChatCompletionsModel("m", client)


class TestChatCompletions:
    async def test_two_turns(self, world: World, read_events: ReadEvents) -> None:
        endpoint = Endpoint(
            chunks(calls("c1", "add_task", '{"title": "x"}'), finish="tool_calls"),
            chunks({"content": "Added "}, {"content": "x."}, finish="stop"),
            chunks({"content": "Bye."}, finish="stop"),
        )
        world.use(endpoint.model())
        typed = {
            "content": [{"type": "input_text", "text": "add x"}],
            "attachments": [],
            "inference_options": {},
        }
        events = read_events(await world.chatkit("threads.create", input=typed))
        thread = events[0]["thread"]["id"]
        more = read_events(
            await world.chatkit("threads.add_user_message", thread_id=thread, input=typed)
        )
        done = [e["item"] for e in [*events, *more] if e["type"] == "thread.item.done"]
        said = [item for item in done if item["type"] == "assistant_message"]
        assert [item["content"][0]["text"] for item in said] == ["Added x.", "Bye."]
        assert len({item["id"] for item in said}) == 2
        assert world.tasks.titles == ["x"]
        second = endpoint.requests[-1]["messages"]
        kinds = [message["role"] for message in second]
        assert kinds == ["system", "user", "assistant", "tool", "assistant", "user"]
        assert second[4]["content"] == "Added x."
        assert isinstance(second[3]["content"], str)

    async def test_an_endpoint_that_fails_is_said(self, world: World) -> None:
        endpoint = Endpoint(*(httpx2.Response(400, json={"error": "no"}) for _ in range(3)))
        world.use(endpoint.model())
        answer = await world.post("/api/me/chat", {"message": "hi"})
        assert answer.status_code == 503
        assert "language model does not answer" in answer.json()["detail"]
