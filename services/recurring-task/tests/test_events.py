from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

import pytest
from todoku_contracts.events import TaskState
from todoku_contracts.registry import TYPES
from todoku_platform.saving import ChangeSet
from todoku_recurring.domain import State, observe
from todoku_recurring.events import Cause, change_set

SERIES = UUID("01990000-0000-7000-8000-0000000000aa")
FIRST = UUID("01990000-0000-7000-8000-000000000001")
SECOND = uuid5(SERIES, str(FIRST))
MakeTask = Callable[..., TaskState]

CAUSE = Cause("u1", "event-1", "correlation-1", datetime(2026, 5, 4, 12, tzinfo=UTC))


def written(task: TaskState, state: State | None = None) -> ChangeSet:
    change = observe(state or State(), task)
    assert change
    return change_set(change, task, CAUSE)


def reopened(make_task: MakeTask) -> ChangeSet:
    done = make_task(2, done=True)
    change = observe(State(), done)
    assert change
    seen, successor = change.occurrences
    return written(make_task(3), State(change.series, seen, successor))


class TestCreate:
    def test_the_command_carries_what_recurs(self, make_task: MakeTask) -> None:
        [command] = written(make_task(2, done=True)).events
        assert command.payload == {
            "task": {
                "id": str(SECOND),
                "title": "water the plants",
                "description": "",
                "priority": "high",
                "tags": ["home"],
                "list_id": None,
                "due": {"date": "2026-05-11", "time": "09:00", "timezone": None},
                "reminders": [{"before": "PT1H"}],
                "recurrence": {"rule": "FREQ=WEEKLY", "mode": "schedule"},
                "series_id": str(SERIES),
                "predecessor_id": str(FIRST),
            }
        }

    def test_the_envelope_names_user_predecessors_version_and_cause(
        self, make_task: MakeTask
    ) -> None:
        [command] = written(make_task(7, done=True)).events
        assert (command.topic, command.type) == ("task-commands", "dev.todoku.task.create.v1")
        assert (command.subject, command.sequence) == (f"users/u1/tasks/{SECOND}", 7)
        assert (command.actor, command.causation_id) == ("system:recurring-task", "event-1")
        assert command.correlation_id == "correlation-1"

    @pytest.mark.parametrize(
        ("at", "expected"),
        [
            ("2026-05-04T06:00:00Z", "2026-05-11T06:00:00+00:00"),
            ("2026-05-03T18:30:20+02:00", "2026-05-10T16:30:00+00:00"),
        ],
    )
    def test_a_reminder_at_an_instant_moves_with_the_due(
        self, make_task: MakeTask, at: str, expected: str
    ) -> None:
        [command] = written(make_task(2, done=True, reminders=[{"at": at}])).events
        assert command.payload["task"]["reminders"] == [{"at": expected}]

    def test_it_moves_by_the_wall_clock(self, make_task: MakeTask) -> None:
        """Reminded at 08:00 before and after the clocks go back."""
        due = {"date": "2026-10-19", "time": "09:00", "timezone": None}
        task = make_task(
            2,
            done=True,
            due=due,
            completed_at="2026-10-19T08:00:00Z",
            reminders=[{"at": "2026-10-19T06:00:00Z"}],
        )
        [command] = written(task).events
        assert command.payload["task"]["reminders"] == [{"at": "2026-10-26T07:00:00+00:00"}]


class TestDelete:
    def test_the_command(self, make_task: MakeTask) -> None:
        [command] = reopened(make_task).events
        assert command.type == "dev.todoku.task.delete.v1"
        assert command.payload == {
            "id": str(SECOND),
            "predecessor_id": str(FIRST),
            "untouched_only": True,
        }
        assert (command.subject, command.sequence) == (f"users/u1/tasks/{SECOND}", 3)


class TestContract:
    def test_commands_keep_it(self, make_task: MakeTask) -> None:
        for changes in (written(make_task(2, done=True)), reopened(make_task)):
            for command in changes.events:
                TYPES[command.type].model.model_validate(dict(command.payload))
                assert TYPES[command.type].topic == command.topic


class TestRows:
    def test_missed_ones_are_appended(self, make_task: MakeTask) -> None:
        late = make_task(2, done=True, completed_at="2026-05-20T12:00:00Z")
        changes = written(late)
        missed: list[Any] = list(changes.append["occurrences"])
        assert [(row["due"]["date"], row["status"]) for row in missed] == [
            ("2026-05-11", "missed"),
            ("2026-05-18", "missed"),
        ]

    def test_nothing_else_is_told(self, make_task: MakeTask) -> None:
        changes = written(make_task())
        assert list(changes.events) == []
        assert [row["version"] for row in changes.rows["series"]] == [1]
