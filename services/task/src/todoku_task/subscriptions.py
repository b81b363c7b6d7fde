"""Commands from recurring-task about the successor of an occurrence.

The wire has no order and may repeat: each is decided by the predecessor's present state, which
the statement of the effect checks again. What changes nothing needs no inbox row.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from todoku_contracts.events import TaskCreate, TaskDelete
from todoku_platform.clock import Clock
from todoku_platform.errors import Conflict, Refused
from todoku_platform.inbox import Event, Subscription

from todoku_task.commands import Succeed, Withdraw
from todoku_task.domain import decide
from todoku_task.events import Cause, task_change
from todoku_task.repository import Loaded, Tasks
from todoku_task.service import TRIES
from todoku_task.state import SYSTEM

_COPIED = ("title", "description", "priority", "tags", "reminders", "recurrence")


@dataclass(frozen=True)
class Successors:
    tasks: Tasks
    clock: Clock
    wake: Callable[[], None]

    async def create(self, event: Event) -> None:
        wanted: TaskCreate = event.data
        ids = wanted.task.id, wanted.task.predecessor_id
        fields = _fields(wanted)

        async def attempt() -> bool:
            loaded, number = await self.tasks.successor(event.user_id, *ids)
            if loaded.state.predecessor is None:
                raise Refused("the predecessor does not exist")
            command = Succeed(str(ids[0]), number, fields, event.sequence)
            return await self._apply(event, loaded, command)

        await _tries(attempt)

    async def withdraw(self, event: Event) -> None:
        wanted: TaskDelete = event.data
        command = Withdraw(event.sequence, wanted.untouched_only)

        async def attempt() -> bool:
            loaded = await self.tasks.pair(event.user_id, wanted.id, wanted.predecessor_id)
            return await self._apply(event, loaded, command)

        await _tries(attempt)

    async def _apply(self, event: Event, loaded: Loaded, command: Succeed | Withdraw) -> bool:
        cause = _cause(event, self.clock)
        change = decide(loaded.state, command, cause.at, cause.actor)
        if change is None:
            return False
        saved = await self.tasks.save(task_change(change, loaded.zone, cause), event.key)
        if saved:
            self.wake()
        return saved


async def _tries(attempt: Callable[[], Awaitable[bool]]) -> None:
    for left in reversed(range(TRIES)):
        try:
            await attempt()
        except Conflict:
            if not left:
                raise
        else:
            return


def _cause(event: Event, clock: Clock) -> Cause:
    actor = event.actor if event.actor.startswith(SYSTEM) else f"{SYSTEM}recurring-task"
    return Cause(
        user_id=event.user_id,
        actor=actor,
        at=clock.now(),
        correlation_id=event.correlation_id,
        causation_id=event.id,
    )


def _fields(wanted: TaskCreate) -> dict[str, Any]:
    """In the shape of a task, as JSON has it."""
    task = wanted.task.model_dump(mode="json")
    names = (*_COPIED, "due", "list_id", "series_id", "predecessor_id")
    return {name: task[name] for name in names}


def subscription(successors: Successors) -> Subscription:
    return Subscription(
        "task-commands",
        {
            "dev.todoku.task.create.v1": successors.create,
            "dev.todoku.task.delete.v1": successors.withdraw,
        },
    )
