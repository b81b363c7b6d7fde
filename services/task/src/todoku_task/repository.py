"""Where tasks are kept. Nothing else here knows SQL."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic_core import from_json
from todoku_platform.errors import Erased
from todoku_platform.saving import ChangeSet, Key, save_statement
from todoku_platform.storage import Storage

from todoku_task import listing, reading
from todoku_task.events import task_subject
from todoku_task.schemas import TaskQuery
from todoku_task.state import State, Task
from todoku_task.tables import PLATFORM, SETTINGS, TASKS

SAVE_TASK = save_statement(PLATFORM, TASKS)
SAVE_CHECKED = save_statement(PLATFORM, TASKS, checked=[TASKS])
SAVE_SETTINGS = save_statement(PLATFORM, SETTINGS)

DEFAULTS: dict[str, Any] = {
    "timezone": "UTC",
    "locale": "en",
    "week_start": "monday",
    "default_reminders": [],
    "version": 0,
}
"""A user's settings until they are first saved."""

Ref = UUID | int
"""A task by its id or its number."""
Stored = Mapping[str, Any]


@dataclass(frozen=True)
class Once:
    """The Idempotency-Key of a request: `body` is what a repetition must send again."""

    route: str
    key: str
    body: bytes


@dataclass(frozen=True)
class Loaded:
    """What a command needs, read at once; `answer` was given to the same key before."""

    state: State
    zone: str
    answer: Stored | None = None


@dataclass(frozen=True)
class Reserved:
    number: int
    settings: Stored
    answer: Stored | None = None


@dataclass(frozen=True)
class Tasks:
    storage: Storage

    async def reserve(self, user_id: str, once: Once | None) -> Reserved:
        """A number for a new task, with what creating it needs. Raises Erased."""
        found = await self._read(reading.RESERVE, user_id=user_id, **_key(once))
        answer, settings = _first(found["answer"]), _first(found["settings"]) or DEFAULTS
        if answer:
            return Reserved(0, settings, answer)
        number = _first(found["number"])
        if number is None:
            raise Erased("the user was erased")
        return Reserved(number["last_number"], settings)

    async def load(self, user_id: str, ref: Ref, once: Once | None = None) -> Loaded:
        numbered = isinstance(ref, int)
        query = reading.LOAD_BY_NUMBER if numbered else reading.LOAD_BY_ID
        name = "number" if numbered else "id"
        found = await self._read(query, user_id=user_id, **{name: str(ref)}, **_key(once))
        return Loaded(State(_task(found["task"])), _zone(found), _first(found["answer"]))

    async def successor(self, user_id: str, id_: UUID, predecessor_id: UUID) -> tuple[Loaded, int]:
        """Both occurrences and a number for the later one: 0 when it has one."""
        found = await self._pair(reading.SUCCESSOR, user_id, id_, predecessor_id)
        number = _first(found["number"])
        return _loaded_pair(found), number["last_number"] if number else 0

    async def pair(self, user_id: str, id_: UUID, predecessor_id: UUID) -> Loaded:
        return _loaded_pair(await self._pair(reading.PAIR, user_id, id_, predecessor_id))

    async def get(self, user_id: str, ref: Ref) -> tuple[dict[str, Any] | None, str]:
        """The task as stored, and the user's zone."""
        numbered = isinstance(ref, int)
        query = reading.GET_BY_NUMBER if numbered else reading.GET_BY_ID
        name = "number" if numbered else "id"
        found = await self._read(query, user_id=user_id, **{name: str(ref)})
        return _first(found["task"]), _zone(found)

    async def page(
        self, user_id: str, query: TaskQuery, now: datetime
    ) -> tuple[list[dict[str, Any]], str]:
        """Up to `limit` + 1 tasks as stored, and the user's zone."""
        given = listing.parameters(query, user_id, now)
        found = await self._read(listing.statement(listing.shape(query)), **given)
        return found["items"], _zone(found)

    async def settings(self, user_id: str) -> dict[str, Any]:
        found = await self._read(reading.SETTINGS_OF, user_id=user_id)
        return _first(found) or dict(DEFAULTS)

    async def history(self, user_id: str, task_id: str) -> list[dict[str, Any]]:
        """Newest first, at most 200."""
        subject = task_subject(user_id, task_id)
        found: list[dict[str, Any]] = await self._read(
            reading.HISTORY, user_id=user_id, subject=subject
        )
        return found

    async def save(self, changes: ChangeSet, key: Key | None = None) -> bool:
        """False when the key was seen before. Raises Conflict, Erased, Unavailable."""
        if "settings" in changes.rows:
            return await self.storage.save(SAVE_SETTINGS, changes, key)
        statement = SAVE_CHECKED if changes.checks.get("tasks") else SAVE_TASK
        return await self.storage.save(statement, changes, key)

    async def _pair(self, query: Any, user_id: str, id_: UUID, predecessor_id: UUID) -> Any:
        return await self._read(
            query, user_id=user_id, id=str(id_), predecessor_id=str(predecessor_id)
        )

    async def _read(self, query: Any, **params: str | None) -> Any:
        return from_json(await self.storage.read_text(query, **params))


def _key(once: Once | None) -> dict[str, str | None]:
    return {
        "consumer": once.route if once else None,
        "message_id": once.key if once else None,
    }


def _first(rows: list[dict[str, Any]]) -> dict[str, Any] | None:
    return rows[0] if rows else None


def _task(rows: list[dict[str, Any]]) -> Task | None:
    return Task(**rows[0]) if rows else None


def _zone(found: Stored) -> str:
    settings = _first(found["settings"])
    return str(settings["timezone"]) if settings else str(DEFAULTS["timezone"])


def _loaded_pair(found: Stored) -> Loaded:
    return Loaded(State(_task(found["task"]), _task(found["predecessor"])), _zone(found))
