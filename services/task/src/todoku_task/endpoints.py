"""The edge for people and agents: parse, one call, return."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Path, Query, Request
from fastapi.responses import Response
from todoku_platform.idempotency import IdempotencyKey
from todoku_platform.identity import Principal, user
from todoku_platform.ids import new_id

from todoku_task import answers
from todoku_task.commands import Complete, Delete, Edit, Restore
from todoku_task.errors import TaskMissing
from todoku_task.repository import Once, Ref
from todoku_task.schemas import (
    Completion,
    History,
    NewTask,
    Problem,
    SettingsOut,
    SettingsPatch,
    TaskOut,
    TaskPage,
    TaskPatch,
    TaskQuery,
    WholeTask,
)
from todoku_task.service import IfMatch, TaskService

_PROBLEM: dict[str, Any] = {"content": {"application/problem+json": {}}, "model": Problem}
router = APIRouter(
    prefix="/api/{user_id}",
    tags=["tasks"],
    responses=dict.fromkeys((401, 403, 404, 422, 503), _PROBLEM),
)
_CHANGES: dict[int | str, dict[str, Any]] = {409: _PROBLEM, 412: _PROBLEM}

Reader = Annotated[Principal, Depends(user("tasks:read"))]
Writer = Annotated[Principal, Depends(user("tasks:write"))]
LARGEST_NUMBER = 2**31 - 1


async def _service(request: Request) -> TaskService:
    service: TaskService = request.app.state.tasks
    return service


async def _ref(
    id_: Annotated[str, Path(alias="id", max_length=36, description="UUID or number")],
) -> Ref:
    try:
        if id_.isascii() and id_.isdigit():
            number = int(id_)
            if number <= LARGEST_NUMBER:
                return number
            raise TaskMissing
        return UUID(id_)
    except ValueError:
        raise TaskMissing from None


async def _if_match(
    value: Annotated[
        str | None, Header(alias="If-Match", max_length=500, description="ETags; 412 otherwise")
    ] = None,
) -> IfMatch:
    return None if value is None else frozenset(tag.strip() for tag in value.split(","))


async def _once(request: Request, idempotency_key: IdempotencyKey = None) -> Once | None:
    """The same key on another task is another body, not another command."""
    if idempotency_key is None:
        return None
    route = f"POST {request.scope['route'].path}"
    return Once(route, idempotency_key, _target(request) + await request.body())


def _target(request: Request) -> bytes:
    return f"{request.path_params.get('id', '')}\n".encode()


Service = Annotated[TaskService, Depends(_service)]
TaskRef = Annotated[Ref, Depends(_ref)]
Match = Annotated[IfMatch, Depends(_if_match)]
Repeat = Annotated[Once | None, Depends(_once)]


@router.post("/tasks", status_code=201, response_model=TaskOut)
async def create_task(caller: Writer, service: Service, once: Repeat, body: NewTask) -> Response:
    body.check()
    return await service.create(caller, body, once)


@router.get("/tasks", response_model=TaskPage)
async def list_tasks(
    caller: Reader, service: Service, query: Annotated[TaskQuery, Query()]
) -> Response:
    return await service.page(caller, query)


@router.get("/tasks/{id}", response_model=TaskOut)
async def get_task(caller: Reader, service: Service, ref: TaskRef) -> Response:
    return await service.get(caller, ref)


@router.patch("/tasks/{id}", response_model=TaskOut, responses=_CHANGES)
async def change_task(
    caller: Writer, service: Service, ref: TaskRef, if_match: Match, body: TaskPatch
) -> Response:
    command = Edit(body.given(), str(new_id()))
    return await service.change(caller, ref, command, if_match=if_match)


@router.put("/tasks/{id}", response_model=TaskOut, responses=_CHANGES)
async def replace_task(
    caller: Writer, service: Service, ref: TaskRef, if_match: Match, body: WholeTask
) -> Response:
    command = Edit(body.whole(), str(new_id()))
    return await service.change(caller, ref, command, if_match=if_match)


@router.delete("/tasks/{id}", status_code=204, responses=_CHANGES)
async def delete_task(caller: Writer, service: Service, ref: TaskRef, if_match: Match) -> Response:
    return await service.change(
        caller,
        ref,
        Delete(),
        if_match=if_match,
        answer=lambda task, _: answers.deleted(task.version),
    )


@router.post("/tasks/{id}/restore", response_model=TaskOut, responses=_CHANGES)
async def restore_task(
    caller: Writer, service: Service, ref: TaskRef, if_match: Match, once: Repeat
) -> Response:
    return await service.change(caller, ref, Restore(), if_match=if_match, once=once)


@router.patch("/tasks/{id}/complete", response_model=TaskOut, responses=_CHANGES)
async def complete_task(
    caller: Writer,
    service: Service,
    ref: TaskRef,
    if_match: Match,
    body: Completion | None = None,
) -> Response:
    command = Complete(body.completed if body else None)
    return await service.change(caller, ref, command, if_match=if_match)


@router.get("/tasks/{id}/history", response_model=History)
async def task_history(caller: Reader, service: Service, ref: TaskRef) -> Response:
    return await service.history(caller, ref)


@router.get("/settings", response_model=SettingsOut)
async def get_settings(caller: Reader, service: Service) -> Response:
    return await service.settings(caller)


@router.patch("/settings", response_model=SettingsOut, responses=_CHANGES)
async def change_settings(
    caller: Writer, service: Service, if_match: Match, body: SettingsPatch
) -> Response:
    return await service.change_settings(caller, body.given(), if_match)
