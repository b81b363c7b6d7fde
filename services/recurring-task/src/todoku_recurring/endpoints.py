"""The edge for people and agents: parse, one call, return."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from todoku_calendar import Due, RuleError, next_occurrence, occurrences
from todoku_platform.identity import Principal, user
from todoku_platform.problems import Problem, invalid, not_found

from todoku_recurring.repository import SeriesStore
from todoku_recurring.schemas import (
    Next,
    NextOut,
    Preview,
    PreviewOut,
    SeriesOut,
    SeriesPage,
    planned,
)

router = APIRouter(prefix="/api/{user_id}", tags=["recurrence"])
Reader = Annotated[Principal, Depends(user("tasks:read"))]


async def _store(request: Request) -> SeriesStore:
    store: SeriesStore = request.app.state.series
    return store


Store = Annotated[SeriesStore, Depends(_store)]


async def _zone(store: SeriesStore, caller: Principal, *dues: Due | None) -> str:
    """The user's zone, asked for only where a due is not fixed in one."""
    fixed = [due.timezone for due in dues if due and due.timezone]
    return fixed[0] if len(fixed) == len(dues) else await store.zone(caller.user_id)


def _refused(exc: RuleError) -> Problem:
    return invalid("rule", str(exc))


@router.post("/recurrence/preview", response_model=PreviewOut, response_model_exclude_unset=True)
async def preview(caller: Reader, store: Store, body: Preview) -> dict[str, Any]:
    start = body.start.due()
    zone = await _zone(store, caller, start)
    try:
        found = occurrences(
            body.rule, start, zone, count=body.count, after=body.after, clamp=body.clamp
        )
    except RuleError as exc:
        raise _refused(exc) from exc
    return {"occurrences": [planned(each) for each in found]}


@router.post("/recurrence/next", response_model=NextOut, response_model_exclude_unset=True)
async def following(caller: Reader, store: Store, body: Next) -> dict[str, Any]:
    due, anchor = body.due.due(), body.anchor.due() if body.anchor else None
    zone = await _zone(store, caller, due, anchor or due)
    try:
        result = next_occurrence(
            body.rule, body.mode, due, body.completed_at, zone, anchor=anchor, clamp=body.clamp
        )
    except RuleError as exc:
        raise _refused(exc) from exc
    return {
        "next": planned(result.next) if result.next else None,
        "missed": [planned(each) for each in result.missed],
    }


@router.get("/series", response_model=SeriesPage)
async def list_series(
    caller: Reader,
    store: Store,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: UUID | None = None,
) -> dict[str, Any]:
    found = await store.page(caller.user_id, cursor, limit + 1)
    items = found[:limit]
    return {"items": items, "next_cursor": items[-1]["id"] if len(found) > limit else None}


@router.get("/series/{series_id}", response_model=SeriesOut)
async def one_series(caller: Reader, store: Store, series_id: UUID) -> dict[str, Any]:
    found = await store.one(caller.user_id, series_id)
    if found is None:
        raise not_found("There is no such series.")
    return found
