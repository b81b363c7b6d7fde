import asyncio
from datetime import timedelta
from uuid import UUID

import pytest
from todoku_notification.service import Reminders
from todoku_platform.errors import Conflict, Refused, Unavailable
from todoku_platform.problems import Problem

pytestmark = pytest.mark.postgres

IN_A_MINUTE = {"at": "2026-03-02T12:01:00+00:00"}
AT_TWO = {"date": "2026-03-02", "time": "14:00", "timezone": None}
HALF_AN_HOUR_BEFORE = {"before": "PT30M"}


@pytest.fixture
async def planned(reminders, task, ledger):
    """One reminder that rings in a minute: its row in the ledger."""
    await reminders.task_changed(task.event("created", reminders=[IN_A_MINUTE]))
    [row] = await ledger.reminders()
    return row


@pytest.fixture
async def fired(reminders, planned, clock, due_event):
    """The same after its minute: the event."""
    clock.advance(timedelta(minutes=1))
    await reminders.wake(UUID(planned["id"]), 1)
    return await due_event()


def ids(row: dict) -> tuple[UUID, int]:
    return UUID(row["id"]), row["generation"]


async def until_taken(handler, event) -> None:
    """As the broker does it: again after a conflict."""
    for _ in range(100):
        try:
            await handler(event)
        except Conflict:
            await asyncio.sleep(0)
        else:
            return
    raise AssertionError("never taken")


class TestTaskChanged:
    async def test_plans(self, planned, task, wakes) -> None:
        assert planned["status"] == "planned"
        assert (planned["task_id"], planned["number"]) == (str(task.id), task.number)
        assert wakes.ledger == 1

    async def test_the_same_event_again_changes_nothing(self, reminders, task, ledger) -> None:
        created = task.event("created", reminders=[IN_A_MINUTE])
        await asyncio.gather(*(reminders.task_changed(created) for _ in range(8)))
        await reminders.task_changed(created)
        assert await ledger.statuses() == ["planned"]

    async def test_completing_cancels_and_reopening_plans_again(
        self, reminders, task, planned, ledger
    ) -> None:
        await reminders.task_changed(task.event("completed", status="done"))
        assert await ledger.statuses() == ["cancelled"]
        await reminders.task_changed(task.event("reopened", status="open"))
        [row] = await ledger.reminders()
        assert (row["status"], row["generation"]) == ("planned", 2)

    async def test_in_reverse_order_the_newest_counts(self, reminders, task, ledger) -> None:
        first = task.event("created", reminders=[IN_A_MINUTE])
        last = task.event("completed", status="done")
        await reminders.task_changed(last)
        await reminders.task_changed(first)
        assert await ledger.statuses() == []

    async def test_all_orders_at_once_end_alike(self, reminders, task, ledger) -> None:
        events = [task.event("created", due=AT_TWO, reminders=[HALF_AN_HOUR_BEFORE])]
        for hour in range(15, 23):
            due = AT_TWO | {"time": f"{hour}:00"}
            events.append(task.event("rescheduled", due=due))

        taken = (until_taken(reminders.task_changed, event) for event in reversed(events))
        await asyncio.gather(*taken)
        [row] = await ledger.reminders()
        assert row["due_at"].startswith("2026-03-02T21:30")

    async def test_impossible_plan_is_refused(self, reminders, task) -> None:
        due = AT_TWO | {"timezone": "Mars/Olympus"}
        event = task.event("created", due=due, reminders=[HALF_AN_HOUR_BEFORE])
        with pytest.raises(Refused, match="cannot be planned"):
            await reminders.task_changed(event)

    async def test_another_users_rows_stay_theirs(self, reminders, task, planned, ledger) -> None:
        """An event of another user that names this task finds nothing and changes nothing."""
        task.user_id = "u-intruder"
        with pytest.raises(Conflict):
            await reminders.task_changed(task.event("completed", status="done"))
        assert await ledger.statuses() == ["planned"]


class TestSettingsChanged:
    async def test_moves_what_floats(self, reminders, task, ledger, settings_event) -> None:
        specs = [HALF_AN_HOUR_BEFORE, {"at": "2026-03-02T20:00:00+00:00"}]
        await reminders.task_changed(task.event("created", due=AT_TWO, reminders=specs))
        await reminders.settings_changed(settings_event("America/New_York", 1))
        rows = await ledger.reminders()
        assert [row["due_at"][:16] for row in rows] == ["2026-03-02T18:30", "2026-03-02T20:00"]
        assert [row["generation"] for row in rows] == [2, 1]

    async def test_holds_for_tasks_that_come_later(
        self, reminders, task, ledger, settings_event
    ) -> None:
        """Even for one whose event was made before the change and travelled slowly."""
        await reminders.settings_changed(settings_event("America/New_York", 3))
        await reminders.task_changed(
            task.event("created", due=AT_TWO, reminders=[HALF_AN_HOUR_BEFORE], timezone="UTC")
        )
        [row] = await ledger.reminders()
        assert row["due_at"].startswith("2026-03-02T18:30")

    async def test_older_settings_change_nothing(
        self, reminders, task, ledger, settings_event
    ) -> None:
        await reminders.settings_changed(settings_event("America/New_York", 3))
        await reminders.settings_changed(settings_event("Asia/Karachi", 2))
        created = task.event("created", due=AT_TWO, reminders=[HALF_AN_HOUR_BEFORE])
        await reminders.task_changed(created)
        [row] = await ledger.reminders()
        assert row["due_at"].startswith("2026-03-02T18:30")

    async def test_more_tasks_than_one_statement_takes(
        self, reminders, user_id, clock, ledger, settings_event, task
    ) -> None:
        for _ in range(60):
            each = type(task)(user_id, clock)
            created = each.event("created", due=AT_TWO, reminders=[HALF_AN_HOUR_BEFORE])
            await reminders.task_changed(created)
        await reminders.settings_changed(settings_event("America/New_York", 1))
        assert {row["generation"] for row in await ledger.reminders()} == {2}

    async def test_tasks_planned_meanwhile_are_not_overlooked(
        self, reminders, user_id, clock, ledger, settings_event, task
    ) -> None:
        tasks = [type(task)(user_id, clock) for _ in range(20)]
        created = [
            each.event("created", due=AT_TWO, reminders=[HALF_AN_HOUR_BEFORE]) for each in tasks
        ]
        plans = [until_taken(reminders.task_changed, event) for event in created]
        move = until_taken(reminders.settings_changed, settings_event("America/New_York", 1))
        await asyncio.gather(*plans[:10], move, *plans[10:])
        rows = await ledger.reminders()
        assert len(rows) == 20
        assert {row["due_at"][:16] for row in rows} == {"2026-03-02T18:30"}

    async def test_unknown_zone_is_refused(self, reminders, settings_event) -> None:
        with pytest.raises(Refused, match="unknown time zone"):
            await reminders.settings_changed(settings_event("Mars/Olympus", 1))


class TestWake:
    async def test_fires_and_says_so_in_one_statement(self, fired, ledger, planned, wakes) -> None:
        assert await ledger.statuses() == ["due"]
        assert fired.data.title == "Stretch"
        assert str(fired.data.reminder_id) == planned["id"]
        assert fired.correlation_id == "c1"
        assert wakes.events == 1

    async def test_two_replicas_at_once_fire_once(
        self, repository, reminders, planned, clock, wakes, ledger
    ) -> None:
        other = Reminders(
            repository,
            clock,
            window=timedelta(hours=24),
            on_ledger=wakes.on_ledger,
            on_events=wakes.on_events,
            on_feed=wakes.feeds.append,
        )
        clock.advance(timedelta(minutes=1))
        calls = [each.wake(*ids(planned)) for each in (reminders, other) for _ in range(10)]
        await asyncio.gather(*calls)
        assert len(await ledger.events()) == 1

    async def test_too_early_comes_again(self, reminders, planned, clock) -> None:
        clock.advance(timedelta(seconds=57))
        with pytest.raises(Unavailable):
            await reminders.wake(*ids(planned))

    async def test_of_an_earlier_arming_does_nothing(
        self, reminders, planned, task, clock, ledger
    ) -> None:
        await reminders.task_changed(task.event("completed", status="done"))
        await reminders.task_changed(task.event("reopened", status="open"))
        clock.advance(timedelta(minutes=1))
        await reminders.wake(*ids(planned))
        assert await ledger.statuses() == ["planned"]

    async def test_of_nothing_does_nothing(self, reminders, task) -> None:
        await reminders.wake(task.id, 1)

    async def test_after_a_day_it_is_missed_and_shown(
        self, reminders, planned, clock, ledger, wakes, user_id
    ) -> None:
        clock.advance(timedelta(hours=25))
        await reminders.wake(*ids(planned))
        assert await ledger.statuses() == ["missed"]
        [entry] = await ledger.notifications()
        assert entry["kind"] == "missed"
        assert [row["kind"] for row in await ledger.feed()] == ["notification"]
        assert await ledger.events() == []
        assert wakes.feeds == [user_id]

    async def test_completed_at_the_same_moment_one_wins(
        self, reminders, planned, task, clock, ledger
    ) -> None:
        clock.advance(timedelta(minutes=1))
        done = task.event("completed", status="done")
        await asyncio.gather(reminders.wake(*ids(planned)), reminders.task_changed(done))
        assert await ledger.statuses() == ["cancelled"]


class TestReminderDue:
    async def test_delivers_to_inbox_and_stream(
        self, reminders, fired, ledger, planned, wakes, user_id
    ) -> None:
        await reminders.reminder_due(fired)
        assert await ledger.statuses() == ["delivered"]
        [entry] = await ledger.notifications()
        ringing, shown = await ledger.feed()
        assert (ringing["kind"], ringing["seq"], shown["kind"], shown["seq"]) == (
            "reminder", 1, "notification", 2,
        )  # fmt: skip
        assert set(ringing["data"]) == {
            "notification_id", "reminder_id", "task_id", "number", "title", "due", "due_at",
            "fired_at",
        }  # fmt: skip
        assert ringing["data"]["notification_id"] == entry["id"] == shown["data"]["id"]
        assert ringing["data"]["reminder_id"] == planned["id"]
        assert set(shown["data"]) == set(entry)
        assert wakes.feeds == [user_id]

    async def test_again_and_at_once_is_once(self, reminders, fired, ledger) -> None:
        await asyncio.gather(*(reminders.reminder_due(fired) for _ in range(8)))
        await reminders.reminder_due(fired)
        assert len(await ledger.notifications()) == 1
        assert len(await ledger.feed()) == 2

    async def test_done_before_it_was_delivered_stays_quiet(
        self, reminders, fired, ledger, task
    ) -> None:
        await reminders.task_changed(task.event("completed", status="done"))
        await reminders.reminder_due(fired)
        assert await ledger.notifications() == []


class TestSnooze:
    async def test_rings_again(self, reminders, fired, ledger, clock, user_id, due_event) -> None:
        await reminders.reminder_due(fired)
        until = clock.now() + timedelta(minutes=5)
        snoozed = await reminders.snooze(user_id, fired.data.reminder_id, until, lambda _: None)
        assert (snoozed.status, snoozed.generation) == ("snoozed", 2)
        clock.advance(timedelta(minutes=5))
        await reminders.wake(snoozed.id, 2)
        await reminders.reminder_due(await due_event())
        assert await ledger.statuses() == ["delivered"]
        assert len(await ledger.notifications()) == 2

    async def test_not_of_a_cancelled_one(self, reminders, planned, task, user_id, clock) -> None:
        await reminders.task_changed(task.event("completed", status="done"))
        with pytest.raises(Problem) as refused:
            await reminders.snooze(user_id, UUID(planned["id"]), clock.now(), lambda _: None)
        assert refused.value.status == 409

    async def test_not_of_another_user(self, reminders, planned, clock, ledger) -> None:
        with pytest.raises(Problem) as refused:
            await reminders.snooze("u-other", UUID(planned["id"]), clock.now(), lambda _: None)
        assert refused.value.status == 404
        assert await ledger.statuses() == ["planned"]
