"""What each command makes of a task."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from todoku_task.commands import Complete, Create, Delete, Edit, Restore, Succeed, Withdraw
from todoku_task.domain import decide
from todoku_task.errors import RepeatNeedsDue, RuleUnfit, TaskMissing
from todoku_task.state import Change, Kind, State, Task, due_at

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
LATER = datetime(2026, 3, 3, 12, tzinfo=UTC)
DUE = {"date": "2026-03-03", "time": "09:00", "timezone": None}
WEEKLY = {"rule": "FREQ=WEEKLY", "mode": "schedule"}
SYSTEM = "system:recurring-task"


def create(**fields: Any) -> Change:
    command = Create("id-1", 1, {"title": "pay rent"} | fields, "series-1")
    change = decide(State(None), command, NOW, "user")
    assert change is not None
    return change


def act(task: Task | None, command: Any, actor: str = "user") -> Change | None:
    return decide(State(task), command, LATER, actor)


def task(**fields: Any) -> Task:
    return create(**fields).task


class TestCreate:
    def test_the_first_version(self) -> None:
        change = create(tags=["home"])
        assert change.kind == Kind.CREATED
        assert change.changed == ("title", "tags")
        made = change.task
        assert (made.version, made.number, made.status, made.source) == (1, 1, "open", "user")
        assert made.created_at == made.updated_at == "2026-03-02T12:00:00.000000Z"
        assert made.series_id is None

    def test_a_repeating_task_gets_a_series(self) -> None:
        assert task(due=DUE, recurrence=WEEKLY).series_id == "series-1"

    def test_a_repeating_task_needs_a_due(self) -> None:
        with pytest.raises(RepeatNeedsDue):
            create(recurrence=WEEKLY)

    @pytest.mark.parametrize(
        "rule", ["FREQ=SECONDLY", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "nonsense"]
    )
    def test_impossible_rules(self, rule: str) -> None:
        with pytest.raises(RuleUnfit) as refused:
            create(due=DUE, recurrence={"rule": rule, "mode": "schedule"})
        assert refused.value.errors[0]["field"] == "recurrence.rule"


class TestEdit:
    def test_a_field(self) -> None:
        change = act(task(), Edit({"title": "pay it"}, "s"), "assistant")
        assert change is not None
        assert (change.kind, change.changed) == (Kind.UPDATED, ("title",))
        assert (change.task.version, change.task.changed_by) == (2, "assistant")
        assert change.task.updated_at == "2026-03-03T12:00:00.000000Z"
        assert change.task.source == "user"

    def test_nothing_new_changes_nothing(self) -> None:
        assert act(task(tags=["a"]), Edit({"title": "pay rent", "tags": ["a"]}, "s")) is None

    def test_a_due_is_a_reschedule(self) -> None:
        change = act(task(), Edit({"due": DUE, "title": "x"}, "s"))
        assert change is not None
        assert (change.kind, set(change.changed)) == (Kind.RESCHEDULED, {"due", "title"})

    def test_a_repeat_gets_a_series_once(self) -> None:
        first = act(task(due=DUE), Edit({"recurrence": WEEKLY}, "s1"))
        assert first is not None
        assert "series_id" in first.changed
        daily = {"rule": "FREQ=DAILY", "mode": "schedule"}
        second = act(first.task, Edit({"recurrence": daily}, "s2"))
        assert second is not None
        assert second.task.series_id == "s1"

    def test_a_repeating_task_keeps_a_due(self) -> None:
        with pytest.raises(RepeatNeedsDue):
            act(task(due=DUE, recurrence=WEEKLY), Edit({"due": None}, "s"))

    def test_the_last_occurrence_may_move_past_the_end(self) -> None:
        ending = {"rule": "FREQ=WEEKLY;UNTIL=20260303", "mode": "schedule"}
        moved = DUE | {"date": "2026-03-09"}
        assert act(task(due=DUE, recurrence=ending), Edit({"due": moved}, "s"))

    def test_hours_need_a_time(self) -> None:
        hourly = {"rule": "FREQ=HOURLY", "mode": "schedule"}
        whole_day = {"date": "2026-03-03", "time": None, "timezone": None}
        with pytest.raises(RuleUnfit):
            act(task(due=DUE, recurrence=hourly), Edit({"due": whole_day}, "s"))

    def test_a_deleted_task_is_not_there(self) -> None:
        with pytest.raises(TaskMissing):
            act(replace(task(), deleted_at="x"), Edit({"title": "x"}, "s"))


class TestComplete:
    def test_toggles_and_keeps_the_moment(self) -> None:
        done = act(task(), Complete())
        assert done is not None
        assert (done.kind, done.task.status) == (Kind.COMPLETED, "done")
        assert done.task.completed_at == "2026-03-03T12:00:00.000000Z"
        opened = act(done.task, Complete())
        assert opened is not None
        assert (opened.kind, opened.task.completed_at) == (Kind.REOPENED, None)

    def test_is_idempotent(self) -> None:
        done = act(task(), Complete(completed=True))
        assert done is not None
        assert act(done.task, Complete(completed=True)) is None
        assert act(task(), Complete(completed=False)) is None


class TestDeleteAndRestore:
    def test_there_and_back(self) -> None:
        deleted = act(task(), Delete())
        assert deleted is not None
        assert (deleted.kind, deleted.changed) == (Kind.DELETED, ("deleted_at",))
        assert act(deleted.task, Delete()) is None
        restored = act(deleted.task, Restore())
        assert restored is not None
        assert (restored.kind, restored.task.version) == (Kind.RESTORED, 3)
        assert act(restored.task, Restore()) is None

    @pytest.mark.parametrize("command", [Delete(), Restore(), Complete(), Edit({}, "s")])
    def test_what_never_was(self, command: Any) -> None:
        with pytest.raises(TaskMissing):
            act(None, command)

    @pytest.mark.parametrize("command", [Delete(), Restore()])
    def test_a_withdrawn_successor_is_not_the_users(self, command: Any) -> None:
        with pytest.raises(TaskMissing):
            act(replace(task(), deleted_at="x", withdrawn=True), command)


FIELDS = {
    "title": "pay rent",
    "due": DUE,
    "recurrence": WEEKLY,
    "series_id": "series-1",
    "predecessor_id": "id-0",
}
OPEN = task(due=DUE, recurrence=WEEKLY)
DONE = replace(OPEN, status="done", version=2)


def succeed(existing: Task | None, before: Task | None = DONE, sequence: int = 2, **fields: Any):
    command = Succeed("id-2", 2, FIELDS | fields, sequence)
    return decide(State(existing, before), command, LATER, SYSTEM)


def withdraw(existing: Task | None, before: Task | None = OPEN, untouched_only: bool = True):
    return decide(State(existing, before), Withdraw(3, untouched_only), LATER, SYSTEM)


class TestSucceed:
    def test_of_a_done_predecessor(self) -> None:
        change = succeed(None)
        assert (change.kind, change.task.version, change.task.number) == (Kind.CREATED, 1, 2)
        assert change.task.predecessor_id == "id-0"
        assert change.task.source == SYSTEM
        assert change.read == (DONE,)

    @pytest.mark.parametrize("before", [None, OPEN, replace(DONE, deleted_at="x")])
    def test_not_otherwise(self, before: Task | None) -> None:
        assert succeed(None, before) is None

    def test_twice_changes_nothing(self) -> None:
        assert succeed(succeed(None).task) is None

    def test_a_withdrawn_one_is_revived(self) -> None:
        gone = withdraw(succeed(None).task).task
        revived = succeed(gone, replace(DONE, version=4), 4)
        assert revived.kind == Kind.RESTORED
        assert (revived.task.withdrawn, revived.task.deleted_at) == (False, None)
        assert withdraw(revived.task) is not None

    def test_an_untouched_one_follows_the_newer_command_only(self) -> None:
        made = succeed(None, sequence=4).task
        moved = DUE | {"date": "2026-03-05"}
        assert succeed(made, sequence=2, due=moved) is None
        followed = succeed(made, sequence=6, due=moved)
        assert (followed.kind, followed.task.due) == (Kind.RESCHEDULED, moved)
        assert succeed(followed.task, sequence=4, due=DUE) is None

    def test_one_the_user_changed_or_deleted_stays(self) -> None:
        changed = act(succeed(None).task, Edit({"title": "x"}, "s"))
        deleted = act(succeed(None).task, Delete())
        assert changed is not None
        assert deleted is not None
        for mine in (changed.task, deleted.task):
            assert succeed(mine, sequence=9, title="y") is None


class TestWithdraw:
    def test_while_the_predecessor_is_open(self) -> None:
        change = withdraw(succeed(None).task)
        assert (change.kind, change.task.withdrawn) == (Kind.DELETED, True)
        assert change.read == (OPEN,)

    def test_not_while_it_is_done(self) -> None:
        assert withdraw(succeed(None).task, DONE) is None

    def test_what_is_not_there(self) -> None:
        assert withdraw(None) is None

    def test_one_the_user_changed(self) -> None:
        changed = act(succeed(None).task, Edit({"title": "x"}, "s"))
        assert changed is not None
        assert withdraw(changed.task) is None
        assert withdraw(changed.task, untouched_only=False) is not None


class TestDueAt:
    @pytest.mark.parametrize(
        ("due", "zone", "expected"),
        [
            (None, "UTC", None),
            ({"date": "2026-03-03", "time": None, "timezone": None}, "UTC", None),
            (DUE, "Asia/Karachi", "2026-03-03T04:00:00Z"),
            (DUE | {"timezone": "America/New_York"}, "Asia/Karachi", "2026-03-03T14:00:00Z"),
            # The gap of 29 March: the first instant after it.
            (
                {"date": "2026-03-29", "time": "02:30", "timezone": None},
                "Europe/Berlin",
                "2026-03-29T01:00:00Z",
            ),
        ],
    )
    def test_instant(self, due: Any, zone: str, expected: str | None) -> None:
        assert due_at(due, zone) == expected
