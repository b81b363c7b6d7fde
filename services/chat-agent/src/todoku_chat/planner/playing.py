"""The state of a turn, found by playing its calls again.

Nothing is remembered between two calls of the model: a plan is a generator that asks for tool
calls, and the results that the items already hold are given back to it until it asks for one
they do not hold. That call is the answer; or, when the plan ends, its text.
"""

from copy import deepcopy
from dataclasses import dataclass

from todoku_language import Unknown, parse

from todoku_chat.planner.memory import Memory
from todoku_chat.planner.performing import Performance
from todoku_chat.planner.searching import Request
from todoku_chat.planner.transcript import Result, Settings, Turn

REMEMBERED_TURNS = 8
MAX_CALLS = 10
"""In one turn: the run that calls the model has a bound of its own, and ends without an answer."""
LOST = Result(error="The tool gave no answer, so it is not certain whether the change was made.")


@dataclass(frozen=True)
class Played:
    """What comes next, or None with `strayed` when the calls are not those of the plan."""

    next: Request | str
    strayed: bool = False


def next_move(turns: list[Turn], settings: Settings) -> Request | str:
    """The next call of the last turn, or the reply that ends it."""
    memory = Memory()
    for turn in turns[-REMEMBERED_TURNS - 1 : -1]:
        memory = _remember(turn, memory, settings)
    return _play(turns[-1], memory, settings).next


def _remember(turn: Turn, memory: Memory, settings: Settings) -> Memory:
    after = deepcopy(memory)
    played = _play(turn, after, settings)
    if isinstance(played.next, str) and not played.strayed:
        return after
    # Another model's turn, or one that was broken off.
    memory.pending = []
    for call in turn.calls:
        memory.recall(call)
    return memory


def _play(turn: Turn, memory: Memory, settings: Settings) -> Played:
    performance = _begin(turn, memory, settings)
    plan = performance.run()
    calls = iter(turn.calls)
    given = 0
    try:
        request = next(plan)
        for call in calls:
            if call.name != request.name:
                return Played(_stray(performance), strayed=True)
            given += 1
            request = plan.send(call.result or LOST)
    except StopIteration as end:
        for call in calls:
            memory.recall(call)
        return Played(str(end.value))
    if given >= MAX_CALLS:
        rest = "That is as much as I do for one message. Please send what is missing again."
        return Played("\n".join([*performance.lines, rest]))
    return Played(request)


def _begin(turn: Turn, memory: Memory, settings: Settings) -> Performance:
    pending, memory.pending = memory.pending, []
    plan = parse(turn.text, now=settings.now, zone=settings.zone)
    answering = bool(pending) and all(isinstance(step, Unknown) for step in plan.steps)
    if pending:
        plan = parse(turn.text, now=settings.now, zone=settings.zone, context=pending)
    return Performance(plan, memory, settings, answering=answering)


def _stray(performance: Performance) -> str:
    return "\n".join(
        [*performance.lines, "I lost the thread there. Please say again what is still to be done."]
    )
