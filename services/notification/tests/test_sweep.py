import asyncio
from datetime import timedelta

import pytest
from todoku_notification.sweep import AGAIN, IDLE, LAG, Sweeper
from todoku_platform.errors import Unavailable

pytestmark = pytest.mark.postgres

IN_A_MINUTE = {"at": "2026-03-02T12:01:00+00:00"}
IN_TWO_HOURS = {"at": "2026-03-02T14:00:00+00:00"}
KEPT = timedelta(days=7)


@pytest.fixture
def sweeper(repository, clock) -> Sweeper:
    return Sweeper(repository, clock, KEPT)


class TestSweep:
    async def test_fires_what_nothing_fired(self, sweeper, reminders, task, clock, ledger) -> None:
        await reminders.task_changed(task.event("created", reminders=[IN_A_MINUTE]))
        clock.advance(timedelta(hours=3))
        await sweeper.sweep(reminders)
        assert await ledger.statuses() == ["due"]

    async def test_leaves_the_job_its_chance(self, sweeper, reminders, task, clock, ledger) -> None:
        await reminders.task_changed(task.event("created", reminders=[IN_A_MINUTE]))
        clock.advance(timedelta(minutes=1))
        assert await sweeper.sweep(reminders) == LAG
        assert await ledger.statuses() == ["planned"]

    async def test_sleeps_until_the_next(self, sweeper, reminders, task) -> None:
        await reminders.task_changed(task.event("created", reminders=[IN_A_MINUTE]))
        assert await sweeper.sweep(reminders) == timedelta(minutes=1) + LAG

    async def test_sleeps_at_most_ten_minutes(self, sweeper, reminders, task) -> None:
        assert await sweeper.sweep(reminders) == IDLE
        await reminders.task_changed(task.event("created", reminders=[IN_TWO_HOURS]))
        assert await sweeper.sweep(reminders) == IDLE

    async def test_two_replicas_fire_each_once(
        self, repository, reminders, task, clock, user_id, ledger
    ) -> None:
        for _ in range(30):
            each = type(task)(user_id, clock)
            await reminders.task_changed(each.event("created", reminders=[IN_A_MINUTE]))
        clock.advance(timedelta(minutes=5))
        replicas = [Sweeper(repository, clock, KEPT) for _ in range(3)]
        await asyncio.gather(*(each.sweep(reminders) for each in replicas))
        assert len(await ledger.events()) == 30

    async def test_one_bad_row_holds_up_no_other(
        self, sweeper, reminders, task, clock, ledger, monkeypatch
    ) -> None:
        await reminders.task_changed(task.event("created", reminders=[IN_A_MINUTE, IN_TWO_HOURS]))
        clock.advance(timedelta(hours=3))
        [bad, _] = await ledger.reminders()
        wake = reminders.wake

        async def picky(reminder_id, generation) -> None:
            if str(reminder_id) == bad["id"]:
                raise RuntimeError("a fault of ours")
            await wake(reminder_id, generation)

        monkeypatch.setattr(reminders, "wake", picky)
        assert await sweeper.sweep(reminders) == AGAIN
        assert await ledger.statuses() == ["planned", "due"]

    async def test_old_feed_rows_go(
        self, sweeper, reminders, repository, clock, user_id, updated
    ) -> None:
        await reminders.task_updated(updated())
        clock.advance(timedelta(days=6))
        await reminders.task_updated(updated())
        clock.advance(timedelta(days=2))
        await sweeper.sweep(reminders)
        page = await repository.feed(user_id, 0)
        assert (page.floor, page.head, [row["seq"] for row in page.rows]) == (2, 2, [2])


class TestRun:
    async def test_a_commit_wakes_it(
        self, sweeper, reminders, task, clock, ledger, wakes, monkeypatch
    ) -> None:
        """It sleeps for ten minutes, when a reminder comes that rings before."""
        fired = asyncio.Event()
        monkeypatch.setattr(reminders, "_on_events", fired.set)
        running = asyncio.create_task(sweeper.run(reminders))
        try:
            await reminders.task_changed(task.event("created", reminders=[IN_A_MINUTE]))
            assert wakes.ledger == 1
            clock.advance(timedelta(minutes=2))
            sweeper.wake()
            async with asyncio.timeout(5):
                await fired.wait()
        finally:
            running.cancel()
        assert await ledger.statuses() == ["due"]

    async def test_database_away_is_waited_for(self, sweeper, reminders, repository, monkeypatch):
        asked = asyncio.Event()

        async def away(_):
            asked.set()
            raise Unavailable("database away")

        monkeypatch.setattr(repository, "sweep", away)
        running = asyncio.create_task(sweeper.run(reminders))
        async with asyncio.timeout(5):
            await asked.wait()
        assert not running.done()
        running.cancel()
