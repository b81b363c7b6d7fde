"""What a reminder does: pure decisions over rows, no clock, no storage.

A reminder is `planned`, or `snoozed` to another instant; it becomes `due` when it fires and
`delivered` when it stands in the inbox. It is `cancelled` when its task no longer wants it and
`missed` when nothing could fire it within the catch-up window. Every arming has its own
generation, so that a wake-up of an earlier one is recognised.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from uuid import UUID, uuid5

from todoku_calendar import Due, parse_duration, reminder_instant

from todoku_notification.tables import Notification, Reason, Reminder, Watched

EARLY = timedelta(seconds=2)
"""How much before its instant a wake-up is accepted: clocks of two machines differ."""

WAITING = ("planned", "snoozed")
UNSETTLED = (*WAITING, "due")
Spec = Mapping[str, str]


def wanted(task: Watched) -> dict[UUID, tuple[Spec, datetime]]:
    """The reminders a task asks for now and the instants they come to (UTC)."""
    if task.deleted or task.status != "open":
        return {}
    found: dict[UUID, tuple[Spec, datetime]] = {}
    for spec in task.reminders:
        at = _instant(task, spec)
        if at is not None:
            found[reminder_id(task.id, spec)] = (spec, at)
    return found


def reminder_id(task_id: UUID, spec: Spec) -> UUID:
    """The same for the same wish however it is written: PT60M is PT1H."""
    if "at" in spec:
        return uuid5(task_id, f"at:{_parse(spec['at']).isoformat()}")
    return uuid5(task_id, f"before:{int(parse_duration(spec['before']).total_seconds())}")


def _instant(task: Watched, spec: Spec) -> datetime | None:
    if "at" in spec:
        return _parse(spec["at"])
    if task.due is None:
        return None
    return reminder_instant(Due.from_dict(task.due), parse_duration(spec["before"]), task.timezone)


def _parse(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def asked_since(seen: Watched | None, now: Watched, created_at: datetime) -> datetime:
    """The earliest moment at which what is new in `now` may have been asked for.

    Events may come late or out of order, and only the newest counts: what lies between the last
    one seen and this one may have been said at any moment since.
    """
    if seen is None:
        return created_at
    return now.changed_at if now.task_sequence == seen.task_sequence + 1 else seen.changed_at


def align(
    task: Watched,
    rows: Iterable[Reminder],
    since: datetime,
    correlation_id: str,
    *,
    moved: bool = False,
) -> list[Reminder]:
    """The rows that must change for the ledger to fit `task`, in their new versions.

    What was past at `since` (to the minute; see `asked_since`) never rings; what was still ahead
    does, however late the news came.
    `moved` says that the user's zone changed: a waiting reminder that this puts into the past
    rings at once, for nobody asked to lose it.
    """
    existing = {row.id: row for row in rows}
    wishes = wanted(task)
    floor = since.replace(second=0, microsecond=0)
    changed = [_new(task, key, *wishes[key], floor) for key in wishes.keys() - existing.keys()]
    for key, row in existing.items():
        if key not in wishes:
            changed += _cancel(row, _why(task))
        else:
            changed += _follow(row, wishes[key][1], floor, moved=moved)
    caused = (row.model_copy(update={"correlation_id": correlation_id}) for row in changed)
    return sorted(caused, key=lambda row: (row.due_at, row.id))


def _why(task: Watched) -> Reason:
    if task.deleted:
        return "deleted"
    return "removed" if task.status == "open" else "done"


def _new(task: Watched, key: UUID, spec: Spec, at: datetime, floor: datetime) -> Reminder:
    past = at < floor
    return Reminder(
        id=key,
        user_id=task.user_id,
        task_id=task.id,
        spec=dict(spec),
        planned_for=at,
        due_at=at,
        status="cancelled" if past else "planned",
        reason="past" if past else None,
        generation=1,
        job_pending=not past,
        correlation_id="",
        version=1,
    )


def _cancel(row: Reminder, reason: Reason) -> list[Reminder]:
    if row.status not in UNSETTLED:
        return []
    return [_next(row, status="cancelled", reason=reason, job_pending=row.job is not None)]


def _follow(row: Reminder, at: datetime, floor: datetime, *, moved: bool) -> list[Reminder]:
    """Bring one row in line with the instant its task now asks for."""
    same = row.planned_for == at
    if same and row.status != "cancelled":
        return []
    if at >= floor or (moved and row.status in WAITING):
        return [arm(row, at, planned_for=at)]
    return [
        past.model_copy(update={"planned_for": at, "due_at": at}) for past in _cancel(row, "past")
    ]


def arm(
    row: Reminder,
    at: datetime,
    *,
    planned_for: datetime | None = None,
    status: Literal["planned", "snoozed"] = "planned",
) -> Reminder:
    """A new generation that rings at `at`; whatever was scheduled before no longer counts."""
    return _next(
        row,
        status=status,
        reason=None,
        planned_for=planned_for or row.planned_for,
        due_at=at,
        generation=row.generation + 1,
        job_pending=True,
        fired_at=None,
    )


def _next(row: Reminder, **update: Any) -> Reminder:
    return row.model_copy(update=update | {"version": row.version + 1})


def job_name(row: Reminder) -> str:
    return f"reminder-{row.id}-{row.generation}"


def parse_job_name(name: str) -> tuple[UUID, int] | None:
    """The reminder and the generation a wake-up is for; None for a name that is not ours."""
    prefix, _, rest = name.partition("-")
    key, _, generation = rest.rpartition("-")
    if prefix != "reminder" or not generation.isascii() or not generation.isdecimal():
        return None
    try:
        return UUID(key), int(generation)
    except ValueError:
        return None


def is_early(row: Reminder, generation: int, now: datetime) -> bool:
    """Whether a wake-up is for the arming that waits, but too long before its instant."""
    mine = row.status in WAITING and row.generation == generation
    return mine and row.due_at - EARLY > now


@dataclass(frozen=True)
class Fired:
    """The row as it is after its instant came; `missed` if that was too long ago to ring."""

    row: Reminder
    missed: bool


def fire(row: Reminder, generation: int, now: datetime, window: timedelta) -> Fired | None:
    """What a wake-up of `generation` does at `now`; None if it is for an arming that is over."""
    mine = row.status in WAITING and row.generation == generation
    if not mine or is_early(row, generation, now):
        return None
    if now - row.due_at > window:
        return Fired(_next(row, status="missed", reason="late", job_pending=False), missed=True)
    return Fired(_next(row, status="due", job_pending=False, fired_at=now), missed=False)


def due_payload(row: Reminder, task: Watched) -> dict[str, Any]:
    """The data of `reminder.due`: all that a channel needs to tell a person."""
    return {
        "reminder_id": row.id,
        "task_id": row.task_id,
        "number": task.number,
        "title": task.title,
        "due": task.due,
        "due_at": row.due_at,
        "spec": row.spec,
        "generation": row.generation,
        "fired_at": row.fired_at,
    }


def delivered(row: Reminder, generation: int) -> Reminder | None:
    """The row once it stands in the inbox; None if it was cancelled or armed anew meanwhile."""
    if row.status != "due" or row.generation != generation:
        return None
    return _next(row, status="delivered")


def notification(
    row: Reminder, kind: Literal["reminder", "missed"], number: int, title: str,
    due: Mapping[str, Any] | None, now: datetime,
) -> Notification:  # fmt: skip
    """The inbox entry of one arming: its id is the same whoever makes it, however often."""
    return Notification(
        id=uuid5(row.id, f"{kind}:{row.generation}"),
        user_id=row.user_id,
        kind=kind,
        task_id=row.task_id,
        reminder_id=row.id,
        number=number,
        title=title,
        body=_body(kind, row, due),
        due=dict(due) if due else None,
        due_at=row.due_at,
        created_at=now,
        version=1,
    )


def _body(kind: str, row: Reminder, due: Mapping[str, Any] | None) -> str:
    if kind == "missed":
        return f"This reminder could not ring at {row.due_at.isoformat(timespec='minutes')}."
    if due is None:
        return ""
    parts = (due["date"], due.get("time"), due.get("timezone"))
    return "Due " + " ".join(str(part) for part in parts if part)
