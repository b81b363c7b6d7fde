"""The yardstick: FastAPI and asyncpg with the same statements, and nothing else around them."""

import itertools
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import asyncpg
import uvicorn
from fastapi import FastAPI
from fastapi.responses import Response
from todoku_platform.ids import new_id
from todoku_task import listing, reading
from todoku_task.commands import Create
from todoku_task.domain import decide
from todoku_task.events import Cause, task_change
from todoku_task.repository import SAVE_TASK
from todoku_task.schemas import TaskQuery
from todoku_task.state import State

FIRST_NUMBER = 1_000_000
"""Above every number that the service under test gives."""
TOPIC = "bench"
"""Of nobody's: the events are deleted afterwards, not published."""


def template() -> dict[str, Any]:
    """The document of the write as the service makes it, once."""
    at = datetime.now(UTC)
    command = Create(str(new_id()), 1, {"title": "Bench"}, str(new_id()))
    change = decide(State(None), command, at, "user")
    assert change
    cause = Cause(user_id="nobody", actor="user", at=at, correlation_id="bench")
    document: dict[str, Any] = json.loads(task_change(change, "UTC", cause).document(None))
    return document


TEMPLATE = template()
numbers = itertools.count(FIRST_NUMBER)
known: dict[str, dict[str, Any]] = {}


@asynccontextmanager
async def pool(app: FastAPI) -> AsyncIterator[None]:
    async with asyncpg.create_pool(os.environ["DATABASE_URL"], min_size=10, max_size=10) as made:
        app.state.pool = made
        yield


app = FastAPI(lifespan=pool)


async def read(statement: Any, **given: Any) -> Response:
    text = await app.state.pool.fetchval(statement.sql, *statement.arguments(given))
    return Response(text, media_type="application/json")


@app.get("/api/{user_id}/tasks")
async def list_tasks(user_id: str, status: str = "all", limit: int = 20) -> Response:
    query = TaskQuery.model_validate({"status": status, "limit": limit})
    given = listing.parameters(query, user_id, datetime.now(UTC))
    return await read(listing.statement(listing.shape(query)), **given)


@app.get("/api/{user_id}/tasks/{id}")
async def get_task(user_id: str, id: str) -> Response:
    return await read(reading.GET_BY_ID, user_id=user_id, id=id)


@app.post("/api/{user_id}/tasks", status_code=201)
async def create_task(user_id: str, body: dict[str, Any]) -> dict[str, Any]:
    new = {"id": str(new_id()), "number": next(numbers), "user_id": user_id}
    return await save(TEMPLATE["w_tasks"][0] | body | new)


@app.patch("/api/{user_id}/tasks/{id}/complete")
async def complete_task(user_id: str, id: str) -> dict[str, Any]:
    row = known[id]
    status = "open" if row["status"] == "done" else "done"
    return await save(row | {"version": row["version"] + 1, "status": status})


async def save(row: dict[str, Any]) -> dict[str, Any]:
    own = {"user_id": row["user_id"], "key": row["user_id"], "topic": TOPIC}
    events = [
        event | own | {"id": str(new_id()), "subject": row["id"], "sequence": row["version"]}
        for event in TEMPLATE["events"]
    ]
    document = TEMPLATE | {"user_id": row["user_id"], "w_tasks": [row], "events": events}
    arguments = SAVE_TASK.arguments({"document": json.dumps(document)})
    await app.state.pool.execute(SAVE_TASK.sql, *arguments)
    known[row["id"]] = row
    return row


if __name__ == "__main__":
    uvicorn.run(
        app,
        host="127.0.0.1",
        port=int(os.environ["PORT"]),
        access_log=False,
        log_level="warning",
        loop="uvloop",
        http="httptools",
    )
