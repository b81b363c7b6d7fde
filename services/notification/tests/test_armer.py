from datetime import timedelta
from uuid import UUID

import pytest
from todoku_notification.armer import Armer
from todoku_platform.errors import Unavailable
from todoku_platform.sidecar import SidecarError

pytestmark = pytest.mark.postgres

IN_A_MINUTE = {"at": "2026-03-02T12:01:00+00:00"}
IN_AN_HOUR = {"at": "2026-03-02T13:00:00+00:00"}


@pytest.fixture
def armer(repository, scheduler) -> Armer:
    return Armer(repository, scheduler)


class TestArm:
    async def test_one_job_for_each_reminder(
        self, armer, reminders, task, scheduler, ledger, clock
    ) -> None:
        await reminders.task_changed(task.event("created", reminders=[IN_A_MINUTE, IN_AN_HOUR]))
        await armer.arm()
        rows = await ledger.reminders()
        assert set(scheduler.jobs) == {f"reminder-{row['id']}-1" for row in rows}
        assert min(scheduler.jobs.values()) == clock.now() + timedelta(minutes=1)

    async def test_only_once(self, armer, reminders, task, scheduler) -> None:
        await reminders.task_changed(task.event("created", reminders=[IN_A_MINUTE]))
        await armer.arm()
        scheduler.jobs.clear()
        await armer.arm()
        assert not scheduler.jobs

    async def test_a_cancelled_one_takes_its_job_along(
        self, armer, reminders, task, scheduler
    ) -> None:
        await reminders.task_changed(task.event("created", reminders=[IN_A_MINUTE]))
        await armer.arm()
        await reminders.task_changed(task.event("completed", status="done"))
        await armer.arm()
        assert not scheduler.jobs

    async def test_armed_anew_replaces_its_job(self, armer, reminders, task, scheduler) -> None:
        due = {"date": "2026-03-02", "time": "14:00", "timezone": None}
        created = task.event("created", due=due, reminders=[{"before": "PT1H"}])
        await reminders.task_changed(created)
        await armer.arm()
        [old] = scheduler.jobs
        await reminders.task_changed(task.event("rescheduled", due=due | {"time": "15:00"}))
        await armer.arm()
        assert list(scheduler.jobs) == [f"{old.removesuffix('-1')}-2"]

    async def test_snoozed_after_it_rang(
        self, armer, reminders, task, scheduler, ledger, clock, user_id
    ) -> None:
        """Its first job is gone, which the scheduler reports as an error."""
        await reminders.task_changed(task.event("created", reminders=[IN_A_MINUTE]))
        await armer.arm()
        clock.advance(timedelta(minutes=1))
        [row] = await ledger.reminders()
        scheduler.jobs.clear()
        await reminders.wake(UUID(row["id"]), 1)
        until = clock.now() + timedelta(minutes=5)
        await reminders.snooze(user_id, UUID(row["id"]), until, lambda _: None)
        await armer.arm()
        assert scheduler.jobs == {f"reminder-{row['id']}-2": until}

    async def test_scheduler_away_is_made_up_for(self, armer, reminders, task, scheduler) -> None:
        await reminders.task_changed(task.event("created", reminders=[IN_A_MINUTE]))
        scheduler.away = True
        with pytest.raises(Unavailable):
            await armer.arm()
        scheduler.away = False
        await armer.arm()
        assert len(scheduler.jobs) == 1

    async def test_one_that_is_refused_holds_up_no_other(
        self, armer, reminders, task, scheduler, monkeypatch
    ) -> None:
        await reminders.task_changed(task.event("created", reminders=[IN_A_MINUTE, IN_AN_HOUR]))
        schedule, refused = scheduler.schedule_job, []

        async def picky(name, due) -> None:
            if not refused or name in refused:
                refused.append(name)
                raise SidecarError("no")
            await schedule(name, due)

        monkeypatch.setattr(scheduler, "schedule_job", picky)
        with pytest.raises(SidecarError):
            await armer.arm()
        assert len(scheduler.jobs) == 1
