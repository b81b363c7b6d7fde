"""The net under the scheduler: fires what nothing fired.

The row is the truth. A job that was lost with its scheduler, or a reminder whose replica died
before it was armed, rings from here. A replica may find what another one deals with: firing is a
compare-and-set.
"""

import asyncio
import logging
from datetime import datetime, timedelta
from uuid import UUID

from todoku_platform.clock import Clock
from todoku_platform.errors import Conflict, Erased, Unavailable

from todoku_notification.repository import Repository
from todoku_notification.service import Reminders

log = logging.getLogger(__name__)
LAG = timedelta(seconds=2)
"""How long the job has before the sweep does its work."""

IDLE = timedelta(minutes=10)
"""The longest sleep; in between an idle database can suspend."""

AGAIN = timedelta(seconds=5)
"""The next look after something could not be done."""

PRUNED_EVERY = timedelta(hours=1)


class Sweeper:
    def __init__(self, repository: Repository, clock: Clock, feed_kept: timedelta) -> None:
        self._repository, self._clock, self._feed_kept = repository, clock, feed_kept
        self._pruned_at: datetime | None = None
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """Call after a commit that planned reminders: one may ring before the next look."""
        self._woken.set()

    async def run(self, reminders: Reminders) -> None:
        while True:
            self._woken.clear()
            try:
                wait = await self.sweep(reminders)
            except Unavailable as exc:
                log.warning("the sweep waits: %s", exc)
                await asyncio.sleep(AGAIN.total_seconds())
                continue
            try:
                async with asyncio.timeout(wait.total_seconds()):
                    await self._woken.wait()
            except TimeoutError:
                continue

    async def sweep(self, reminders: Reminders) -> timedelta:
        """Fire all that is overdue; returns how long nothing more will have to be done."""
        before: list[tuple[UUID, int]] = []
        while True:
            found = await self._repository.sweep(self._clock.now() - LAG)
            if not found.due:
                await self._prune()
                return self._until(found.next_at)
            if found.due == before:
                return AGAIN
            before = found.due
            for arming in found.due:
                await self._fire(reminders, *arming)

    def _until(self, next_at: datetime | None) -> timedelta:
        if next_at is None:
            return IDLE
        return min(max(next_at + LAG - self._clock.now(), timedelta(0)), IDLE)

    async def _fire(self, reminders: Reminders, reminder_id: UUID, generation: int) -> None:
        """One bad row must not hold up the others."""
        try:
            await reminders.wake(reminder_id, generation)
        except Unavailable:
            raise
        except (Conflict, Erased) as exc:
            log.info("a reminder was left alone: %s", exc)
        except Exception:
            log.exception("a reminder could not be fired")

    async def _prune(self) -> None:
        now = self._clock.now()
        if self._pruned_at is None or now - self._pruned_at >= PRUNED_EVERY:
            await self._repository.prune_feed(now - self._feed_kept)
            self._pruned_at = now
