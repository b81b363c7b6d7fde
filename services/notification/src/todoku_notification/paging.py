"""Keyset cursors: opaque to the caller, the place of the last row to us."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from todoku_platform.problems import invalid

from todoku_notification.repository import Page

Limit = Annotated[int, Query(ge=1, le=200)]
Cursor = Annotated[str | None, Query(max_length=200)]


def page(limit: int, cursor: str | None) -> Page:
    """Raises a 422 problem for a cursor that is not one of ours."""
    if cursor is None:
        return Page(limit)
    try:
        at, _, key = urlsafe_b64decode(cursor.encode()).decode().partition("|")
        instant = datetime.fromisoformat(at)
        if instant.tzinfo is None:
            raise ValueError("without an offset")
        # In UTC: PostgreSQL takes no offset of 16 hours or more.
        return Page(limit, (instant.astimezone(UTC), UUID(key)))
    except (ValueError, OverflowError) as exc:
        raise invalid("cursor", "This cursor was not made here.") from exc


def paged(found: Sequence[Any], limit: int, instant: str) -> dict[str, Any]:
    """The page and the cursor of the next one; rows are ordered by `instant`, then id."""
    items = found[:limit]
    cursor = None
    if len(found) > limit:
        last = items[-1]
        cursor = urlsafe_b64encode(f"{last[instant]}|{last['id']}".encode()).decode()
    return {"items": items, "next_cursor": cursor}
