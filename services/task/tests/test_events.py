"""Events as others read them: judged by the contract, not by this service."""

from datetime import UTC, datetime

import pytest
from todoku_contracts.registry import TYPES
from todoku_platform.saving import EventRow
from todoku_task.commands import Complete, Create, Delete, Edit, Restore
from todoku_task.domain import decide
from todoku_task.events import Cause, settings_change, task_change
from todoku_task.repository import DEFAULTS
from todoku_task.state import Change, State

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
CAUSE = Cause("u1", "assistant", NOW, "correlation", "causation")
IDS = [f"01999999-0000-7000-8000-00000000000{n}" for n in range(3)]
FIELDS = {
    "title": "pay rent",
    "due": {"date": "2026-03-03", "time": "09:00", "timezone": None},
    "reminders": [{"before": "PT1H"}, {"at": "2026-03-03T03:00:00.000000Z"}],
    "recurrence": {"rule": "FREQ=DAILY", "mode": "completion"},
    "tags": ["home"],
}


def changes() -> list[Change]:
    task, made = None, []
    for command in (
        Create(IDS[0], 7, FIELDS, IDS[1]),
        Edit({"title": "x"}, IDS[2]),
        Edit({"due": FIELDS["due"] | {"time": None}}, IDS[2]),
        Complete(),
        Complete(),
        Delete(),
        Restore(),
    ):
        change = decide(State(task), command, NOW, "assistant")
        assert change is not None
        made.append(change)
        task = change.task
    return made


def check(event: EventRow) -> None:
    kind = TYPES[event.type]
    assert kind.topic == event.topic
    kind.model.model_validate(event.payload)


class TestTaskChange:
    @pytest.mark.parametrize("change", changes(), ids=lambda change: change.kind)
    def test_one_event_and_a_small_one(self, change: Change) -> None:
        saved = task_change(change, "Asia/Karachi", CAUSE)
        big, small = saved.events
        check(big)
        check(small)
        assert big.type == f"dev.todoku.task.{change.kind}.v1"
        assert big.subject == small.subject == f"users/u1/tasks/{IDS[0]}"
        assert big.sequence == small.sequence == change.task.version
        assert big.change_id == small.change_id
        assert big.id != small.id
        assert (big.actor, big.correlation_id, big.causation_id) == (
            "assistant",
            "correlation",
            "causation",
        )
        assert big.payload["changed"] == list(change.changed)

    def test_the_state_has_the_users_zone(self) -> None:
        state = task_change(changes()[0], "Asia/Karachi", CAUSE).events[0].payload["task"]
        assert (state["timezone"], state["due_at"]) == ("Asia/Karachi", "2026-03-03T04:00:00Z")
        assert not {"withdrawn", "changed_by", "command_sequence"} & set(state)

    def test_the_row(self) -> None:
        (row,) = task_change(changes()[0], "UTC", CAUSE).rows["tasks"]
        assert (row["user_id"], row["due_date"], row["due_time"]) == ("u1", "2026-03-03", "09:00")
        assert "due" not in row


class TestSettingsChange:
    def test_event_and_row(self) -> None:
        settings = DEFAULTS | {"timezone": "Asia/Karachi", "version": 1}
        saved = settings_change(settings, ["timezone"], CAUSE)
        (event,) = saved.events
        check(event)
        assert (event.subject, event.sequence) == ("users/u1/settings", 1)
        (row,) = saved.rows["settings"]
        assert (row["id"], row["user_id"]) == ("u1", "u1")
