"""The conversation's items as turns: what was said, what was called, what came back."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from todoku_calendar import valid_zone

type Task = Mapping[str, Any]

_SETTING = re.compile(r"^\s*(?P<name>timezone|now):\s*(?P<value>\S+)\s*$", re.MULTILINE)
_WRAPPED = re.compile(r"^Error executing tool \w+:\s*")
_REFUSED = re.compile(r"refused|rejected|not approved|declined", re.IGNORECASE)


@dataclass(frozen=True)
class Settings:
    """From the instructions: the user's IANA zone and the instant of the message (aware)."""

    zone: str
    now: datetime


@dataclass(frozen=True)
class Result:
    """What a tool answered: a task, a page of tasks, or a failure in words."""

    task: Task | None = None
    items: tuple[Task, ...] | None = None
    next_cursor: str | None = None
    error: str = ""

    @property
    def refused(self) -> bool:
        """The user said no to it."""
        return bool(self.error and _REFUSED.search(self.error))


@dataclass
class Call:
    id: str
    name: str
    arguments: dict[str, Any]
    result: Result | None = None


@dataclass
class Turn:
    """One message of the user with the calls that followed it."""

    text: str
    calls: list[Call] = field(default_factory=list)


def read_settings(instructions: str | None, clock: datetime) -> Settings:
    """The settings block; without it UTC and the time of `clock`."""
    found = {m["name"]: m["value"] for m in _SETTING.finditer(instructions or "")}
    zone = found.get("timezone", "UTC")
    try:
        now = datetime.fromisoformat(found["now"])
    except (KeyError, ValueError):
        now = clock
    return Settings(zone if valid_zone(zone) else "UTC", now if now.tzinfo else clock)


def read_turns(given: str | list[Any]) -> list[Turn]:
    """The turns of a conversation, oldest first; what precedes the first message is left out."""
    if isinstance(given, str):
        return [Turn(given)]
    turns: list[Turn] = []
    calls: dict[str, Call] = {}
    items: Sequence[Mapping[str, Any]] = given
    for item in items:
        kind = item.get("type")
        if item.get("role") == "user":
            turns.append(Turn(text_of(item.get("content"))))
        elif kind == "function_call" and turns:
            call = Call(item["call_id"], item["name"], _arguments(item.get("arguments")))
            calls[call.id] = call
            turns[-1].calls.append(call)
        elif kind == "function_call_output" and item["call_id"] in calls:
            calls[item["call_id"]].result = read_result(text_of(item.get("output")))
    return turns


def read_result(text: str) -> Result:
    """A result is the JSON of a task or of a page; anything else says why there is none."""
    try:
        data = json.loads(text)
    except ValueError:
        return Result(error=_WRAPPED.sub("", text).strip() or "The tool gave no answer.")
    if isinstance(data, dict) and isinstance(data.get("items"), list):
        items = tuple(task for task in data["items"] if _is_task(task))
        return Result(items=items, next_cursor=data.get("next_cursor"))
    if _is_task(data):
        return Result(task=data)
    return Result(error="The tool gave an answer that I cannot read.")


def text_of(content: Any) -> str:
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    return "\n".join(str(part.get("text", "")) for part in parts if isinstance(part, Mapping))


def _is_task(data: Any) -> bool:
    return isinstance(data, dict) and "id" in data and isinstance(data.get("title"), str)


def _arguments(text: Any) -> dict[str, Any]:
    try:
        found = json.loads(text or "{}")
    except (TypeError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
