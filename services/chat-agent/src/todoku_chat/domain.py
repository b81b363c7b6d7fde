"""Pure: what a turn leaves behind, for the model's next turn and for the caller."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Message = dict[str, Any]
"""One input item of a model in its plainest form: text, a tool call, or a tool's output."""

MAX_TITLE = 60


@dataclass(frozen=True)
class ToolCall:
    """A call that was carried out. `result` is the tool's JSON, or its error in words."""

    name: str
    arguments: Mapping[str, Any]
    result: Any


@dataclass(frozen=True)
class PendingItem:
    """One thing that will happen if the user agrees."""

    tool: str
    arguments: Mapping[str, Any]
    number: int | None
    title: str | None


@dataclass(frozen=True)
class Outcome:
    """What came of a turn. With `pending`, it ends in a question that waits for a click.

    `texts` are the messages of the assistant, each with its id.
    """

    texts: Sequence[tuple[str, str]]
    tool_calls: Sequence[ToolCall] = ()
    pending: "Pending | None" = None

    @property
    def response(self) -> str:
        said = [text for _, text in self.texts]
        return "\n\n".join([*said, self.pending.summary] if self.pending else said)


@dataclass(frozen=True)
class Pending:
    id: str
    summary: str
    items: Sequence[PendingItem] = field(default_factory=tuple)


def text_of(content: object) -> str:
    """The text in a message's or output's content, whichever of the wire's shapes it has."""
    if isinstance(content, str):
        return content
    if isinstance(content, Mapping):
        return str(content.get("text", ""))
    if isinstance(content, Iterable):
        return "".join(text_of(part) for part in content)
    return ""


def plain(items: Sequence[Mapping[str, Any]]) -> list[Message]:
    """Model input without ids, reasoning and unanswered calls: any model can go on from it.

    Chat-completions endpoints refuse another provider's content parts, and every model refuses a
    call without its output.
    """
    answered = {item["call_id"] for item in items if item.get("type") == "function_call_output"}
    called = {item["call_id"] for item in items if item.get("type") == "function_call"}
    complete = answered & called
    messages = [_plain(item) for item in items if _kept(item, complete)]
    return [message for message in messages if message.get("content") != ""]


def _kept(item: Mapping[str, Any], complete: set[str]) -> bool:
    if item.get("type") in ("function_call", "function_call_output"):
        return item["call_id"] in complete
    return item.get("role") in ("user", "assistant")


def _plain(item: Mapping[str, Any]) -> Message:
    if item.get("type") == "function_call":
        return {name: item[name] for name in ("type", "call_id", "name", "arguments")}
    if item.get("type") == "function_call_output":
        output = text_of(item["output"])
        return {"type": item["type"], "call_id": item["call_id"], "output": output}
    return {"role": item["role"], "content": text_of(item["content"])}


def parsed(text: str) -> Any:
    """A tool's JSON, or the text itself when it is an error in words."""
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text


def known_tasks(outputs: Iterable[object]) -> dict[str, Mapping[str, Any]]:
    """Tasks by number and by id, as the tools of this turn showed them."""
    found: dict[str, Mapping[str, Any]] = {}
    for output in outputs:
        if not isinstance(output, Mapping):
            continue
        for task in output.get("items", [output]):
            if isinstance(task, Mapping) and "number" in task and "title" in task:
                found[str(task["number"])] = found[str(task.get("id"))] = task
    return found


def summarize(items: Sequence[PendingItem]) -> str:
    """The question a click answers."""
    if len(items) > 1:
        return f"Delete {len(items)} tasks?"
    (item,) = items
    return f"Delete “{item.title or item.arguments.get('id')}”?"


def title_from(message: str) -> str:
    """A conversation is called after its first message until someone renames it."""
    line = " ".join(message.split())
    return line if len(line) <= MAX_TITLE else line[: MAX_TITLE - 1].rstrip() + "…"
