"""For operators, by their own token; no public host maps these."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request

from todoku_platform.identity import require_operator
from todoku_platform.inbox import Outcome
from todoku_platform.problems import Problem, not_found

router = APIRouter(prefix="/ops", dependencies=[Depends(require_operator)], include_in_schema=False)
FIRST = UUID(int=0)


async def _record(request: Request, id: UUID) -> dict[str, Any]:
    found: dict[str, Any] | None = await request.app.state.context.dead_letters.get(str(id))
    if found is None:
        raise not_found()
    return found


@router.get("/dead-letters")
async def list_dead_letters(
    request: Request, after: UUID = FIRST, limit: int = Query(50, ge=1, le=200)
) -> dict[str, Any]:
    items = await request.app.state.context.dead_letters.list(str(after), limit)
    return {"items": items, "next": items[-1]["id"] if len(items) == limit else None}


@router.get("/dead-letters/{id}")
async def show_dead_letter(request: Request, id: UUID) -> dict[str, Any]:
    return await _record(request, id)


@router.post("/dead-letters/{id}/replay")
async def replay_dead_letter(request: Request, id: UUID) -> dict[str, Any]:
    """Dispatch it once more, with its own id: the inbox keeps a second effect away."""
    context = request.app.state.context
    record = await _record(request, id)
    if record["status"] == "discarded":
        raise Problem(409, "It was discarded.")
    outcome, reason = await context.dispatcher.dispatch(record["topic"], record["envelope"])
    if outcome is not Outcome.SUCCESS:
        raise Problem(409, f"Still not handled: {reason}", extra={"outcome": outcome})
    await context.dead_letters.close(str(id), "replayed", record["reason"])
    return {"id": str(id), "status": "replayed"}


@router.delete("/dead-letters/{id}", status_code=204)
async def discard_dead_letter(request: Request, id: UUID) -> None:
    record = await _record(request, id)
    await request.app.state.context.dead_letters.close(str(id), "discarded", record["reason"])


@router.get("/outbox")
async def show_outbox(request: Request) -> dict[str, Any]:
    """As the relay last saw it: events not yet published, and the age of the oldest in seconds."""
    relay = request.app.state.context.relay
    return {"depth": relay.depth, "oldest_seconds": round(relay.age, 3)}
