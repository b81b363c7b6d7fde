"""Idempotency-Key on HTTP commands: the stored answer is repeated, another body is refused."""

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import Header
from fastapi.responses import Response
from sqlalchemy import Select, Text, func, or_, select

from todoku_platform.problems import Problem
from todoku_platform.saving import Key
from todoku_platform.statements import one, param
from todoku_platform.storage import Storage
from todoku_platform.tables import PlatformTables

KEPT = timedelta(hours=24)
IdempotencyKey = Annotated[
    str | None,
    Header(
        min_length=1,
        max_length=200,
        pattern=r"^[\x21-\x7e]+$",
        description="Makes a repeated request harmless for 24 hours.",
    ),
]


def command_key(route: str, key: str, body: bytes, now: datetime, answer: Response) -> Key:
    """The inbox row of a command, holding the answer to repeat."""
    kept = ("etag", "location", "content-type")
    return Key(
        consumer=route,
        message_id=key,
        body_hash=hashlib.sha256(body).hexdigest(),
        status=answer.status_code,
        headers={name: answer.headers[name] for name in kept if name in answer.headers},
        answer=bytes(answer.body).decode(),
        expires_at=now + KEPT,
    )


def answer_query(tables: PlatformTables) -> Select[Any]:
    """One stored answer, for a service that reads it together with what a command needs."""
    inbox = tables.inbox
    return select(inbox.c.body_hash, inbox.c.status, inbox.c.headers, inbox.c.answer).where(
        inbox.c.user_id == param("user_id", Text),
        inbox.c.consumer == param("consumer", Text),
        inbox.c.message_id == param("message_id", Text),
        or_(inbox.c.expires_at.is_(None), inbox.c.expires_at >= func.now()),
    )


def replay(stored: Mapping[str, Any], body: bytes) -> Response:
    """The stored answer again; raises a 422 problem when the key came with another body."""
    if stored["body_hash"] != hashlib.sha256(body).hexdigest():
        raise Problem(422, "This Idempotency-Key was used with another body.")
    headers = dict(stored["headers"]) | {"Idempotent-Replayed": "true"}
    return Response(stored["answer"], stored["status"], headers)


class Answers:
    """The answers given before, one user's only."""

    def __init__(self, storage: Storage, tables: PlatformTables) -> None:
        self._storage = storage
        self._find = one(answer_query(tables))

    async def find(self, user_id: str, route: str, key: str, body: bytes) -> Response | None:
        """The stored answer; raises a 422 problem when the key came with another body."""
        stored: Mapping[str, Any] | None = await self._storage.read(
            self._find, user_id=user_id, consumer=route, message_id=key
        )
        return replay(stored, body) if stored else None
