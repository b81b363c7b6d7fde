"""What an update means for a task as it is now."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from todoku_calendar import Due, DueError, resolve

from todoku_language.plans import Changes

PATTERNED = ("BYDAY", "BYMONTHDAY", "BYMONTH")
NO_DUE = "It has no date yet; give it one first, for example: move it to tomorrow at 9."


class NotPossible(ValueError):
    """The change makes no sense for this task; the message is for people."""


def merged_fields(task: Mapping[str, Any], changes: Changes, zone: str) -> dict[str, Any]:
    """The fields to send for a task (shaped as the interface gives it); null clears.

    A new day keeps the time of day, a new time keeps the day; reminders and tags are added to
    those there are. Raises NotPossible.
    """
    draft = changes.draft
    fields: dict[str, Any] = {}
    if changes.title:
        fields["title"] = changes.title
    try:
        due = _due(task, changes, zone)
    except (DueError, OverflowError):
        raise NotPossible("That date is out of the calendar.") from None
    if due is not None:
        fields["due"] = _without_none(due.to_dict())
        fields |= _moved_reminders(task)
    if draft.recurrence:
        fields["recurrence"] = draft.recurrence.to_dict()
    if draft.priority:
        fields["priority"] = draft.priority
    if draft.tags:
        fields["tags"] = list(dict.fromkeys([*task.get("tags", []), *draft.tags]))
    if draft.reminders:
        fields["reminders"] = _reminders(task, changes, fields)
    fields |= _cleared(task, changes)
    return fields


def _due(task: Mapping[str, Any], changes: Changes, zone: str) -> Due | None:
    draft, current = changes.draft, Due.from_dict(task["due"]) if task.get("due") else None
    if changes.shift is not None:
        if current is None:
            raise NotPossible(NO_DUE)
        return _shifted(current, changes.shift, zone)
    due = draft.due
    if due is None or current is None:
        return due
    if draft.recurrence and not draft.has_date:
        if not any(part in draft.recurrence.rule for part in PATTERNED) and not draft.has_time:
            # "make it monthly": from the date that it has.
            return None
        return Due(due.date, due.time or current.time, due.timezone or _zone(current, due))
    if draft.has_time and not draft.has_date:
        return Due(current.date, due.time, due.timezone or current.timezone)
    if draft.has_date and not draft.has_time:
        return Due(due.date, current.time, current.timezone)
    return due


def _zone(current: Due, due: Due) -> str | None:
    return current.timezone if due.time is None and current.time else None


def _shifted(due: Due, shift: timedelta, zone: str) -> Due:
    if shift % timedelta(days=1) == timedelta() or due.time is None:
        days = timedelta(days=round(shift / timedelta(days=1)))
        return Due(due.date + days, due.time, due.timezone)
    moved = (resolve(due, zone) + shift).astimezone(ZoneInfo(due.zone(zone)))
    return Due(moved.date(), moved.time().replace(second=0, microsecond=0), due.timezone)


def _moved_reminders(task: Mapping[str, Any]) -> dict[str, Any]:
    """A reminder fixed to the old due's minute moves with it: it was meant to ring at the due."""
    if not task.get("due_at"):
        return {}
    old = datetime.fromisoformat(task["due_at"])
    specs = [
        {"before": "PT0S"}
        if "at" in spec and abs(datetime.fromisoformat(spec["at"]) - old) < timedelta(minutes=1)
        else spec
        for spec in task.get("reminders", [])
    ]
    return {"reminders": specs} if specs != task.get("reminders", []) else {}


def _reminders(
    task: Mapping[str, Any], changes: Changes, fields: Mapping[str, Any]
) -> list[dict[str, str]]:
    relative = any("before" in spec for spec in changes.draft.reminders)
    if relative and not task.get("due") and not fields.get("due"):
        raise NotPossible(NO_DUE)
    there = fields.get("reminders", task.get("reminders", []))
    return [*there, *(spec for spec in changes.draft.reminders if spec not in there)]


def _cleared(task: Mapping[str, Any], changes: Changes) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for name in changes.clear:
        fields[name] = None
        if name == "due":
            # Neither has a meaning without a date.
            fields |= {other: None for other in ("recurrence", "reminders") if task.get(other)}
    return fields


def _without_none(due: Mapping[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in due.items() if value is not None}
