"""One request of a verified user, read by hand.

FastAPI's own parameters and nested dependencies cost more time here than the command itself, so
there is one dependency, and what it reads is written into the OpenAPI document below.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import parse_qsl
from uuid import UUID

from fastapi import Depends, Request
from fastapi.exceptions import RequestValidationError
from pydantic import TypeAdapter, ValidationError
from todoku_platform.idempotency import IdempotencyKey
from todoku_platform.identity import Principal, user

from todoku_task.errors import TaskMissing
from todoku_task.repository import Once, Ref
from todoku_task.schemas import TaskQuery
from todoku_task.service import IfMatch, TaskService

LARGEST_NUMBER = 2**31 - 1
_KEY = TypeAdapter[str | None](IdempotencyKey)


@dataclass(frozen=True, slots=True)
class Call:
    request: Request
    caller: Principal

    @property
    def service(self) -> TaskService:
        service: TaskService = self.request.app.state.tasks
        return service

    @property
    def ref(self) -> Ref:
        """The task that the path names by number or UUID."""
        text: str = self.request.path_params["id"]
        if text.isascii() and text.isdigit():
            if len(text) > len(str(LARGEST_NUMBER)) or int(text) > LARGEST_NUMBER:
                raise TaskMissing
            return int(text)
        try:
            return UUID(text)
        except ValueError:
            raise TaskMissing from None

    @property
    def if_match(self) -> IfMatch:
        value = self.request.headers.get("if-match")
        return None if value is None else frozenset(tag.strip() for tag in value.split(","))

    @property
    def query(self) -> TaskQuery:
        given: dict[str, Any] = {}
        pairs = parse_qsl(self.request.scope["query_string"].decode("latin-1"), True)
        for name, value in pairs:
            given[name] = [*given.get(name, []), value] if name == "tag" else value
        return _valid("query", TaskQuery.model_validate, given)

    async def once(self) -> Once | None:
        """The same key on another task is another body, not another command."""
        key = self.request.headers.get("idempotency-key")
        if key is None:
            return None
        _valid("header", _KEY.validate_python, key)
        route = f"POST {self.request.scope['route'].path}"
        target = f"{self.request.path_params.get('id', '')}\n".encode()
        return Once(route, key, target + await self.request.body())


def _valid[T](where: str, validate: Callable[[Any], T], value: object) -> T:
    try:
        return validate(value)
    except ValidationError as exc:
        errors = exc.errors(include_url=False)
        raise RequestValidationError([e | {"loc": (where, *e["loc"])} for e in errors]) from exc


def _with(scope: str) -> Callable[[Request], Awaitable[Call]]:
    verified = user(scope)

    async def call(request: Request) -> Call:
        return Call(request, await verified(request))

    return call


Reading = Annotated[Call, Depends(_with("tasks:read"))]
Writing = Annotated[Call, Depends(_with("tasks:write"))]


def _parameter(name: str, where: str, description: str) -> dict[str, Any]:
    return {
        "name": name,
        "in": where,
        "required": where == "path",
        "description": description,
        "schema": {"type": "string"},
    }


USER = _parameter("user_id", "path", "The token's subject, or `me`")
ID = _parameter("id", "path", "The task's UUID or number")
IF_MATCH = _parameter("If-Match", "header", "ETags of the state to change; 412 when it is another")
KEY = _parameter("Idempotency-Key", "header", "Makes a repetition harmless for 24 hours")


def query_parameters() -> list[dict[str, Any]]:
    """The fields of TaskQuery."""
    return [
        {"name": name, "in": "query", "required": False, "schema": schema}
        for name, schema in TaskQuery.model_json_schema()["properties"].items()
    ]


def documented(*parameters: dict[str, Any]) -> dict[str, Any]:
    return {"parameters": [USER, *parameters]}
