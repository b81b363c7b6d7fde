"""What others are told about a change, and the rows it leaves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from todoku_platform.ids import new_id
from todoku_platform.saving import ChangeSet, EventRow

from todoku_task.state import Change, Task

Row = dict[str, Any]


@dataclass(frozen=True)
class Cause:
    """Who changes something, when, and because of what."""

    user_id: str
    actor: str
    at: datetime
    correlation_id: str
    causation_id: str | None = None
    traceparent: str | None = None

    def event(
        self,
        topic: str,
        type_: str,
        subject: str,
        sequence: int,
        change_id: UUID,
        payload: Mapping[str, Any],
    ) -> EventRow:
        return EventRow(
            id=new_id(),
            topic=topic,
            type=f"dev.todoku.{type_}.v1",
            subject=subject,
            sequence=sequence,
            payload=payload,
            actor=self.actor,
            change_id=change_id,
            occurred_at=self.at,
            correlation_id=self.correlation_id,
            causation_id=self.causation_id,
            traceparent=self.traceparent,
        )


def task_change(change: Change, zone: str, cause: Cause) -> ChangeSet:
    """One event for those who act on tasks, one small one for live views."""
    task, change_id = change.task, new_id()
    subject = task_subject(cause.user_id, task.id)
    state = task.state(zone) | {"timezone": zone}
    whole = {"task": state, "changed": list(change.changed), "change_id": str(change_id)}
    small = {
        "id": task.id,
        "number": task.number,
        "version": task.version,
        "kind": change.kind,
        "change_id": str(change_id),
    }
    kind, version = f"task.{change.kind}", task.version
    return ChangeSet(
        user_id=cause.user_id,
        rows={"tasks": [_row(task, cause.user_id)]},
        checks={"tasks": [(read.id, read.version) for read in change.read]},
        events=(
            cause.event("task-events", kind, subject, version, change_id, whole),
            cause.event("task-updates", "task.changed", subject, version, change_id, small),
        ),
    )


def task_subject(user_id: str, task_id: str) -> str:
    return f"users/{user_id}/tasks/{task_id}"


def _row(task: Task, user_id: str) -> Row:
    row = dict(vars(task))
    due = row.pop("due") or {"date": None, "time": None, "timezone": None}
    row |= {f"due_{name}": value for name, value in due.items()}
    row["user_id"] = user_id
    return row


def settings_change(settings: Mapping[str, Any], changed: Sequence[str], cause: Cause) -> ChangeSet:
    user_id = cause.user_id
    row = dict(settings) | {"id": user_id, "user_id": user_id, "updated_at": cause.at}
    payload = {"settings": dict(settings), "changed": list(changed)}
    subject, version = f"users/{user_id}/settings", settings["version"]
    event = cause.event("user-events", "settings.changed", subject, version, new_id(), payload)
    return ChangeSet(user_id=user_id, rows={"settings": [row]}, events=(event,))
