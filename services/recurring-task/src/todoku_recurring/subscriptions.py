"""Facts about tasks and settings come in; rows and commands to task go out in one statement."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from todoku_calendar import DueError, RuleError
from todoku_contracts.events import SettingsChanged, TaskEvent
from todoku_platform.clock import Clock
from todoku_platform.errors import Conflict, Refused
from todoku_platform.inbox import Event, Subscription
from todoku_platform.saving import ChangeSet
from todoku_platform.telemetry import traceparent

from todoku_recurring.domain import observe
from todoku_recurring.events import Cause, change_set
from todoku_recurring.repository import SeriesStore

TRIES = 3
KINDS = ("created", "updated", "completed", "reopened", "rescheduled", "deleted", "restored")


@dataclass(frozen=True)
class SeriesKeeper:
    store: SeriesStore
    clock: Clock
    wake: Callable[[], None]
    """Tells the relay that commands were committed."""

    async def task_changed(self, event: Event) -> None:
        """Idempotent and free of order: a state not newer than the last seen changes nothing."""
        facts: TaskEvent = event.data
        series_id = facts.task.series_id
        if series_id is None:
            return

        async def attempt() -> None:
            state = await self.store.load(event.user_id, series_id, facts.task.id)
            try:
                change = observe(state, facts.task)
            except (RuleError, DueError) as exc:
                raise Refused(f"the calendar refuses the series: {exc}") from exc
            if change is None:
                return
            changes = change_set(change, facts.task, self._cause(event))
            if await self.store.save(changes, event.key) and changes.events:
                self.wake()

        await _tries(attempt)

    async def settings_changed(self, event: Event) -> None:
        """Keeps the zone of the newest settings, for floating dues."""
        facts: SettingsChanged = event.data

        async def attempt() -> None:
            before = await self.store.zone_row(event.user_id)
            if before and event.sequence <= before["sequence"]:
                return
            row = {
                "id": event.user_id,
                "user_id": event.user_id,
                "timezone": facts.settings.timezone,
                "sequence": event.sequence,
                "version": before["version"] + 1 if before else 1,
            }
            await self.store.save_zone(ChangeSet(event.user_id, {"zones": [row]}), event.key)

        await _tries(attempt)

    def _cause(self, event: Event) -> Cause:
        return Cause(
            user_id=event.user_id,
            event_id=event.id,
            correlation_id=event.correlation_id,
            at=self.clock.now(),
            traceparent=traceparent.get() or None,
        )


async def _tries(attempt: Callable[[], Awaitable[None]]) -> None:
    for left in reversed(range(TRIES)):
        try:
            await attempt()
        except Conflict:
            if not left:
                raise
        else:
            return


def subscriptions(keeper: SeriesKeeper) -> list[Subscription]:
    tasks = {f"dev.todoku.task.{kind}.v1": keeper.task_changed for kind in KINDS}
    return [
        Subscription("task-events", tasks),
        Subscription("user-events", {"dev.todoku.settings.changed.v1": keeper.settings_changed}),
    ]
