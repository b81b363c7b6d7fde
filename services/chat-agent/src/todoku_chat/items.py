"""Thread items in ChatKit's shape, made by us: aware instants, UUIDv7 ids."""

from datetime import datetime
from typing import Any

from todoku_chat.approvals import widget_item
from todoku_chat.domain import Outcome


def user_message(id: str, conversation_id: str, at: datetime, text: str) -> dict[str, Any]:
    return {
        "type": "user_message",
        "id": id,
        "thread_id": conversation_id,
        "created_at": at.isoformat(),
        "content": [{"type": "input_text", "text": text}],
        "attachments": [],
        "inference_options": {},
    }


def assistant_message(id: str, conversation_id: str, at: datetime, text: str) -> dict[str, Any]:
    return {
        "type": "assistant_message",
        "id": id,
        "thread_id": conversation_id,
        "created_at": at.isoformat(),
        "content": [{"type": "output_text", "text": text, "annotations": []}],
    }


def answer_items(conversation_id: str, at: datetime, outcome: Outcome) -> list[dict[str, Any]]:
    """What a turn adds to the thread, in its order."""
    said = [assistant_message(key, conversation_id, at, text) for key, text in outcome.texts]
    if outcome.pending is None:
        return said
    return [*said, widget_item(outcome.pending, conversation_id, at)]
