"""Lets the scheduler know when to wake us: after the commit, so that no job has no row.

What it does not get to, because the scheduler is away or this replica ends, stays marked in the
row and is done by whichever replica looks next. Arming the same name twice is arming it once.
"""

import asyncio
import logging
from datetime import timedelta

from todoku_platform.errors import Unavailable
from todoku_platform.sidecar import Sidecar, SidecarError

from todoku_notification.domain import WAITING, job_name
from todoku_notification.repository import Repository
from todoku_notification.tables import Reminder

log = logging.getLogger(__name__)
IDLE = timedelta(minutes=10)
AGAIN = timedelta(seconds=5)


class Armer:
    def __init__(self, repository: Repository, sidecar: Sidecar) -> None:
        self._repository, self._sidecar = repository, sidecar
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """Call after a commit that planned, moved or cancelled reminders."""
        self._woken.set()

    async def run(self) -> None:
        while True:
            self._woken.clear()
            try:
                await self.arm()
            except (Unavailable, SidecarError) as exc:
                log.warning("reminders are not armed, the sweep stands in: %s", exc)
                await asyncio.sleep(AGAIN.total_seconds())
                continue
            try:
                async with asyncio.timeout(IDLE.total_seconds()):
                    await self._woken.wait()
            except TimeoutError:
                continue

    async def arm(self) -> None:
        """Until nothing is pending. Raises what the sidecar raised; what was done stays done."""
        refused: SidecarError | None = None
        while refused is None and (pending := await self._repository.pending()):
            done: list[tuple[Reminder, str | None]] = []
            try:
                for row in pending:
                    try:
                        done.append((row, await self._bring_in_line(row)))
                    except SidecarError as exc:
                        refused = exc  # one bad row must not hold up the others
            finally:
                await self._repository.mark_scheduled(done)
        if refused is not None:
            raise refused

    async def _bring_in_line(self, row: Reminder) -> str | None:
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
