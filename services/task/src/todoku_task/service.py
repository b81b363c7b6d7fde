"""One command: load, decide, save in one statement; again when another writer was first."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from fastapi.responses import Response
from todoku_platform.clock import Clock
from todoku_platform.errors import Conflict
from todoku_platform.idempotency import command_key, replay
from todoku_platform.identity import Principal
from todoku_platform.ids import new_id
from todoku_platform.telemetry import correlation_id, traceparent

from todoku_task import answers, listing
from todoku_task.commands import Command, Create
from todoku_task.domain import decide
from todoku_task.drafts import fields_of_text
from todoku_task.errors import Contended, TaskMissing, VersionMismatch
from todoku_task.events import Cause, settings_change, task_change
from todoku_task.repository import Once, Ref, Tasks
from todoku_task.schemas import NewTask, TaskQuery
from todoku_task.state import State, Task

TRIES = 3
IfMatch = frozenset[str] | None
"""The entity tags a caller would accept; None: any state."""


@dataclass(frozen=True)
class TaskService:
    tasks: Tasks
    clock: Clock
    wake: Callable[[], None]
    """Tells the relay that events were committed."""

    async def create(self, caller: Principal, new: NewTask, once: Once | None) -> Response:
        async def attempt() -> Response | None:
            reserved = await self.tasks.reserve(caller.user_id, once)
            if reserved.answer and once:
                return replay(reserved.answer, once.body)
            cause, settings = self._cause(caller), reserved.settings
            zone: str = settings["timezone"]
            fields = fields_of_text(new.text, cause.at, zone) if new.text else new.given()
            if fields.get("due") and "reminders" not in fields:
                fields["reminders"] = settings["default_reminders"]
            command = Create(str(new_id()), reserved.number, fields, str(new_id()))
            change = decide(State(None), command, cause.at, cause.actor)
            assert change is not None  # noqa: S101 - creating always changes something
            answer = answers.created(change.task, zone, caller.user_id)
            return await self._save(task_change(change, zone, cause), once, answer)

        return await self._tries(attempt)

    async def change(
        self,
        caller: Principal,
        ref: Ref,
        command: Command,
        *,
        if_match: IfMatch = None,
        once: Once | None = None,
        answer: Callable[[Task, str], Response] = answers.task_answer,
    ) -> Response:
        """The task after the command, whether or not it changed anything."""

        async def attempt() -> Response | None:
            loaded = await self.tasks.load(caller.user_id, ref, once)
            if loaded.answer and once:
                return replay(loaded.answer, once.body)
            task, zone, cause = loaded.state.task, loaded.zone, self._cause(caller)
            if task is None:
                raise TaskMissing
            _match(if_match, task.version, lambda: task.state(zone))
            change = decide(loaded.state, command, cause.at, cause.actor)
            if change is None:
                return answer(task, zone)
            made = answer(change.task, zone)
            return await self._save(task_change(change, zone, cause), once, made)

        try:
            return await self._tries(attempt)
        except Conflict as exc:
            loaded = await self.tasks.load(caller.user_id, ref)
            task = loaded.state.task
            raise Contended(task.state(loaded.zone) if task else None) from exc

    async def get(self, caller: Principal, ref: Ref) -> Response:
        task, zone = await self.tasks.get(caller.user_id, ref)
        if task is None or task["deleted_at"] is not None:
            raise TaskMissing
        return answers.stored_task(task, zone)

    async def page(self, caller: Principal, query: TaskQuery) -> Response:
        found, zone = await self.tasks.page(caller.user_id, query, self.clock.now())
        items = found[: query.limit]
        more = listing.cursor(items[-1], query.sort) if len(found) > query.limit else None
        return answers.page(items, zone, more)

    async def history(self, caller: Principal, ref: Ref) -> Response:
        task, _ = await self.tasks.get(caller.user_id, ref)
        if task is None:
            raise TaskMissing
        return answers.json_answer({"items": await self.tasks.history(caller.user_id, task["id"])})

    async def settings(self, caller: Principal) -> Response:
        return answers.settings_answer(await self.tasks.settings(caller.user_id))

    async def change_settings(
        self, caller: Principal, fields: dict[str, Any], if_match: IfMatch
    ) -> Response:
        async def attempt() -> Response | None:
            before = await self.tasks.settings(caller.user_id)
            _match(if_match, before["version"], lambda: before)
            first = before["version"] == 0
            changed = [name for name in fields if first or before[name] != fields[name]]
            if not changed:
                return answers.settings_answer(before)
            after = before | fields | {"version": before["version"] + 1}
            changes = settings_change(after, changed, self._cause(caller))
            return await self._save(changes, None, answers.settings_answer(after))

        try:
            return await self._tries(attempt)
        except Conflict as exc:
            raise Contended(await self.tasks.settings(caller.user_id)) from exc

    async def _tries(self, attempt: Callable[[], Awaitable[Response | None]]) -> Response:
        """Raises Conflict when other writers were first every time."""
        for _ in range(TRIES):
            try:
                answer = await attempt()
            except Conflict:
                continue
            if answer is not None:
                return answer
        raise Conflict("other writers were first")

    async def _save(self, changes: Any, once: Once | None, answer: Response) -> Response | None:
        """None when the key was taken meanwhile: the next try finds the answer given to it."""
        key = None
        if once:
            key = command_key(once.route, once.key, once.body, self.clock.now(), answer)
        if not await self.tasks.save(changes, key):
            return None
        self.wake()
        return answer

    def _cause(self, caller: Principal) -> Cause:
        return Cause(
            user_id=caller.user_id,
            actor=caller.actor,
            at=self.clock.now(),
            correlation_id=correlation_id.get(),
            traceparent=traceparent.get() or None,
        )


def _match(if_match: IfMatch, version: int, current: Callable[[], Any]) -> None:
    """RFC 9110 section 13.1.1, strong comparison."""
    if if_match is not None and "*" not in if_match and answers.etag(version) not in if_match:
        raise VersionMismatch(version, current())
