"""The edge for people and agents: parse, one call, return."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from todoku_platform.ids import new_id

from todoku_task import answers
from todoku_task.calls import (
    ID,
    IF_MATCH,
    KEY,
    Reading,
    Writing,
    documented,
    query_parameters,
)
from todoku_task.commands import Complete, Delete, Edit, Restore
from todoku_task.documents import History, Problem, SettingsOut, TaskOut, TaskPage
from todoku_task.schemas import Completion, NewTask, SettingsPatch, TaskPatch, WholeTask

_PROBLEM: dict[str, Any] = {"content": {"application/problem+json": {}}, "model": Problem}
router = APIRouter(
    prefix="/api/{user_id}",
    tags=["tasks"],
    responses=dict.fromkeys((401, 403, 404, 422, 503), _PROBLEM),
)
_CHANGES: dict[int | str, dict[str, Any]] = {409: _PROBLEM, 412: _PROBLEM}
_CHANGE = documented(ID, IF_MATCH)


@router.get("/tasks", response_model=TaskPage, openapi_extra=documented(*query_parameters()))
async def list_tasks(call: Reading) -> Response:
    return await call.service.page(call.caller, call.query)


@router.get("/tasks/{id}", response_model=TaskOut, openapi_extra=documented(ID))
async def get_task(call: Reading) -> Response:
    return await call.service.get(call.caller, call.ref)


@router.post("/tasks", status_code=201, response_model=TaskOut, openapi_extra=documented(KEY))
async def create_task(call: Writing, body: NewTask) -> Response:
    body.check()
    return await call.service.create(call.caller, body, await call.once())


@router.patch(
    "/tasks/{id}/complete", response_model=TaskOut, responses=_CHANGES, openapi_extra=_CHANGE
)
async def complete_task(call: Writing, body: Completion | None = None) -> Response:
    command = Complete(body.completed if body else None)
    return await call.service.change(call.caller, call.ref, command, if_match=call.if_match)


@router.patch("/tasks/{id}", response_model=TaskOut, responses=_CHANGES, openapi_extra=_CHANGE)
async def change_task(call: Writing, body: TaskPatch) -> Response:
    command = Edit(body.given(), str(new_id()))
    return await call.service.change(call.caller, call.ref, command, if_match=call.if_match)


@router.put("/tasks/{id}", response_model=TaskOut, responses=_CHANGES, openapi_extra=_CHANGE)
async def replace_task(call: Writing, body: WholeTask) -> Response:
    command = Edit(body.whole(), str(new_id()))
    return await call.service.change(call.caller, call.ref, command, if_match=call.if_match)


@router.delete("/tasks/{id}", status_code=204, responses=_CHANGES, openapi_extra=_CHANGE)
async def delete_task(call: Writing) -> Response:
    return await call.service.change(
        call.caller,
        call.ref,
        Delete(),
        if_match=call.if_match,
        answer=lambda task, _: answers.deleted(task.version),
    )


@router.post(
    "/tasks/{id}/restore",
    response_model=TaskOut,
    responses=_CHANGES,
    openapi_extra=documented(ID, IF_MATCH, KEY),
)
async def restore_task(call: Writing) -> Response:
    return await call.service.change(
        call.caller, call.ref, Restore(), if_match=call.if_match, once=await call.once()
    )


@router.get("/tasks/{id}/history", response_model=History, openapi_extra=documented(ID))
async def task_history(call: Reading) -> Response:
    return await call.service.history(call.caller, call.ref)


@router.get("/settings", response_model=SettingsOut, openapi_extra=documented())
async def get_settings(call: Reading) -> Response:
    return await call.service.settings(call.caller)


@router.patch(
    "/settings",
    response_model=SettingsOut,
    responses=_CHANGES,
    openapi_extra=documented(IF_MATCH),
)
async def change_settings(call: Writing, body: SettingsPatch) -> Response:
    return await call.service.change_settings(call.caller, body.given(), call.if_match)
