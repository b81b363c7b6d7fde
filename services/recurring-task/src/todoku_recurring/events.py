"""What a change writes: its rows, and the command to task."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from todoku_calendar import Due, resolve
from todoku_calendar import Occurrence as Planned
from todoku_contracts.events import ReminderAt, TaskState
from todoku_platform.ids import new_id
from todoku_platform.saving import ChangeSet, EventRow

from todoku_recurring.domain import Change, Occurrence, Series, successor_id

ACTOR = "system:recurring-task"
TOPIC = "task-commands"
Row = dict[str, Any]
_SERIES_COLUMNS = ("id", "current_task_id", "version", "created_at")


@dataclass(frozen=True)
class Cause:
    """The event that made a series change, and when it was handled."""

    user_id: str
    event_id: str
    correlation_id: str
    at: datetime
    traceparent: str | None = None


def change_set(change: Change, task: TaskState, cause: Cause) -> ChangeSet:
    series = [_series_row(change.series, cause)] if change.series else []
    return ChangeSet(
        user_id=cause.user_id,
        rows={
            "series": series,
            "occurrences": [_occurrence_row(each, cause.user_id) for each in change.occurrences],
        },
        append={"occurrences": [_occurrence_row(each, cause.user_id) for each in change.missed]},
        events=_commands(change, task, cause),
    )


def _series_row(series: Series, cause: Cause) -> Row:
    row: Row = {name: getattr(series, name) for name in _SERIES_COLUMNS}
    row |= series.recurrence.to_dict() | {"anchor": series.anchor.to_dict()}
    return row | {"user_id": cause.user_id, "updated_at": cause.at}


def _occurrence_row(occurrence: Occurrence, user_id: str) -> Row:
    due, slot = occurrence.due, occurrence.slot
    return vars(occurrence) | {
        "user_id": user_id,
        "due": due.to_dict() if due else None,
        "slot": slot.to_dict() if slot else None,
    }


def _commands(change: Change, task: TaskState, cause: Cause) -> list[EventRow]:
    if task.series_id is None or not (change.create or change.withdraw):
        return []
    id_ = successor_id(task.series_id, task.id)
    if change.create:
        return [_command("task.create", id_, task, _new_task(id_, task, change.create), cause)]
    payload = {"id": str(id_), "predecessor_id": str(task.id), "untouched_only": True}
    return [_command("task.delete", id_, task, payload, cause)]


def _command(name: str, id_: UUID, task: TaskState, payload: Row, cause: Cause) -> EventRow:
    """Numbered by the predecessor's version: the one state both commands depend on."""
    return EventRow(
        id=new_id(),
        topic=TOPIC,
        type=f"dev.todoku.{name}.v1",
        subject=f"users/{cause.user_id}/tasks/{id_}",
        sequence=task.version,
        payload=payload,
        actor=ACTOR,
        change_id=new_id(),
        occurred_at=cause.at,
        correlation_id=cause.correlation_id,
        causation_id=cause.event_id,
        traceparent=cause.traceparent,
    )


def _new_task(id_: UUID, task: TaskState, planned: Planned) -> Row:
    copied = {"title", "description", "priority", "tags", "list_id", "recurrence", "series_id"}
    new = task.model_dump(mode="json", include=copied)
    new |= {"id": str(id_), "predecessor_id": str(task.id), "due": planned.due.to_dict()}
    return {"task": new | {"reminders": _reminders(task, planned)}}


def _reminders(task: TaskState, planned: Planned) -> list[Row]:
    """Those at an instant move with the due, by the wall clock."""
    zone = planned.due.zone(task.timezone)
    before = Due(task.due.date, task.due.time) if task.due else planned.due
    distance = planned.due.wall - before.wall
    return [
        {"at": _moved(each.at, distance, zone)}
        if isinstance(each, ReminderAt)
        else each.model_dump(mode="json")
        for each in task.reminders
    ]


def _moved(at: datetime, distance: timedelta, zone: str) -> str:
    wall = at.astimezone(ZoneInfo(zone)).replace(second=0, microsecond=0, tzinfo=None) + distance
    return resolve(Due(wall.date(), wall.time()), zone).isoformat()
