"""What the service reads and writes, as rows; the SQL stands in `statements`."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from todoku_platform.saving import ChangeSet, EventRow, Key
from todoku_platform.storage import Storage

from todoku_notification import statements as sql
from todoku_notification.tables import Kind, Notification, Reminder, Watched, Zone


@dataclass(frozen=True)
class TaskView:
    """All the service knows about one task; `watched` is None for one it has not heard of."""

    watched: Watched | None
    reminders: list[Reminder]
    zone: Zone | None


@dataclass(frozen=True)
class Sweep:
    """What should have rung by now, and when the next after that rings."""

    due: list[tuple[UUID, int]]
    """Reminder and generation."""
    next_at: datetime | None


@dataclass(frozen=True)
class FeedPage:
    """Feed rows after a cursor; `head` is the newest number, `floor` the oldest still kept."""

    head: int
    floor: int
    rows: list[Mapping[str, Any]]
    more: bool


@dataclass(frozen=True)
class FeedItem:
    kind: Kind
    data: Mapping[str, Any]


@dataclass(frozen=True)
class Page:
    """A keyset page: `after` is the (instant, id) of the last row of the page before."""

    limit: int
    after: tuple[datetime, UUID] | None = None

    @property
    def parameters(self) -> dict[str, str | None]:
        at, key = self.after or (None, None)
        return {
            "limit": str(self.limit + 1),
            "at": at.isoformat() if at else None,
            "id": str(key) if key else None,
        }


@dataclass(frozen=True)
class Ring:
    """What one firing, delivery or snooze writes for one user."""

    user_id: str
    reminder: Reminder | None = None
    notification: Notification | None = None
    feed: Sequence[FeedItem] = ()
    events: Sequence[EventRow] = ()
    at: datetime | None = None
    """When the feed rows are made."""


class Repository:
    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def task(self, user_id: str, task_id: UUID) -> TaskView:
        found = await self._storage.read(sql.TASK, user_id=user_id, id=str(task_id))
        tasks, zones = found["watched"], found["zones"]
        return TaskView(
            watched=Watched.model_validate(tasks[0]) if tasks else None,
            reminders=_reminders(found),
            zone=Zone.model_validate(zones[0]) if zones else None,
        )

    async def zone(self, user_id: str) -> Zone | None:
        found = await self._storage.read(sql.ZONE, user_id=user_id)
        return Zone.model_validate(found) if found else None

    async def elsewhere(self, user_id: str, timezone: str) -> list[tuple[Watched, list[Reminder]]]:
        """Some of the open tasks whose reminders do not stand in `timezone` yet."""
        found = await self._storage.read(sql.ELSEWHERE, user_id=user_id, timezone=timezone)
        reminders = _reminders(found)
        tasks = [Watched.model_validate(row) for row in found["watched"]]
        return [(task, [row for row in reminders if row.task_id == task.id]) for task in tasks]

    async def woken(self, reminder_id: UUID) -> tuple[Reminder, Watched] | None:
        """A reminder and its task, for a wake-up that names no user."""
        found = await self._storage.read(sql.WOKEN, id=str(reminder_id))
        if not found["reminders"] or not found["watched"]:
            return None
        return _reminders(found)[0], Watched.model_validate(found["watched"][0])

    async def reminder(self, user_id: str, reminder_id: UUID) -> Reminder | None:
        found = await self._storage.read(sql.REMINDER, user_id=user_id, id=str(reminder_id))
        return Reminder.model_validate(found) if found else None

    async def save_ledger(
        self,
        user_id: str,
        *,
        watched: Iterable[Watched],
        reminders: Iterable[Reminder],
        zone: Zone,
        key: Key | None = None,
    ) -> bool:
        """Write tasks and their reminders, while the zone they were computed in still holds."""
        changes = ChangeSet(
            user_id,
            rows={
                "watched": [row.model_dump() for row in watched],
                "reminders": [row.model_dump() for row in reminders],
            },
            checks={"zones": [(zone.id, zone.version)]},
        )
        return await self._storage.save(sql.SAVE_LEDGER, changes, key)

    async def save_zone(self, zone: Zone) -> None:
        changes = ChangeSet(zone.user_id, rows={"zones": [zone.model_dump()]})
        await self._storage.save(sql.SAVE_ZONE, changes)

    async def save_ring(self, ring: Ring, key: Key | None = None) -> bool:
        changes = ChangeSet(
            ring.user_id,
            rows={
                "reminders": [ring.reminder.model_dump()] if ring.reminder else [],
                "notifications": [ring.notification.model_dump()] if ring.notification else [],
            },
            append={"feed": [_feed_row(ring, item) for item in ring.feed]},
            events=ring.events,
        )
        return await self._storage.save(sql.SAVE_RING, changes, key)

    async def sweep(self, due_by: datetime) -> Sweep:
        found = await self._storage.read(sql.SWEEP, due_by=due_by.isoformat())
        next_at = found["next"][0]["due_at"]
        return Sweep(
            due=[(UUID(row["id"]), row["generation"]) for row in found["due"]],
            next_at=datetime.fromisoformat(next_at) if next_at else None,
        )

    async def pending(self) -> list[Reminder]:
        """Some of the rows of which the scheduler does not know what they are now."""
        return [Reminder.model_validate(row) for row in await self._storage.read(sql.PENDING)]

    async def mark_scheduled(self, jobs: Iterable[tuple[Reminder, str | None]]) -> None:
        """Note the job each row has now; a row that changed meanwhile stays pending."""
        scheduled = [
            {"id": str(row.id), "user_id": row.user_id, "version": row.version, "job": job}
            for row, job in jobs
        ]
        await self._storage.execute(sql.SCHEDULED, scheduled=json.dumps(scheduled))

    async def prune_feed(self, before: datetime) -> None:
        await self._storage.execute(sql.PRUNE, before=before.isoformat())

    async def feed(self, user_id: str, after: int) -> FeedPage:
        found = await self._storage.read(sql.FEED, user_id=user_id, after=str(after))
        head = found["head"][0]["seq"] if found["head"] else 0
        floor = found["floor"][0]["seq"]
        more = len(found["rows"]) == sql.FEED_PAGE
        return FeedPage(head, head + 1 if floor is None else floor, found["rows"], more)

    async def notification(self, user_id: str, id: UUID) -> Notification | None:
        found = await self._storage.read(sql.NOTIFICATION, user_id=user_id, id=str(id))
        return Notification.model_validate(found) if found else None

    async def notifications(self, user_id: str, page: Page, *, unread: bool) -> list[Any]:
        """Newest first, one more than the page holds if there are more."""
        found: list[Any] = await self._storage.read(
            sql.NOTIFICATIONS, user_id=user_id, unread=str(unread).lower(), **page.parameters
        )
        return found

    async def ledger(
        self, user_id: str, page: Page, *, task_id: UUID | None, status: str | None
    ) -> list[Any]:
        """In the order of ringing, one more than the page holds if there are more."""
        task = str(task_id) if task_id else None
        found: list[Any] = await self._storage.read(
            sql.LEDGER, user_id=user_id, task_id=task, status=status, **page.parameters
        )
        return found


def _reminders(found: Mapping[str, Any]) -> list[Reminder]:
    return [Reminder.model_validate(row) for row in found["reminders"]]


def _feed_row(ring: Ring, item: FeedItem) -> dict[str, Any]:
    return {
        "user_id": ring.user_id,
        "seq": None,
        "kind": item.kind,
        "data": item.data,
        "created_at": ring.at,
    }
