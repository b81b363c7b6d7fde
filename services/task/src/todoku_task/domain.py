"""What a command makes of a task. Pure: no clock, no I/O, no random."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from todoku_calendar import Due, RuleError, validate_rule

from todoku_task.commands import (
    Command,
    Complete,
    Create,
    Delete,
    Edit,
    Restore,
    Succeed,
    Withdraw,
)
from todoku_task.errors import RepeatNeedsDue, RuleUnfit, TaskMissing
from todoku_task.state import Change, Kind, State, Task, instant


def decide(state: State, command: Command, now: datetime, actor: str) -> Change | None:
    """The change a command makes, None when all is as it asks already.

    Raises TaskMissing, RepeatNeedsDue, RuleUnfit.
    """
    at = instant(now)
    match command:
        case Create():
            return _create(command, at, actor)
        case Succeed():
            return _succeed(state, command, at, actor)
        case Withdraw():
            return _withdraw(state, command, at, actor)
        case Restore():
            return _restore(state.task, at, actor)
        case Delete():
            return _delete(state.task, at, actor)
        case Edit():
            return _edit(present(state.task), command.fields, command.series_id, at, actor)
        case Complete():
            return _complete(present(state.task), command.completed, at, actor)


def present(task: Task | None) -> Task:
    if task is None or task.deleted_at is not None:
        raise TaskMissing
    return task


def _create(command: Create, at: str, actor: str) -> Change:
    series = command.series_id if command.fields.get("recurrence") else None
    task = _new(command.id, command.number, at, actor, dict(command.fields) | {"series_id": series})
    _check_repeat(task)
    return Change(task, Kind.CREATED, tuple(command.fields))


def _new(id_: str, number: int, at: str, actor: str, fields: Mapping[str, Any]) -> Task:
    blank: dict[str, Any] = dict.fromkeys(Task.__dataclass_fields__)
    blank |= {"description": "", "status": "open", "tags": [], "reminders": [], "version": 1}
    blank |= {"source": actor, "changed_by": actor, "withdrawn": False}
    blank |= {"created_at": at, "updated_at": at, "id": id_, "number": number}
    return Task(**blank | dict(fields))


def _edit(
    task: Task, fields: Mapping[str, Any], series_id: str, at: str, actor: str
) -> Change | None:
    wanted = dict(fields)
    if wanted.get("recurrence") and task.series_id is None:
        wanted["series_id"] = series_id
    kind = Kind.RESCHEDULED if _differs(task, wanted, "due") else Kind.UPDATED
    change = _next(task, kind, wanted, at, actor)
    if change and {"recurrence", "due"} & set(change.changed):
        _check_repeat(change.task, task)
    return change


def _differs(task: Task, fields: Mapping[str, Any], name: str) -> bool:
    return bool(name in fields and getattr(task, name) != fields[name])


def _next(
    task: Task, kind: Kind, fields: Mapping[str, Any], at: str, actor: str, **private: Any
) -> Change | None:
    """The next version, None when no field that is seen would change."""
    changed = tuple(name for name in fields if _differs(task, fields, name))
    if not changed:
        return None
    after = replace(
        task, **fields, version=task.version + 1, updated_at=at, changed_by=actor, **private
    )
    return Change(after, kind, changed)


def _complete(task: Task, completed: bool | None, at: str, actor: str) -> Change | None:
    """Idempotent: what is done already keeps its moment."""
    done = not task.done if completed is None else completed
    if done == task.done:
        return None
    if done:
        return _next(task, Kind.COMPLETED, {"status": "done", "completed_at": at}, at, actor)
    return _next(task, Kind.REOPENED, {"status": "open", "completed_at": None}, at, actor)


def _delete(task: Task | None, at: str, actor: str) -> Change | None:
    if task is None or task.withdrawn:
        raise TaskMissing
    if task.deleted_at is not None:
        return None
    return _next(task, Kind.DELETED, {"deleted_at": at}, at, actor)


def _restore(task: Task | None, at: str, actor: str) -> Change | None:
    if task is None or task.withdrawn:
        raise TaskMissing
    return _next(task, Kind.RESTORED, {"deleted_at": None}, at, actor)


def _succeed(state: State, command: Succeed, at: str, actor: str) -> Change | None:
    """By the predecessor's present state, so that commands may come in any order.

    A successor no one touched follows a newer command; one the user changed or deleted stays.
    """
    task, before = state.task, state.predecessor
    if before is None or not before.done or before.deleted_at is not None:
        return None
    if task is None:
        private = {"command_sequence": command.sequence}
        made = _new(command.id, command.number, at, actor, dict(command.fields) | private)
        return Change(made, Kind.CREATED, tuple(command.fields), (before,))
    change = _follow(task, command, at, actor)
    return replace(change, read=(before,)) if change else None


def _follow(task: Task, command: Succeed, at: str, actor: str) -> Change | None:
    fields, sequence = dict(command.fields), command.sequence
    if task.withdrawn:
        fields |= {"deleted_at": None}
        return _next(
            task, Kind.RESTORED, fields, at, actor, withdrawn=False, command_sequence=sequence
        )
    newer = sequence > (task.command_sequence or 0)
    if task.deleted_at is not None or not (newer and task.untouched):
        return None
    kind = Kind.RESCHEDULED if _differs(task, fields, "due") else Kind.UPDATED
    return _next(task, kind, fields, at, actor, command_sequence=sequence)


def _withdraw(state: State, command: Withdraw, at: str, actor: str) -> Change | None:
    task, before = state.task, state.predecessor
    if task is None or task.deleted_at is not None or (before is not None and before.done):
        return None
    if command.untouched_only and not task.untouched:
        return None
    sequence = max(command.sequence, task.command_sequence or 0)
    change = _next(
        task,
        Kind.DELETED,
        {"deleted_at": at},
        at,
        actor,
        withdrawn=True,
        command_sequence=sequence,
    )
    return replace(change, read=(before,) if before else ()) if change else None


def _check_repeat(after: Task, before: Task | None = None) -> None:
    """A due that only moved is not judged again: the last occurrence may move past UNTIL.

    Nor is the due of a successor: it may be a day the rule names only by clamping.
    """
    if after.recurrence is None:
        return
    if after.due is None:
        raise RepeatNeedsDue
    if before and before.recurrence == after.recurrence and _timed(before) == _timed(after):
        return
    try:
        validate_rule(after.recurrence["rule"], Due.from_dict(dict(after.due)))
    except RuleError as exc:
        raise RuleUnfit(str(exc)) from exc


def _timed(task: Task) -> bool:
    return bool(task.due and task.due["time"])
