"""What may be asked of a task."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Create:
    """`series_id` is taken if the task repeats."""

    id: str
    number: int
    fields: Mapping[str, Any]
    series_id: str


@dataclass(frozen=True)
class Edit:
    fields: Mapping[str, Any]
    series_id: str


@dataclass(frozen=True)
class Complete:
    """Without a value it toggles."""

    completed: bool | None = None


@dataclass(frozen=True)
class Delete:
    pass


@dataclass(frozen=True)
class Restore:
    pass


@dataclass(frozen=True)
class Succeed:
    """Make the successor of a done occurrence; `sequence` is the predecessor's version."""

    id: str
    number: int
    fields: Mapping[str, Any]
    sequence: int


@dataclass(frozen=True)
class Withdraw:
    """Take a successor back because its predecessor is open again."""

    sequence: int
    untouched_only: bool


Command = Create | Edit | Complete | Delete | Restore | Succeed | Withdraw
