"""The net under the scheduler: arms what is unarmed, fires what nothing fired.

The row is the truth. A job that was lost with its scheduler, or a reminder written by a replica
that died before it armed it, is found here; and a replica may find what another one deals with,
for firing is a compare-and-set and arming the same name twice is arming it once.
"""

import asyncio
import logging
from datetime import datetime, timedelta
from uuid import UUID

from todoku_platform.clock import Clock
from todoku_platform.errors import Conflict, Erased, Unavailable
from todoku_platform.sidecar import Sidecar, SidecarError

from todoku_notification.domain import WAITING, job_name
from todoku_notification.repository import Repository
from todoku_notification.service import Reminders
from todoku_notification.tables import Reminder

log = logging.getLogger(__name__)
LAG = timedelta(seconds=2)
"""How long the job has before the sweep does its work."""

IDLE = timedelta(minutes=10)
"""The longest sleep; in between an idle database can suspend."""

AGAIN = timedelta(seconds=5)
"""The next look after something could not be done."""

PASSES = 100
PRUNED_EVERY = timedelta(hours=1)


class Sweeper:
    def __init__(
        self,
        repository: Repository,
        sidecar: Sidecar,
        clock: Clock,
        feed_kept: timedelta,
    ) -> None:
        self._repository, self._sidecar, self._clock = repository, sidecar, clock
        self._feed_kept = feed_kept
        self._pruned_at: datetime | None = None
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """Call after a commit that changed what is to be armed."""
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
        """One look at all that waits; returns how long nothing more will have to be done."""
        for _ in range(PASSES):
            found = await self._repository.sweep(self._clock.now() - LAG)
            if not (found.due or found.pending):
                await self._prune()
                return self._until_next(found.next_at)
            fired = [await self._fire(reminders, *arming) for arming in found.due]
            armed = await self._schedule(found.pending)
            if not (any(fired) or armed):
                break
        return AGAIN

    def _until_next(self, next_at: datetime | None) -> timedelta:
        if next_at is None:
            return IDLE
        return min(max(next_at + LAG - self._clock.now(), timedelta(0)), IDLE)

    async def _fire(self, reminders: Reminders, reminder_id: UUID, generation: int) -> bool:
        """False if it could not be done now. One bad row must not hold up the others."""
        try:
            await reminders.wake(reminder_id, generation)
        except Unavailable:
            raise
        except (Conflict, Erased) as exc:
            log.info("a reminder was left alone: %s", exc)
            return False
        except Exception:
            log.exception("a reminder could not be fired")
            return False
        return True

    async def _schedule(self, pending: list[Reminder]) -> bool:
        """Let the scheduler know; what it does not take is tried again at the next sweep."""
        done: list[tuple[Reminder, str | None]] = []
        try:
            for row in pending:
                job = await self._arm(row)
                done.append((row, job))
        except (Unavailable, SidecarError) as exc:
            log.warning("reminders are not armed, the sweep stands in: %s", exc)
        if done:
            await self._repository.mark_scheduled(done)
        return len(done) == len(pending) > 0

    async def _arm(self, row: Reminder) -> str | None:
        """Replace the job of an earlier arming by the one of this, or by none."""
        name = job_name(row) if row.status in WAITING else None
        if row.job is not None and row.job != name:
            await self._forget(row.job)
        if name is not None:
            await self._sidecar.schedule_job(name, row.due_at)
        return name

    async def _forget(self, job: str) -> None:
        try:
            await self._sidecar.delete_job(job)
        except SidecarError as exc:
            # It has run, most likely; and should it still run, its generation is over.
            log.info("the job %s was not deleted: %s", job, exc)

    async def _prune(self) -> None:
        now = self._clock.now()
        if self._pruned_at is None or now - self._pruned_at >= PRUNED_EVERY:
            await self._repository.prune_feed(now - self._feed_kept)
            self._pruned_at = now
