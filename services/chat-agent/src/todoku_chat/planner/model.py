"""A model without a network: the same interface, the same tools, the same loop."""

import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from agents import Model, ModelResponse, ModelSettings, ModelTracing, Tool, Usage
from agents.agent_output import AgentOutputSchemaBase
from agents.handoffs import Handoff
from agents.items import TResponseInputItem, TResponseStreamEvent
from openai.types.responses import (
    Response,
    ResponseFunctionToolCall,
    ResponseOutputMessage,
    ResponseOutputText,
)
from openai.types.responses.response_prompt_param import ResponsePromptParam

from todoku_chat.planner.events import OutputItem, events
from todoku_chat.planner.playing import next_move
from todoku_chat.planner.searching import Request
from todoku_chat.planner.transcript import read_settings, read_turns

NAME = "todoku-embedded"
AWAY = "I cannot reach your tasks at the moment. Please try again in a minute."


class EmbeddedModel(Model):
    """Understands the phrases of `todoku_language`; the same items always give the same answer.

    The instructions carry the user's settings in lines `timezone: <IANA zone>` and
    `now: <RFC 3339 instant>`; `clock` (aware) serves only where `now` is missing.
    """

    def __init__(self, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._clock = clock

    async def get_response(
        self,
        system_instructions: str | None,
        input: str | list[TResponseInputItem],
        model_settings: ModelSettings,
        tools: list[Tool],
        output_schema: AgentOutputSchemaBase | None,
        handoffs: list[Handoff],
        tracing: ModelTracing,
        *,
        previous_response_id: str | None,
        conversation_id: str | None,
        prompt: ResponsePromptParam | None,
    ) -> ModelResponse:
        item = self._answer(system_instructions, input, tools)
        return ModelResponse(output=[item], usage=Usage(requests=1), response_id=None)

    async def stream_response(
        self,
        system_instructions: str | None,
        input: str | list[TResponseInputItem],
        model_settings: ModelSettings,
        tools: list[Tool],
        output_schema: AgentOutputSchemaBase | None,
        handoffs: list[Handoff],
        tracing: ModelTracing,
        *,
        previous_response_id: str | None,
        conversation_id: str | None,
        prompt: ResponsePromptParam | None,
    ) -> AsyncIterator[TResponseStreamEvent]:
        item = self._answer(system_instructions, input, tools)
        for event in events(self._response(item), item):
            yield event

    def _answer(
        self, instructions: str | None, given: str | list[Any], tools: list[Tool]
    ) -> OutputItem:
        settings = read_settings(instructions, self._clock())
        turns = read_turns(given)
        move = next_move(turns, settings) if turns else AWAY
        if isinstance(move, Request) and move.name not in {tool.name for tool in tools}:
            move = AWAY
        return _message(move) if isinstance(move, str) else _call(move)

    def _response(self, item: OutputItem) -> Response:
        return Response(
            id=f"resp_{uuid4().hex}",
            created_at=self._clock().timestamp(),
            model=NAME,
            object="response",
            output=[item],
            parallel_tool_calls=False,
            tool_choice="auto",
            tools=[],
            status="completed",
        )


def _call(request: Request) -> ResponseFunctionToolCall:
    return ResponseFunctionToolCall(
        id=f"fc_{uuid4().hex}",
        call_id=f"call_{uuid4().hex}",
        type="function_call",
        name=request.name,
        arguments=json.dumps(request.arguments, ensure_ascii=False),
        status="completed",
    )


def _message(text: str) -> ResponseOutputMessage:
    return ResponseOutputMessage(
        id=f"msg_{uuid4().hex}",
        type="message",
        role="assistant",
        status="completed",
        content=[ResponseOutputText(type="output_text", text=text, annotations=[], logprobs=[])],
    )
