"""A run of the agent, as events a caller can show, and what is left of it at the end."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from agents import (
    MessageOutputItem,
    RunItem,
    RunResultStreaming,
    StreamEvent,
    ToolCallItem,
    ToolCallOutputItem,
)
from todoku_platform.ids import new_id

from todoku_chat.domain import ToolCall, parsed, text_of


@dataclass(frozen=True)
class TextBegun:
    id: str


@dataclass(frozen=True)
class TextGrew:
    id: str
    delta: str


@dataclass(frozen=True)
class TextEnded:
    id: str
    text: str


@dataclass(frozen=True)
class ToolUsed:
    title: str


TurnEvent = TextBegun | TextGrew | TextEnded | ToolUsed
Emit = Callable[[TurnEvent], None]


class Follower:
    """Follows one run. Ids are ours: chat-completions models reuse one id for every message."""

    def __init__(self, emit: Emit) -> None:
        self._emit = emit
        self._open: str | None = None
        self._called: dict[str, ToolCallItem] = {}
        self._outputs: list[ToolCallOutputItem] = []
        self.texts: list[tuple[str, str]] = []

    async def follow(self, result: RunResultStreaming) -> None:
        async for event in result.stream_events():
            self._take(event)
        for item in result.new_items:
            if isinstance(item, ToolCallItem):
                self._called[_call_id(item)] = item

    def _take(self, event: StreamEvent) -> None:
        if event.type == "raw_response_event" and event.data.type == "response.output_text.delta":
            self._grow(event.data.delta)
        elif event.type == "run_item_stream_event":
            self._item(event.item)

    def _grow(self, delta: str) -> None:
        self._emit(TextGrew(self._begun(), delta))

    def _begun(self) -> str:
        if self._open is None:
            self._open = str(new_id())
            self._emit(TextBegun(self._open))
        return self._open

    def _item(self, item: RunItem) -> None:
        if isinstance(item, MessageOutputItem):
            text = "".join(
                str(getattr(part, "text", None) or getattr(part, "refusal", ""))
                for part in item.raw_item.content
            )
            message_id, self._open = self._begun(), None
            self.texts.append((message_id, text))
            self._emit(TextEnded(message_id, text))
        elif isinstance(item, ToolCallItem):
            self._emit(ToolUsed(item.title or str(_field(item, "name"))))
        elif isinstance(item, ToolCallOutputItem):
            self._outputs.append(item)

    @property
    def acted(self) -> bool:
        """Whether a tool was carried out."""
        return bool(self._outputs)

    @property
    def calls(self) -> list[ToolCall]:
        """The calls carried out in this run, in the order they were answered."""
        return [
            ToolCall(
                name=str(_field(self._called[_call_id(output)], "name")),
                arguments=_arguments(_field(self._called[_call_id(output)], "arguments")),
                result=parsed(text_of(output.output)),
            )
            for output in self._outputs
            if _call_id(output) in self._called
        ]


def _field(item: RunItem, name: str) -> Any:
    raw: Any = item.raw_item
    return raw.get(name) if isinstance(raw, Mapping) else getattr(raw, name, None)


def _call_id(item: RunItem) -> str:
    return str(_field(item, "call_id"))


def _arguments(text: object) -> dict[str, Any]:
    found = parsed(str(text or "{}"))
    return found if isinstance(found, dict) else {}
