"""The ledger of reminders: what messages, wake-ups and people do to it."""

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any
from uuid import UUID

from todoku_calendar import valid_zone
from todoku_contracts.events import ReminderDue, SettingsChanged, TaskChanged, TaskEvent, TaskState
from todoku_platform.clock import Clock
from todoku_platform.errors import Conflict, Refused, Unavailable
from todoku_platform.ids import new_id
from todoku_platform.inbox import Event
from todoku_platform.problems import Problem, not_found
from todoku_platform.saving import EventRow, Key

from todoku_notification import domain
from todoku_notification.repository import FeedItem, Repository, Ring
from todoku_notification.schemas import NotificationBody
from todoku_notification.tables import Notification, Reminder, Watched, Zone

log = logging.getLogger(__name__)
ATTEMPTS = 3
ACTOR = "system:notification"
REMINDER_DUE = "dev.todoku.reminder.due.v1"
LONGEST_SNOOZE = timedelta(days=366)


def insist[**P, T](decide: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
    """Load and decide again when another writer was first; the last Conflict goes to the edge."""

    @wraps(decide)
    async def insisting(*args: P.args, **kwargs: P.kwargs) -> T:
        for _ in range(ATTEMPTS - 1):
            try:
                return await decide(*args, **kwargs)
            except Conflict:
                continue
        return await decide(*args, **kwargs)

    return insisting


class Reminders:
    """What may happen to reminders, each in one write.

    `on_ledger` is called after a commit that planned, moved or cancelled some, `on_events`
    after one that wrote events, `on_feed` with the user after one that wrote feed rows.
    """

    def __init__(
        self,
        repository: Repository,
        clock: Clock,
        *,
        window: timedelta,
        on_ledger: Callable[[], None],
        on_events: Callable[[], None],
        on_feed: Callable[[str], None],
    ) -> None:
        self._repository, self._clock, self._window = repository, clock, window
        self._on_ledger, self._on_events, self._on_feed = on_ledger, on_events, on_feed

    @insist
    async def task_changed(self, event: Event) -> None:
        """Bring a task's reminders in line with its newest state; an older one changes nothing."""
        data: TaskEvent = event.data
        view = await self._repository.task(event.user_id, data.task.id)
        seen = view.watched
        if seen is not None and event.sequence <= seen.task_sequence:
            return
        zone = view.zone or await self._first_zone(event.user_id, data.task.timezone)
        lives_in = zone.timezone if zone.settings_sequence else data.task.timezone
        task = _watched(event, data.task, lives_in, seen)
        since = domain.asked_since(seen, task, data.task.created_at)
        try:
            changed = domain.align(task, view.reminders, since, event.correlation_id)
        except ValueError as exc:
            raise Refused(f"the reminders of the task cannot be planned: {exc}") from exc
        await self._repository.save_ledger(
            event.user_id, watched=[task], reminders=changed, zone=zone, key=event.key
        )
        self._planned(changed)

    async def _first_zone(self, user_id: str, timezone: str) -> Zone:
        """A row to hold on to while a task is planned, so that no change of zone is overlooked."""
        zone = Zone(id=user_id, user_id=user_id, timezone=timezone, settings_sequence=0, version=1)
        await self._repository.save_zone(zone)
        return zone

    @insist
    async def settings_changed(self, event: Event) -> None:
        """Move what floats to the user's new zone.

        The zone is stored first: whoever plans a task from then on does so in the new zone, and
        all that was planned before is found here. Interrupted, it goes on at the next delivery.
        """
        data: SettingsChanged = event.data
        timezone = data.settings.timezone
        if not valid_zone(timezone):
            raise Refused(f"unknown time zone {timezone}")
        zone = await self._store_zone(event, timezone)
        while zone is not None:
            batch = await self._repository.elsewhere(event.user_id, timezone)
            if not batch:
                return
            tasks: list[Watched] = []
            changed: list[Reminder] = []
            for task, reminders in batch:
                version = task.version + 1
                moved = task.model_copy(update={"timezone": timezone, "version": version})
                tasks.append(moved)
                changed += domain.align(
                    moved, reminders, event.occurred_at, event.correlation_id, moved=True
                )
            await self._repository.save_ledger(
                event.user_id, watched=tasks, reminders=changed, zone=zone
            )
            self._planned(changed)

    async def _store_zone(self, event: Event, timezone: str) -> Zone | None:
        """The row as it is now; None if newer settings were heard of before."""
        old = await self._repository.zone(event.user_id)
        if old is not None and old.settings_sequence >= event.sequence:
            return old if old.settings_sequence == event.sequence else None
        zone = Zone(
            id=event.user_id,
            user_id=event.user_id,
            timezone=timezone,
            settings_sequence=event.sequence,
            version=old.version + 1 if old else 1,
        )
        await self._repository.save_zone(zone)
        return zone

    async def task_updated(self, event: Event) -> None:
        data: TaskChanged = event.data
        item = FeedItem("task", data.model_dump(mode="json"))
        await self._ring(Ring(event.user_id, feed=[item], at=self._clock.now()), event.key)

    @insist
    async def wake(self, reminder_id: UUID, generation: int) -> None:
        """Fire one arming if it is still the one that waits; however often, from wherever.

        Raises Unavailable when called too early, so that the scheduler comes again.
        """
        found = await self._repository.woken(reminder_id)
        if found is None:
            return
        row, task = found
        now = self._clock.now()
        fired = domain.fire(row, generation, now, self._window)
        if fired is None:
            if domain.is_early(row, generation, now):
                raise Unavailable("a wake-up came before its time")
            return
        if fired.missed:
            entry = domain.notification(fired.row, "missed", task.number, task.title, task.due, now)
            items = [_notification_item(entry)]
            await self._ring(Ring(row.user_id, fired.row, entry, items, at=now))
            return
        event = _due_event(fired.row, task, now)
        await self._ring(Ring(row.user_id, fired.row, events=[event]))
        self._on_events()

    @insist
    async def reminder_due(self, event: Event) -> None:
        """Put a reminder that fired into the inbox and onto the streams of its user."""
        data: ReminderDue = event.data
        row = await self._repository.reminder(event.user_id, data.reminder_id)
        ringing = domain.delivered(row, data.generation) if row else None
        if ringing is None:
            return
        now = self._clock.now()
        due = data.due.model_dump(mode="json") if data.due else None
        entry = domain.notification(ringing, "reminder", data.number, data.title, due, now)
        items = [_reminder_item(entry, data.fired_at), _notification_item(entry)]
        await self._ring(Ring(event.user_id, ringing, entry, items, at=now), event.key)

    @insist
    async def snooze(
        self,
        user_id: str,
        reminder_id: UUID,
        until: datetime,
        key: Callable[[Reminder], Key | None],
    ) -> Reminder | None:
        """Let it ring (again) at `until`; `key` makes the inbox row from the new state.

        None if that key was seen before, and nothing was done.
        """
        row = await self._repository.reminder(user_id, reminder_id)
        if row is None:
            raise not_found()
        if row.status == "cancelled":
            state = {"status": row.status, "reason": row.reason}
            raise Problem(
                409, "This reminder was cancelled with its task.", extra={"current": state}
            )
        snoozed = domain.arm(row, until, status="snoozed")
        if not await self._ring(Ring(user_id, snoozed), key(snoozed)):
            return None
        self._on_ledger()
        return snoozed

    @insist
    async def mark_read(self, user_id: str, id: UUID, *, read: bool) -> Notification:
        row = await self._repository.notification(user_id, id)
        if row is None:
            raise not_found()
        if (row.read_at is not None) is read:
            return row
        read_at = self._clock.now() if read else None
        marked = row.model_copy(update={"read_at": read_at, "version": row.version + 1})
        await self._ring(Ring(user_id, notification=marked))
        return marked

    async def _ring(self, ring: Ring, key: Key | None = None) -> bool:
        saved = await self._repository.save_ring(ring, key)
        if saved and ring.feed:
            self._on_feed(ring.user_id)
        return saved

    def _planned(self, changed: list[Reminder]) -> None:
        if any(row.job_pending for row in changed):
            self._on_ledger()


def _watched(event: Event, task: TaskState, timezone: str, seen: Watched | None) -> Watched:
    return Watched(
        id=task.id,
        user_id=event.user_id,
        number=task.number,
        title=task.title,
        status=task.status,
        due=task.due.model_dump(mode="json") if task.due else None,
        timezone=timezone,
        reminders=[spec.model_dump(mode="json") for spec in task.reminders],
        task_sequence=event.sequence,
        deleted=task.deleted_at is not None,
        changed_at=task.updated_at,
        version=seen.version + 1 if seen else 1,
    )


def _due_event(row: Reminder, task: Watched, fired_at: datetime) -> EventRow:
    return EventRow(
        id=new_id(),
        topic="reminders",
        type=REMINDER_DUE,
        subject=f"users/{row.user_id}/reminders/{row.id}",
        sequence=row.generation,
        payload=domain.due_payload(row, task),
        actor=ACTOR,
        change_id=new_id(),
        occurred_at=fired_at,
        correlation_id=row.correlation_id,
    )


def _reminder_item(entry: Notification, fired_at: datetime) -> FeedItem:
    data: dict[str, Any] = entry.model_dump(
        mode="json", include={"reminder_id", "task_id", "number", "title", "due", "due_at"}
    )
    return FeedItem("reminder", data | {"notification_id": str(entry.id), "fired_at": fired_at})


def _notification_item(entry: Notification) -> FeedItem:
    return FeedItem("notification", NotificationBody.of(entry))
