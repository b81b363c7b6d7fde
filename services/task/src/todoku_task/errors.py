"""What may be wrong with a command about tasks, as the caller sees it."""

from collections.abc import Mapping
from typing import Any

from todoku_platform.problems import Problem


class TaskMissing(Problem):
    """Also for another user's task: their existence is no one's business."""

    def __init__(self) -> None:
        super().__init__(404, "There is no such task.")


class RepeatNeedsDue(Problem):
    def __init__(self) -> None:
        message = "A repeating task needs a due date."
        errors = [{"field": "due", "message": message}]
        super().__init__(422, "The request is not valid.", errors=errors)


class RuleUnfit(Problem):
    def __init__(self, message: str) -> None:
        errors = [{"field": "recurrence.rule", "message": message}]
        super().__init__(422, "The request is not valid.", errors=errors)


class Contended(Problem):
    """Other writers were first at every try; the state they left comes along."""

    def __init__(self, current: Mapping[str, Any] | None) -> None:
        super().__init__(
            409, "Others are changing this at the same moment.", extra={"current": current}
        )


class VersionMismatch(Problem):
    """If-Match named another version; the state that is there now comes along."""

    def __init__(self, version: int, current: Mapping[str, Any]) -> None:
        super().__init__(
            412,
            "This has changed since you read it.",
            headers={"ETag": f'"{version}"'},
            extra={"current": current},
        )
