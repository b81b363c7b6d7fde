"""The interface: the inbox, the ledger, and the live stream."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse
from todoku_platform.app import Context
from todoku_platform.errors import Conflict
from todoku_platform.idempotency import IdempotencyKey, command_key
from todoku_platform.identity import Principal, user
from todoku_platform.problems import Problem, invalid
from todoku_platform.saving import Key

from todoku_notification.paging import Cursor, Limit, page, paged
from todoku_notification.repository import Repository
from todoku_notification.schemas import (
    NotificationBody,
    NotificationPage,
    ReadMark,
    ReminderBody,
    ReminderPage,
    Snooze,
)
from todoku_notification.service import LONGEST_SNOOZE, Reminders
from todoku_notification.stream import EventStream, Hub, parse_cursor
from todoku_notification.tables import Reminder, Status

router = APIRouter(prefix="/api/{user_id}")
SNOOZE = "POST /reminders/snooze"


@dataclass(frozen=True)
class Parts:
    """What the routes work with, kept in the application's state."""

    context: Context
    repository: Repository
    reminders: Reminders
    hub: Hub
    origin: str
    """Names this replica in its wake-ups to the others."""


def _parts(request: Request) -> Parts:
    parts: Parts = request.app.state.parts
    return parts


Wired = Annotated[Parts, Depends(_parts)]
Reader = Annotated[Principal, Depends(user("tasks:read"))]
Writer = Annotated[Principal, Depends(user("tasks:write"))]


@router.get("/notifications", response_model=NotificationPage)
async def list_notifications(
    parts: Wired, who: Reader, unread: bool = False, limit: Limit = 50, cursor: Cursor = None
) -> Any:
    """The inbox, newest first."""
    where = page(limit, cursor)
    found = await parts.repository.notifications(who.user_id, where, unread=unread)
    return paged(found, limit, "created_at")


@router.patch("/notifications/{id}", response_model=NotificationBody)
async def mark_notification(parts: Wired, who: Writer, id: UUID, mark: ReadMark) -> Any:
    """Mark as read or unread."""
    return NotificationBody.of(await parts.reminders.mark_read(who.user_id, id, read=mark.read))


@router.get("/reminders", response_model=ReminderPage)
async def list_reminders(
    parts: Wired,
    who: Reader,
    task_id: UUID | None = None,
    status: Status | None = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Any:
    """The ledger, in the order of ringing."""
    where = page(limit, cursor)
    found = await parts.repository.ledger(who.user_id, where, task_id=task_id, status=status)
    return paged(found, limit, "due_at")


@router.post("/reminders/{id}/snooze", response_model=ReminderBody)
async def snooze(
    parts: Wired,
    who: Writer,
    id: UUID,
    wish: Snooze,
    request: Request,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Let a reminder ring (again) later."""
    now, body, route = parts.context.clock.now(), await request.body(), f"{SNOOZE} {id}"

    async def before() -> Response | None:
        if idempotency_key is None:
            return None
        return await parts.context.answers.find(who.user_id, route, idempotency_key, body)

    def key(row: Reminder) -> Key | None:
        if idempotency_key is None:
            return None
        return command_key(route, idempotency_key, body, now, _answer(row))

    if (given := await before()) is not None:
        return given
    snoozed = await parts.reminders.snooze(who.user_id, id, _until(wish, now), key)
    if snoozed is not None:
        return _answer(snoozed)
    # The same command came at the same moment: what that was answered is the answer.
    if (given := await before()) is not None:
        return given
    raise Conflict("the command was seen, but its answer is gone")


def _answer(row: Reminder) -> Response:
    return JSONResponse(ReminderBody.of(row).model_dump(mode="json"))


def _until(wish: Snooze, now: datetime) -> datetime:
    until = wish.instant(now)
    if not now < until <= now + LONGEST_SNOOZE:
        raise invalid(
            "until", f"This lies in the past or more than {LONGEST_SNOOZE.days} days off."
        )
    return until


@router.get(
    "/stream",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}},
)
async def stream(
    parts: Wired,
    who: Reader,
    last_event_id: Annotated[str | None, Header()] = None,
    cursor: Annotated[str | None, Query(alias="last_event_id")] = None,
) -> Response:
    """Events `task`, `reminder`, `notification`, `resync`; goes on after the cursor."""
    if parts.hub.count(who.user_id) >= parts.context.settings.streams_per_user:
        raise Problem(429, "Too many open streams.", headers={"Retry-After": "30"})
    lifetime = who.expires_at - parts.context.clock.now().timestamp()
    after = parse_cursor(last_event_id or cursor)
    return EventStream(parts.hub, who.user_id, after, max(lifetime, 0.0))
