"""Quick add: the fields of a task read from a sentence."""

from datetime import datetime
from typing import Any

from pydantic import ValidationError
from todoku_language import parse_task
from todoku_platform.problems import invalid

from todoku_task.schemas import NewTask


def fields_of_text(text: str, now: datetime, zone: str) -> dict[str, Any]:
    """Read at the instant `now` in the user's zone; raises a 422 problem naming `text`."""
    draft = parse_task(text, now=now, zone=zone)
    found = {
        "due": draft.due.to_dict() if draft.due else None,
        "recurrence": draft.recurrence.to_dict() if draft.recurrence else None,
        "reminders": list(draft.reminders),
        "priority": draft.priority,
        "tags": list(draft.tags),
    }
    try:
        read = {name: value for name, value in found.items() if value}
        return NewTask.model_validate(read | {"title": draft.title}).given()
    except ValidationError as exc:
        first = exc.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise invalid("text", f"{where}: {first['msg']}") from exc
