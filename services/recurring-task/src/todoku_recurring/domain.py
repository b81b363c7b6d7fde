"""What a series makes of the newest state of one of its tasks. Pure: no clock, no I/O, no random.

Level-triggered: only the state counts, not which events led to it, so that repeated, lost-and-
repeated and reordered events end the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from uuid import UUID, uuid5

from todoku_calendar import Due, NextResult, Recurrence, next_occurrence, resolve
from todoku_calendar import Occurrence as Planned
from todoku_contracts.events import TaskState

Status = Literal["open", "done", "missed", "deleted"]


@dataclass(frozen=True)
class Series:
    """A rule and where it counts from. `current_task_id` is the latest occurrence."""

    id: UUID
    recurrence: Recurrence
    anchor: Due
    current_task_id: UUID
    version: int
    created_at: datetime


@dataclass(frozen=True)
class Occurrence:
    """One task of a series, or a moment of its rule that was passed over (`missed`).

    `slot` is what the rule planned where the due was moved since; `task_sequence` the version of
    the task last seen, 0 while only the command to make it was sent.
    """

    id: UUID
    series_id: UUID
    due: Due | None
    slot: Due | None
    due_at: datetime | None
    status: Status
    completed_at: datetime | None
    task_sequence: int
    version: int


@dataclass(frozen=True)
class State:
    """What is known of a task's series; `done` counts the other occurrences that are done."""

    series: Series | None = None
    occurrence: Occurrence | None = None
    successor: Occurrence | None = None
    done: int = 0


@dataclass(frozen=True)
class Change:
    """Rows to write, and the command to task: make the successor at `create`, or withdraw it."""

    series: Series | None
    occurrences: Sequence[Occurrence]
    missed: Sequence[Occurrence] = ()
    create: Planned | None = None
    withdraw: bool = False


def successor_id(series_id: UUID, predecessor_id: UUID) -> UUID:
    """The same on every replica and at every repetition (RFC 9562, section 5.5)."""
    return uuid5(series_id, str(predecessor_id))


def observe(state: State, task: TaskState) -> Change | None:
    """Bring the series in line with `task`; None when its state is not newer or not of a series.

    Raises RuleError and DueError for what the calendar refuses.
    """
    before = state.occurrence
    if task.series_id is None or (before and task.version <= before.task_sequence):
        return None
    due, recurrence = _due(task), _recurrence(task)
    series = _series(state.series, task, due, recurrence)
    if series is None:
        return None
    anchored_anew = state.series is not None and state.series.anchor != series.anchor
    seen = _seen(before, task, due, anchored_anew=anchored_anew)
    result = NextResult(None)
    if due and recurrence and _newly_done(before, task):
        result = _following(series, seen, task, due, recurrence, state.done + 1)
    return _change(state, series, seen, task, result)


def _due(task: TaskState) -> Due | None:
    return Due(task.due.date, task.due.time, task.due.timezone) if task.due else None


def _recurrence(task: TaskState) -> Recurrence | None:
    return Recurrence(task.recurrence.rule, task.recurrence.mode) if task.recurrence else None


def _series(
    series: Series | None, task: TaskState, due: Due | None, recurrence: Recurrence | None
) -> Series | None:
    """A changed rule counts anew from the due it was given at; only the latest occurrence tells."""
    if due is None or recurrence is None:
        return series
    if series is None:
        assert task.series_id is not None  # noqa: S101 - checked by the caller
        return Series(task.series_id, recurrence, due, task.id, 0, task.created_at)
    if task.id != series.current_task_id or recurrence == series.recurrence:
        return series
    return replace(series, recurrence=recurrence, anchor=due)


def _seen(
    before: Occurrence | None, task: TaskState, due: Due | None, *, anchored_anew: bool
) -> Occurrence:
    assert task.series_id is not None  # noqa: S101 - checked by the caller
    return Occurrence(
        id=task.id,
        series_id=task.series_id,
        due=due,
        slot=before.slot if before and before.slot and not anchored_anew else due,
        due_at=resolve(due, task.timezone) if due else None,
        status="deleted" if task.deleted_at else task.status,
        completed_at=task.completed_at,
        task_sequence=task.version,
        version=before.version + 1 if before else 1,
    )


def _newly_done(before: Occurrence | None, task: TaskState) -> bool:
    """Done, and not known to be done at that very moment: a later edit makes no successor anew."""
    if task.status != "done" or task.deleted_at:
        return False
    known = before is not None and before.status == "done"
    return not (known and before is not None and before.completed_at == task.completed_at)


def _following(
    series: Series,
    seen: Occurrence,
    task: TaskState,
    due: Due,
    recurrence: Recurrence,
    number: int,
) -> NextResult:
    """By the task's own rule: an earlier occurrence may have kept another than the series has."""
    same = recurrence == series.recurrence
    return next_occurrence(
        recurrence.rule,
        recurrence.mode,
        due,
        task.completed_at or task.updated_at,
        task.timezone,
        anchor=series.anchor if same else due,
        slot=seen.slot if same else None,
        number=number,
    )


def _change(
    state: State, series: Series, seen: Occurrence, task: TaskState, result: NextResult
) -> Change:
    following = successor_id(series.id, task.id)
    was_done = state.occurrence is not None and state.occurrence.completed_at is not None
    withdraw = was_done and task.status != "done"
    rows = [seen]
    if result.next:
        series = replace(series, current_task_id=following)
        rows += _planned(state.successor, following, series.id, result.next)
    elif withdraw:
        rows += _withdrawn(state.successor)
        if series.current_task_id == following:
            series = replace(series, current_task_id=task.id)
    return Change(
        series=replace(series, version=series.version + 1) if series != state.series else None,
        occurrences=rows,
        missed=[_missed(series.id, each) for each in result.missed],
        create=result.next,
        withdraw=withdraw,
    )


def _planned(
    before: Occurrence | None, id_: UUID, series_id: UUID, planned: Planned
) -> list[Occurrence]:
    """The successor's row is there before its task: from then on its own events keep it."""
    if before is None:
        return [_row(id_, series_id, planned, "open")]
    if before.task_sequence == 0:
        return [replace(_row(id_, series_id, planned, "open"), version=before.version + 1)]
    if before.slot == planned.due:
        return []
    return [replace(before, slot=planned.due, version=before.version + 1)]


def _withdrawn(successor: Occurrence | None) -> list[Occurrence]:
    """Task may never make what is withdrawn at once, and then no event will say so."""
    if successor is None or successor.task_sequence > 0:
        return []
    return [replace(successor, status="deleted", version=successor.version + 1)]


def _missed(series_id: UUID, planned: Planned) -> Occurrence:
    """Named by its due, so that completing again records it once."""
    return _row(uuid5(series_id, planned.due.wall.isoformat()), series_id, planned, "missed")


def _row(id_: UUID, series_id: UUID, planned: Planned, status: Status) -> Occurrence:
    return Occurrence(
        id=id_,
        series_id=series_id,
        due=planned.due,
        slot=planned.due,
        due_at=planned.at,
        status=status,
        completed_at=None,
        task_sequence=0,
        version=1,
    )
