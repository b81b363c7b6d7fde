"""Dues, zones, recurrence rules and occurrences. Pure: no clock, no I/O beyond the zone data."""

from todoku_calendar.dues import (
    ALL_DAY_REMINDER_TIME,
    Due,
    DueError,
    local_today,
    reminder_instant,
    resolve,
    valid_zone,
)
from todoku_calendar.durations import format_duration, parse_duration
from todoku_calendar.occurrences import Occurrence, occurrences, validate_rule
from todoku_calendar.rules import RuleError
from todoku_calendar.successors import Mode, NextResult, Recurrence, next_occurrence

__all__ = [
    "ALL_DAY_REMINDER_TIME",
    "Due",
    "DueError",
    "Mode",
    "NextResult",
    "Occurrence",
    "Recurrence",
    "RuleError",
    "format_duration",
    "local_today",
    "next_occurrence",
    "occurrences",
    "parse_duration",
    "reminder_instant",
    "resolve",
    "valid_zone",
    "validate_rule",
]
