"""Answers to callers. They are built from the stored JSON, not checked a second time."""

from collections.abc import Mapping
from typing import Any

from fastapi.responses import Response
from pydantic_core import to_json

from todoku_task.state import Task, due_at

JSON = "application/json"


def etag(version: int) -> str:
    return f'"{version}"'


def json_answer(
    body: object, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    return Response(to_json(body), status, headers, JSON)


def task_answer(task: Task, zone: str, status: int = 200) -> Response:
    return json_answer(task.state(zone), status, {"ETag": etag(task.version)})


def created(task: Task, zone: str, user_id: str) -> Response:
    answer = task_answer(task, zone, 201)
    answer.headers["Location"] = f"/api/{user_id}/tasks/{task.number}"
    return answer


def stored_task(task: dict[str, Any], zone: str) -> Response:
    """Straight from the database: only the instant of the due is added."""
    task["due_at"] = due_at(task["due"], zone)
    return json_answer(task, headers={"ETag": etag(task["version"])})


def page(items: list[dict[str, Any]], zone: str, next_cursor: str | None) -> Response:
    for task in items:
        task["due_at"] = due_at(task["due"], zone)
    return json_answer({"items": items, "next_cursor": next_cursor})


def deleted(version: int) -> Response:
    return Response(status_code=204, headers={"ETag": etag(version)})


def settings_answer(settings: Mapping[str, Any]) -> Response:
    return json_answer(settings, headers={"ETag": etag(settings["version"])})
