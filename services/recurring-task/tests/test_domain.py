"""What one task's states, in any order and number, make of its series."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import permutations
from typing import Any
from uuid import UUID, uuid5

import pytest
from todoku_calendar import Due, RuleError
from todoku_contracts.events import TaskState
from todoku_recurring.domain import Change, Occurrence, Series, State, observe, successor_id

SERIES = UUID("01990000-0000-7000-8000-0000000000aa")
FIRST = UUID("01990000-0000-7000-8000-000000000001")
SECOND = uuid5(SERIES, str(FIRST))
MakeTask = Callable[..., TaskState]


@dataclass
class Memory:
    """Rows as storage keeps them, and the commands that were sent."""

    series: Series | None = None
    rows: dict[UUID, Occurrence] = field(default_factory=dict)
    commands: list[tuple[str, int]] = field(default_factory=list)

    def state(self, task: TaskState) -> State:
        assert task.series_id
        others = [row for row in self.rows.values() if row.id != task.id]
        return State(
            self.series,
            self.rows.get(task.id),
            self.rows.get(successor_id(task.series_id, task.id)),
            sum(row.status == "done" for row in others),
        )

    def apply(self, change: Change | None, task: TaskState) -> None:
        """As the statement: whole, each row at its expected version."""
        if change is None:
            return
        if change.series:
            assert change.series.version == (self.series.version if self.series else 0) + 1
            self.series = change.series
        for row in change.occurrences:
            assert row.version == (self.rows[row.id].version if row.id in self.rows else 0) + 1
            self.rows[row.id] = row
        for row in change.missed:
            self.rows.setdefault(row.id, row)
        if change.create:
            self.commands.append(("create", task.version))
        if change.withdraw:
            self.commands.append(("withdraw", task.version))

    def see(self, *tasks: TaskState) -> "Memory":
        for task in tasks:
            self.apply(observe(self.state(task), task), task)
        return self

    def successor(self) -> Occurrence:
        return self.rows[SECOND]


def planned(memory: Memory) -> list[date]:
    return sorted(row.due.date for row in memory.rows.values() if row.due)


class TestFirstSight:
    def test_a_repeating_task_founds_its_series(self, make_task: MakeTask) -> None:
        memory = Memory().see(make_task())
        assert memory.series
        assert memory.series.id == SERIES
        assert memory.series.anchor == Due.from_dict({"date": "2026-05-04", "time": "09:00"})
        assert memory.series.current_task_id == FIRST
        assert memory.rows[FIRST].status == "open"
        assert memory.rows[FIRST].due_at == datetime(2026, 5, 4, 7, tzinfo=UTC)
        assert memory.commands == []

    @pytest.mark.parametrize("without", [{"series_id": None}, {"recurrence": None}, {"due": None}])
    def test_others_found_none(self, make_task: MakeTask, without: dict[str, Any]) -> None:
        task = make_task(**without)
        assert observe(State(), task) is None


class TestCompletion:
    def test_sends_for_the_next_occurrence(self, make_task: MakeTask) -> None:
        memory = Memory().see(make_task(), make_task(2, done=True))
        assert memory.commands == [("create", 2)]
        assert memory.successor().due == Due.from_dict({"date": "2026-05-11", "time": "09:00"})
        assert memory.successor().task_sequence == 0
        assert memory.series
        assert memory.series.current_task_id == SECOND

    def test_its_id_is_the_same_everywhere(self, make_task: MakeTask) -> None:
        assert (
            successor_id(SERIES, FIRST)
            == SECOND
            == Memory().see(make_task(5, done=True)).successor().id
        )

    def test_what_was_passed_over_is_missed(self, make_task: MakeTask) -> None:
        late = make_task(2, done=True, completed_at="2026-05-26T12:00:00Z")
        memory = Memory().see(make_task(), late)
        missed = [row.due for row in memory.rows.values() if row.status == "missed"]
        assert [due.date.day for due in missed if due] == [11, 18, 25]
        assert memory.successor().due == Due.from_dict({"date": "2026-06-01", "time": "09:00"})
        assert memory.commands == [("create", 2)]

    def test_mode_completion_counts_from_the_local_date(self, make_task: MakeTask) -> None:
        rule = {"rule": "FREQ=DAILY;INTERVAL=3", "mode": "completion"}
        # 23:30 UTC on the 9th is the 10th in Berlin.
        memory = Memory().see(
            make_task(2, done=True, recurrence=rule, completed_at="2026-05-09T23:30:00Z")
        )
        assert memory.successor().due == Due.from_dict({"date": "2026-05-13", "time": "09:00"})

    def test_the_zone_is_the_users_when_the_event_was_made(self, make_task: MakeTask) -> None:
        rule = {"rule": "FREQ=DAILY", "mode": "completion"}
        done = {"recurrence": rule, "completed_at": "2026-05-09T23:30:00Z", "done": True}
        karachi = Memory().see(make_task(2, timezone="Asia/Karachi", **done))
        new_york = Memory().see(make_task(2, timezone="America/New_York", **done))
        assert (karachi.successor().due, new_york.successor().due) == (
            Due.from_dict({"date": "2026-05-11", "time": "09:00"}),
            Due.from_dict({"date": "2026-05-10", "time": "09:00"}),
        )

    def test_the_anchor_day_comes_back_after_a_short_month(self, make_task: MakeTask) -> None:
        rule = {"rule": "FREQ=MONTHLY", "mode": "schedule"}

        def at(day: str) -> dict[str, Any]:
            due = {"date": day, "time": "09:00", "timezone": None}
            return {"due": due, "completed_at": f"{day}T10:00:00Z", "recurrence": rule}

        memory = Memory().see(make_task(2, done=True, **at("2026-01-31")))
        assert planned(memory)[-1] == date(2026, 2, 28)
        memory.see(make_task(2, done=True, id=str(SECOND), **at("2026-02-28")))
        assert planned(memory)[-1] == date(2026, 3, 31)

    @pytest.mark.parametrize("mode", ["schedule", "completion"])
    def test_count_ends_the_series(self, make_task: MakeTask, mode: str) -> None:
        rule = {"rule": "FREQ=WEEKLY;COUNT=2", "mode": mode}
        memory = Memory().see(make_task(2, done=True, recurrence=rule))
        due = {"date": "2026-05-11", "time": "09:00", "timezone": None}
        second = {"id": str(SECOND), "due": due, "completed_at": "2026-05-11T10:00:00Z"}
        memory.see(make_task(2, done=True, recurrence=rule, **second))
        assert memory.commands == [("create", 2)]
        assert memory.series
        assert memory.series.current_task_id == SECOND

    def test_without_the_rule_nothing_follows(self, make_task: MakeTask) -> None:
        memory = Memory().see(make_task(), make_task(2, done=True, recurrence=None))
        assert memory.commands == []
        assert memory.rows[FIRST].status == "done"

    def test_deleted_and_done_nothing_follows_until_restored(self, make_task: MakeTask) -> None:
        gone = make_task(2, done=True, deleted_at="2026-05-04T08:00:00Z")
        memory = Memory().see(make_task(), gone)
        assert (memory.commands, memory.rows[FIRST].status) == ([], "deleted")
        memory.see(make_task(3, done=True))
        assert memory.commands == [("create", 3)]

    def test_a_later_edit_of_the_done_task_sends_nothing(self, make_task: MakeTask) -> None:
        memory = Memory().see(make_task(2, done=True), make_task(3, done=True, title="other"))
        assert memory.commands == [("create", 2)]
        assert memory.rows[FIRST].task_sequence == 3

    def test_a_refused_rule_is_said(self, make_task: MakeTask) -> None:
        rule = {"rule": "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "mode": "schedule"}
        with pytest.raises(RuleError):
            observe(State(), make_task(2, done=True, recurrence=rule))


class TestDoneUndoneDone:
    def states(self, make_task: MakeTask) -> list[TaskState]:
        again = "2026-05-06T09:00:00Z"
        return [
            make_task(1),
            make_task(2, done=True),
            make_task(3),
            make_task(4, done=True, completed_at=again),
        ]

    def test_in_order(self, make_task: MakeTask) -> None:
        memory = Memory().see(*self.states(make_task))
        assert memory.commands == [("create", 2), ("withdraw", 3), ("create", 4)]
        assert len(memory.rows) == 2

    def test_each_twice(self, make_task: MakeTask) -> None:
        twice = [state for state in self.states(make_task) for _ in range(2)]
        memory = Memory().see(*twice)
        assert memory.commands == [("create", 2), ("withdraw", 3), ("create", 4)]

    @pytest.mark.parametrize("order", [*permutations(range(4))], ids=str)
    def test_in_any_order_it_ends_the_same(self, make_task: MakeTask, order: Iterable[int]) -> None:
        states = self.states(make_task)
        memory = Memory().see(*(states[i] for i in order))
        assert memory.commands[-1] == ("create", 4)
        assert memory.rows[FIRST].task_sequence == 4
        assert memory.rows[FIRST].status == "done"
        assert memory.successor().due == Due.from_dict({"date": "2026-05-11", "time": "09:00"})
        assert len(memory.rows) == 2
        assert memory.series
        assert memory.series.current_task_id == SECOND

    def test_reversed_only_the_newest_counts(self, make_task: MakeTask) -> None:
        memory = Memory().see(*reversed(self.states(make_task)))
        assert memory.commands == [("create", 4)]

    @pytest.mark.parametrize("order", [*permutations(range(3))], ids=str)
    def test_undone_last_leaves_no_successor_wanted(
        self, make_task: MakeTask, order: Iterable[int]
    ) -> None:
        states = self.states(make_task)[:3]
        memory = Memory().see(*(states[i] for i in order))
        assert memory.commands[-1:] in ([("withdraw", 3)], [])
        assert memory.series
        assert memory.series.current_task_id == FIRST

    def test_a_successor_task_never_made_is_not_shown_as_open(self, make_task: MakeTask) -> None:
        created, done, undone, again = self.states(make_task)
        memory = Memory().see(created, done, undone)
        assert memory.successor().status == "deleted"
        assert memory.see(again).successor().status == "open"

    def test_one_that_task_made_keeps_what_its_events_said(self, make_task: MakeTask) -> None:
        created, done, undone, _ = self.states(make_task)
        moved = {"date": "2026-05-12", "time": "10:00", "timezone": None}
        memory = Memory().see(created, done, make_task(2, id=str(SECOND), due=moved), undone)
        assert memory.successor().status == "open"
        assert memory.successor().due == Due.from_dict(moved)

    def test_done_anew_at_another_moment_plans_anew(self, make_task: MakeTask) -> None:
        rule = {"rule": "FREQ=DAILY;INTERVAL=3", "mode": "completion"}
        memory = Memory().see(
            make_task(2, done=True, recurrence=rule),
            make_task(4, done=True, recurrence=rule, completed_at="2026-05-06T09:00:00Z"),
        )
        assert memory.commands == [("create", 2), ("create", 4)]
        assert memory.successor().slot == Due.from_dict({"date": "2026-05-09", "time": "09:00"})


class TestChangesOfTheRule:
    def test_the_latest_occurrence_changes_the_series(self, make_task: MakeTask) -> None:
        due = {"date": "2026-05-06", "time": "08:00", "timezone": None}
        rule = {"rule": "FREQ=DAILY", "mode": "schedule"}
        memory = Memory().see(make_task(), make_task(2, recurrence=rule, due=due))
        assert memory.series
        assert memory.series.recurrence.rule == "FREQ=DAILY"
        assert memory.series.anchor == Due.from_dict(due)
        assert memory.rows[FIRST].slot == memory.series.anchor

    def test_an_earlier_one_does_not(self, make_task: MakeTask) -> None:
        memory = Memory().see(make_task(2, done=True))
        changed = {"rule": "FREQ=DAILY", "mode": "schedule"}
        memory.see(make_task(3, done=True, recurrence=changed))
        assert memory.series
        assert memory.series.recurrence.rule == "FREQ=WEEKLY"

    def test_a_moved_occurrence_keeps_its_slot_and_the_anchor(self, make_task: MakeTask) -> None:
        sooner = {"date": "2026-05-02", "time": "10:00", "timezone": None}
        memory = Memory().see(
            make_task(),
            make_task(2, due=sooner),
            make_task(3, due=sooner, done=True, completed_at="2026-05-02T12:00:00Z"),
        )
        assert memory.rows[FIRST].slot == Due.from_dict({"date": "2026-05-04", "time": "09:00"})
        assert memory.successor().due == Due.from_dict({"date": "2026-05-11", "time": "09:00"})


class TestTwoReplicas:
    def test_the_slower_writer_sees_nothing_left_to_do(self, make_task: MakeTask) -> None:
        """Both load the same state; the second write conflicts, and its second try is idle."""
        memory, done = Memory().see(make_task()), make_task(2, done=True)
        seen_by_both = memory.state(done)
        first, second = observe(seen_by_both, done), observe(seen_by_both, done)
        assert first == second
        memory.apply(first, done)
        with pytest.raises(AssertionError):
            memory.apply(second, done)
        assert observe(memory.state(done), done) is None
        assert memory.commands == [("create", 2)]
