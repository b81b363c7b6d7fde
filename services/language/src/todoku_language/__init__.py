"""Phrases to drafts and plans. Pure: no clock, no I/O; the same words always give the same plan."""

from todoku_language.commands import parse
from todoku_language.describe import describe_due, describe_recurrence, describe_reminder
from todoku_language.drafts import Draft, Priority, ReminderSpec, Span
from todoku_language.merging import NotPossible, merged_fields
from todoku_language.names import Match, best_matches, match_names
from todoku_language.plans import (
    Add,
    Cancel,
    Changes,
    Complete,
    Delete,
    Help,
    ListTasks,
    Plan,
    Reopen,
    Step,
    Target,
    Targeted,
    Unknown,
    Update,
)
from todoku_language.tasks import parse_task

__all__ = [
    "Add",
    "Cancel",
    "Changes",
    "Complete",
    "Delete",
    "Draft",
    "Help",
    "ListTasks",
    "Match",
    "NotPossible",
    "Plan",
    "Priority",
    "ReminderSpec",
    "Reopen",
    "Span",
    "Step",
    "Target",
    "Targeted",
    "Unknown",
    "Update",
    "best_matches",
    "describe_due",
    "describe_recurrence",
    "describe_reminder",
    "match_names",
    "merged_fields",
    "parse",
    "parse_task",
]
