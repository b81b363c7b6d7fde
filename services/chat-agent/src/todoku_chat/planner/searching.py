"""From the words for a task to the task: by searching, never by guessing."""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any, Literal

from todoku_language import Target, best_matches, match_names

from todoku_chat.planner.memory import Memory
from todoku_chat.planner.transcript import Result, Task

PAGES = 5
PAGE = 200
SEARCHED = 50
MAX_QUERY = 200

type Status = Literal["open", "done", "all"]


@dataclass(frozen=True)
class Request:
    """A tool call that the plan needs next."""

    name: str
    arguments: dict[str, Any]


type Asking[T] = Generator[Request, Result, T]
"""Yields the calls it needs, is sent their results, and returns."""


class ToolFailed(Exception):
    """A tool's error, in its words."""


@dataclass(frozen=True)
class Choice:
    """The tasks meant, `fresh` when read in this turn; or several of which one is meant."""

    tasks: tuple[Task, ...] = ()
    candidates: tuple[Task, ...] = ()
    fresh: bool = False
    reason: str = ""
    """Why none was found, as a sentence."""


def resolve(target: Target, status: Status, memory: Memory, *, answering: bool) -> Asking[Choice]:
    """`answering`: the target answers the question which of the group is meant."""
    if (known := _known(target, memory, answering=answering)) is not None:
        return known
    return _choice((yield from search(target.text, status)), fresh=True)


def _known(target: Target, memory: Memory, *, answering: bool) -> Choice | None:
    """What the conversation itself tells; None for a name, which is searched."""
    if target.kind == "number":
        return _by_number(target, memory, answering=answering)
    if target.kind == "ordinal":
        return _by_place(target, memory)
    if target.kind == "all":
        return _several(target, memory)
    if target.kind == "it":
        if memory.last is None:
            return Choice(reason="I do not know which task you mean. Say its name or its number.")
        return Choice((memory.last,))
    best = best_matches(match_names(target.text, _titles(memory.group))) if answering else []
    return _choice([memory.group[match.index] for match in best], fresh=False) if best else None


def search(name: str, status: Status) -> Asking[list[Task]]:
    """Tasks whose title the name may mean: those that contain it, else those that are like it."""
    result = yield Request(
        "list_tasks", {"status": status, "q": name[:MAX_QUERY], "limit": SEARCHED}
    )
    found = _like(name, list(read(result).items or ()))
    if found:
        return found
    return _like(name, (yield from every_task(status)))


def every_task(status: Status, **filters: str) -> Asking[list[Task]]:
    """All pages, up to a bound."""
    tasks: list[Task] = []
    cursor: str | None = None
    for _ in range(PAGES):
        arguments: dict[str, Any] = {"status": status, "limit": PAGE, **filters}
        if cursor:
            arguments["cursor"] = cursor
        result = read((yield Request("list_tasks", arguments)))
        tasks += result.items or ()
        cursor = result.next_cursor
        if cursor is None:
            break
    return tasks


def refreshed(task: Task) -> Asking[Task | None]:
    """The task as it is now; None when it is gone."""
    arguments = {"status": "all", "q": task["title"][:MAX_QUERY], "limit": SEARCHED}
    result = read((yield Request("list_tasks", arguments)))
    found = next((t for t in result.items or () if t["id"] == task["id"]), None)
    if found:
        return found
    everything = yield from every_task("all")
    return next((t for t in everything if task["id"] in (t["id"], str(t.get("number")))), None)


def read(result: Result) -> Result:
    """The result, unless it is a failure."""
    if result.error:
        raise ToolFailed(result.error)
    return result


def stub(number: int) -> Task:
    """A task of which only the number is known."""
    return {"id": str(number), "title": f"task {number}"}


def _by_number(target: Target, memory: Memory, *, answering: bool) -> Choice:
    known = [*memory.group, *([memory.last] if memory.last else [])]
    for task in known:
        if task.get("number") == target.value:
            return Choice((task,))
    if answering and 1 <= target.value <= len(memory.group):
        return Choice((memory.group[target.value - 1],))
    return Choice((stub(target.value),))


def _by_place(target: Target, memory: Memory) -> Choice:
    index = target.value if target.value < 0 else target.value - 1
    try:
        return Choice((memory.group[index],))
    except IndexError:
        return Choice(
            reason=f"I do not know which task “{target.text}” is. Say its name or its number."
        )


def _several(target: Target, memory: Memory) -> Choice:
    """ "both" and "them" of at most three; "everything" is more than one message may change."""
    named = target.text.lower().startswith(("both", "them", "these", "those"))
    if named and 1 <= len(memory.group) <= 3:
        return Choice(tuple(memory.group))
    return Choice(reason="I change tasks one by one: say their names or numbers.")


def _choice(found: list[Task], *, fresh: bool) -> Choice:
    if len(found) == 1:
        return Choice((found[0],), fresh=fresh)
    return Choice(candidates=tuple(found), fresh=fresh)


def _like(name: str, tasks: list[Task]) -> list[Task]:
    return [tasks[match.index] for match in best_matches(match_names(name, _titles(tasks)))]


def _titles(tasks: list[Task]) -> list[str]:
    return [task["title"] for task in tasks]
