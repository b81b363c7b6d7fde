from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import pytest
from todoku_notification import domain
from todoku_notification.tables import Reminder, Watched

TASK = UUID("0190b3a0-0000-7000-8000-000000000001")
CREATED = datetime(2026, 3, 2, 8, 0, 20, tzinfo=UTC)
WINDOW = timedelta(hours=24)
AN_HOUR_BEFORE = {"before": "PT1H"}


def task(**changes: object) -> Watched:
    due = {"date": "2026-03-02", "time": "12:00", "timezone": None}
    fields: dict[str, object] = {
        "id": TASK, "user_id": "u1", "number": 7, "title": "Pay rent", "status": "open",
        "due": due, "timezone": "UTC", "reminders": [AN_HOUR_BEFORE], "task_sequence": 1,
        "deleted": False, "changed_at": CREATED, "version": 1,
    }  # fmt: skip
    return Watched.model_validate(fields | changes)


def at(hour: int, minute: int = 0, second: int = 0) -> datetime:
    return datetime.combine(date(2026, 3, 2), time(hour, minute, second), UTC)


def due(hour: int, minute: int = 0, timezone: str | None = None) -> dict[str, str | None]:
    return {"date": "2026-03-02", "time": f"{hour:02}:{minute:02}", "timezone": timezone}


def planned(**changes: object) -> Reminder:
    [row] = domain.align(task(), [], CREATED, "c1")
    return row.model_copy(update=changes)


def align(now: Watched, *rows: Reminder, since: datetime = CREATED, moved: bool = False):
    return domain.align(now, rows, since, "c2", moved=moved)


class TestWanted:
    def test_counts_back_from_the_due(self) -> None:
        [(spec, instant)] = domain.wanted(task()).values()
        assert (spec, instant) == (AN_HOUR_BEFORE, at(11))

    def test_floating_due_stands_in_the_users_zone(self) -> None:
        [(_, instant)] = domain.wanted(task(timezone="Asia/Karachi")).values()
        assert instant == at(6)

    def test_fixed_zone_wins_over_the_users(self) -> None:
        fixed = task(due=due(12, timezone="Asia/Karachi"), timezone="America/New_York")
        [(_, instant)] = domain.wanted(fixed).values()
        assert instant == at(6)

    def test_all_day_due_counts_from_nine(self) -> None:
        all_day = {"date": "2026-03-02", "time": None, "timezone": None}
        [(_, instant)] = domain.wanted(task(due=all_day)).values()
        assert instant == at(8)

    def test_instant_needs_no_due(self) -> None:
        wishes = domain.wanted(task(due=None, reminders=[{"at": "2026-03-02T15:00:00+05:00"}]))
        assert [instant for _, instant in wishes.values()] == [at(10)]

    def test_before_nothing_is_nothing(self) -> None:
        assert domain.wanted(task(due=None)) == {}

    @pytest.mark.parametrize("change", [{"status": "done"}, {"deleted": True}])
    def test_closed_task_wants_none(self, change: dict) -> None:
        assert domain.wanted(task(**change)) == {}

    def test_two_in_one_minute_are_two_and_the_same_wish_is_one(self) -> None:
        specs = [AN_HOUR_BEFORE, {"at": "2026-03-02T11:00:00Z"}, {"before": "PT60M"}]
        assert len(domain.wanted(task(reminders=specs))) == 2


class TestAskedSince:
    def test_new_task_since_it_was_made(self) -> None:
        late = task(task_sequence=4, changed_at=at(9))
        assert domain.asked_since(None, late, CREATED) == CREATED

    def test_next_version_since_its_change(self) -> None:
        assert domain.asked_since(task(), task(task_sequence=2, changed_at=at(9)), CREATED) == at(9)

    def test_gap_since_the_last_one_seen(self) -> None:
        newest = task(task_sequence=3, changed_at=at(9))
        assert domain.asked_since(task(), newest, CREATED) == CREATED


class TestAlign:
    def test_plans_and_waits_for_its_job(self) -> None:
        row = planned()
        assert (row.status, row.due_at, row.generation, row.version) == ("planned", at(11), 1, 1)
        assert row.job_pending
        assert row.correlation_id == "c1"
        assert row.id == planned().id

    def test_late_news_still_ring(self) -> None:
        """The event came after the instant, but the wish did not."""
        [row] = align(task(reminders=[{"at": "2026-03-02T08:01:00Z"}]))
        assert row.status == "planned"

    def test_due_in_the_minute_of_asking_rings(self) -> None:
        [row] = align(task(due=due(8), reminders=[{"before": "PT0M"}]))
        assert row.status == "planned"

    def test_past_already_when_asked_for(self) -> None:
        [row] = align(task(due=due(8, 30)))
        assert (row.status, row.reason, row.job_pending) == ("cancelled", "past", False)

    def test_nothing_new_changes_nothing(self) -> None:
        assert align(task(title="Pay the rent", task_sequence=2), planned()) == []

    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            ({"status": "done"}, "done"),
            ({"deleted": True}, "deleted"),
            ({"reminders": []}, "removed"),
        ],
    )
    def test_cancels(self, change: dict, reason: str) -> None:
        [row] = align(task(**change), planned(job="reminder-x-1", job_pending=False))
        assert (row.status, row.reason, row.version) == ("cancelled", reason, 2)
        assert row.job_pending, "its job is to be deleted"

    def test_cancelling_before_it_was_armed_leaves_no_job(self) -> None:
        [row] = align(task(status="done"), planned())
        assert not row.job_pending

    @pytest.mark.parametrize("status", ["delivered", "missed", "cancelled"])
    def test_what_is_over_is_not_cancelled_again(self, status: str) -> None:
        assert align(task(status="done"), planned(status=status)) == []

    def test_moving_arms_anew(self) -> None:
        [row] = align(task(due=due(15)), planned(), since=at(9))
        assert (row.status, row.due_at, row.generation) == ("planned", at(14), 2)
        assert row.job_pending

    def test_moving_what_rang_rings_again(self) -> None:
        [row] = align(task(due=due(15)), planned(status="delivered", fired_at=at(11)), since=at(12))
        assert (row.status, row.generation, row.fired_at) == ("planned", 2, None)

    def test_moving_into_the_past_cancels(self) -> None:
        [row] = align(task(due=due(9, 30)), planned(), since=at(9))
        assert (row.status, row.reason, row.due_at) == ("cancelled", "past", at(8, 30))

    def test_moving_what_rang_into_the_past_leaves_the_record(self) -> None:
        assert align(task(due=due(9)), planned(status="delivered"), since=at(12)) == []

    def test_reopened_in_time_rings(self) -> None:
        cancelled = planned(status="cancelled", reason="done")
        [row] = align(task(), cancelled, since=at(10))
        assert (row.status, row.reason, row.generation) == ("planned", None, 2)

    def test_reopened_too_late_does_not(self) -> None:
        assert align(task(), planned(status="cancelled", reason="done"), since=at(12)) == []

    def test_snoozed_survives_other_changes(self) -> None:
        snoozed = domain.arm(planned(status="delivered"), at(16), status="snoozed")
        assert align(task(title="Rent"), snoozed, since=at(12)) == []

    def test_snoozed_follows_a_move(self) -> None:
        snoozed = domain.arm(planned(status="delivered"), at(16), status="snoozed")
        [row] = align(task(due=due(20)), snoozed, since=at(12))
        assert (row.status, row.due_at, row.generation) == ("planned", at(19), 3)

    def test_change_of_zone_moves_what_floats(self) -> None:
        [row] = align(task(timezone="America/New_York"), planned(), since=at(9), moved=True)
        assert (row.status, row.due_at) == ("planned", at(16))

    def test_change_of_zone_leaves_what_is_fixed(self) -> None:
        fixed = task(due=due(12, timezone="UTC"))
        rows = align(fixed)
        moved = fixed.model_copy(update={"timezone": "America/New_York"})
        assert align(moved, *rows, since=at(9), moved=True) == []

    def test_change_of_zone_into_the_past_rings_at_once(self) -> None:
        [row] = align(task(timezone="Asia/Karachi"), planned(), since=at(9), moved=True)
        assert (row.status, row.due_at) == ("planned", at(6))


class TestFire:
    def test_at_its_instant(self) -> None:
        fired = domain.fire(planned(), 1, at(11), WINDOW)
        assert fired is not None
        assert (fired.row.status, fired.row.fired_at, fired.missed) == ("due", at(11), False)

    def test_a_little_early(self) -> None:
        assert domain.fire(planned(), 1, at(10, 59, 58), WINDOW) is not None

    def test_too_early(self) -> None:
        assert domain.fire(planned(), 1, at(10, 59, 57), WINDOW) is None
        assert domain.is_early(planned(), 1, at(10, 59, 57))

    @pytest.mark.parametrize("status", ["due", "delivered", "cancelled", "missed"])
    def test_only_what_waits(self, status: str) -> None:
        assert domain.fire(planned(status=status), 1, at(11), WINDOW) is None
        assert not domain.is_early(planned(status=status), 1, at(10))

    def test_only_its_own_generation(self) -> None:
        assert domain.fire(planned(generation=2), 1, at(11), WINDOW) is None

    def test_within_the_catch_up_window(self) -> None:
        fired = domain.fire(planned(), 1, at(11) + WINDOW, WINDOW)
        assert fired is not None
        assert not fired.missed

    def test_after_the_catch_up_window(self) -> None:
        fired = domain.fire(planned(), 1, at(11, 0, 1) + WINDOW, WINDOW)
        assert fired is not None
        assert (fired.row.status, fired.row.reason, fired.missed) == ("missed", "late", True)


class TestDelivered:
    def test_once(self) -> None:
        row = domain.delivered(planned(status="due"), 1)
        assert row is not None
        assert row.status == "delivered"
        assert domain.delivered(row, 1) is None

    def test_not_when_cancelled_or_armed_anew_meanwhile(self) -> None:
        assert domain.delivered(planned(status="cancelled"), 1) is None
        assert domain.delivered(planned(status="due", generation=2), 1) is None


class TestNotification:
    def test_every_ringing_has_its_own(self) -> None:
        row = planned(status="due")
        again = domain.arm(row, at(12), status="snoozed")
        first, second, third = (
            domain.notification(each, "reminder", 7, "Pay rent", None, at(11))
            for each in (row, row, again)
        )
        assert first.id == second.id != third.id

    def test_says_when_the_task_is_due(self) -> None:
        entry = domain.notification(planned(), "reminder", 7, "Pay rent", due(12), at(11))
        assert entry.body == "Due 2026-03-02 12:00"


class TestJobName:
    def test_there_and_back(self) -> None:
        row = planned(generation=12)
        assert domain.parse_job_name(domain.job_name(row)) == (row.id, 12)

    @pytest.mark.parametrize(
        "name", ["", "reminder", "reminder-x-1", f"other-{TASK}-1", f"reminder-{TASK}", f"{TASK}-1"]
    )
    def test_foreign_names(self, name: str) -> None:
        assert domain.parse_job_name(name) is None
