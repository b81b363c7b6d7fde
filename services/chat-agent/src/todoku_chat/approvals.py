"""A question that waits for a click: what it asks, and how it looks in the chat."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any, Literal

from todoku_chat.domain import Pending, PendingItem

Decision = Literal["waiting", "approved", "refused", "expired"]
CONFIRM = "approval.confirm"
CANCEL = "approval.cancel"
REFUSAL = "The user refused. Nothing was changed; do not try again."
STATUS = {
    "approved": {"text": "Confirmed", "icon": "check-circle"},
    "refused": {"text": "Cancelled, nothing was changed"},
    "expired": {"text": "Expired, nothing was changed"},
}


def card(pending: Pending, decision: Decision) -> dict[str, Any]:
    """The widget: what will happen, and the two buttons while the question waits."""
    lines = [{"type": "Text", "value": line(item), "size": "sm"} for item in pending.items]
    root: dict[str, Any] = {
        "type": "Card",
        "size": "sm",
        "children": [{"type": "Title", "value": pending.summary, "size": "sm"}, *lines],
    }
    if decision == "waiting":
        return root | {
            "confirm": _button("Delete", CONFIRM, pending.id),
            "cancel": _button("Cancel", CANCEL, pending.id),
        }
    return root | {"status": STATUS[decision]}


def line(item: PendingItem) -> str:
    name = item.title or "(title unknown)"
    return f"{item.number} · {name}" if item.number else f"{item.arguments.get('id')} · {name}"


def _button(label: str, action: str, approval_id: str) -> dict[str, Any]:
    payload = {"approval_id": approval_id}
    return {"label": label, "action": {"type": action, "payload": payload, "handler": "server"}}


def widget_item(
    pending: Pending, conversation_id: str, at: datetime, decision: Decision = "waiting"
) -> dict[str, Any]:
    """The thread item; its id is the approval's, so that an answer finds it."""
    return {
        "type": "widget",
        "id": pending.id,
        "thread_id": conversation_id,
        "created_at": at.isoformat(),
        "widget": card(pending, decision),
        "copy_text": pending.summary,
    }


def stored(items: tuple[PendingItem, ...]) -> list[dict[str, Any]]:
    return [asdict(item) for item in items]


def restored(row: Mapping[str, Any]) -> Pending:
    items = tuple(PendingItem(**item) for item in row["items"])
    return Pending(row["id"], row["summary"], items)


def asked_at(row: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(row["created_at"])
