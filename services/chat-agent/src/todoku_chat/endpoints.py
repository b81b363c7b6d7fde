"""The HTTP routes: authenticate, parse, one call."""

import hashlib
import json
from collections.abc import Iterator
from typing import Annotated, Any
from uuid import NAMESPACE_URL, UUID, uuid5

from chatkit.server import StreamingResult
from chatkit.store import NotFoundError
from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse
from pydantic import ValidationError
from todoku_platform.idempotency import IdempotencyKey, command_key
from todoku_platform.identity import Principal, user
from todoku_platform.problems import Problem, not_found

from todoku_chat.assistant import Caller
from todoku_chat.errors import ChatError
from todoku_chat.schemas import MAX_MESSAGE, MAX_TITLE, Answer, Reply, Say, without_control
from todoku_chat.streams import HEADERS
from todoku_chat.wiring import Parts

router = APIRouter()
OFFERED = {
    "threads.create",
    "threads.add_user_message",
    "threads.custom_action",
    "threads.retry_after_item",
    "threads.get_by_id",
    "threads.list",
    "threads.update",
    "threads.delete",
    "items.list",
    "items.feedback",
}
"""The requests of the ChatKit protocol that have a meaning here: no attachments, no voice."""

Reader = Annotated[Principal, Depends(user("tasks:read"))]


def _parts(request: Request) -> Parts:
    parts: Parts = request.app.state.parts
    return parts


def _caller(principal: Principal) -> Caller:
    return Caller(principal.user_id, principal.token)


@router.post("/api/{user_id}/chat", response_model=Reply, response_model_exclude_none=True)
async def say(
    said: Say, request: Request, principal: Reader, idempotency_key: IdempotencyKey = None
) -> Response:
    """One turn. With `pending`, nothing was done yet: answer it under `chat/approvals`."""
    parts, body = _parts(request), await request.body()
    route = "POST /api/chat"
    if idempotency_key:
        before = await parts.answers.find(principal.user_id, route, idempotency_key, body)
        if before is not None:
            return before
    turn_id = _turn_id(principal, idempotency_key, body) if idempotency_key else ""
    turn = parts.exchange.say(_caller(principal), said.conversation_id, said.message, turn_id)
    conversation, outcome = await _told(turn)
    answer = _json(Reply.of(conversation, outcome))
    if idempotency_key:
        key = command_key(route, idempotency_key, body, parts.clock.now(), answer)
        await parts.conversations.remember(principal.user_id, key)
    return answer


def _turn_id(principal: Principal, key: str, body: bytes) -> str:
    """Of a repeated request the same, so that its tools know their commands again: also when
    both run at once, or the first was killed before its answer was stored."""
    digest = hashlib.sha256(body).hexdigest()
    return str(uuid5(NAMESPACE_URL, f"{principal.user_id}/{key}/{digest}"))


@router.post(
    "/api/{user_id}/chat/approvals/{approval_id}",
    response_model=Reply,
    response_model_exclude_none=True,
)
async def answer(approval_id: UUID, given: Answer, request: Request, principal: Reader) -> Response:
    """Answer a pending question, once."""
    turn = _parts(request).exchange.answer(_caller(principal), str(approval_id), given.approve)
    return _json(Reply.of(*await _told(turn)))


async def _told(turn: Any) -> Any:
    try:
        return await turn
    except ChatError as exc:
        headers = {"Retry-After": "5"} if exc.retry else {}
        raise Problem(exc.status, exc.message, headers=headers) from exc


def _json(reply: Reply) -> JSONResponse:
    return JSONResponse(reply.model_dump(mode="json", exclude_none=True))


@router.post("/chatkit", response_class=StreamingResponse)
async def chatkit(request: Request, principal: Reader) -> Response:
    """The ChatKit protocol: JSON, or a stream of events, by the request's type."""
    body = await request.body()
    _judge(body)
    parts = _parts(request)
    try:
        result = await parts.server.process(body, _caller(principal))
        if isinstance(result, StreamingResult):
            stream = await parts.streams.begin(aiter(result))
            return StreamingResponse(stream, media_type="text/event-stream", headers=HEADERS)
    except NotFoundError as exc:
        raise not_found("There is no such conversation.") from exc
    except ValidationError as exc:
        raise _invalid(exc) from exc
    return Response(result.json, media_type="application/json")


def _judge(body: bytes) -> None:
    """What the protocol's own parser lets through and we do not."""
    try:
        parsed = json.loads(body)
    except (ValueError, RecursionError) as exc:
        raise Problem(400, "The body is not valid JSON.") from exc
    if not isinstance(parsed, dict) or parsed.get("type") not in OFFERED:
        raise _problem("type", "not one of the requests offered here")
    params = parsed.get("params")
    given = params if isinstance(params, dict) else {}
    try:
        for text in _texts(parsed):
            without_control(text)
    except (ValueError, RecursionError) as exc:
        raise _problem("params", str(exc)) from exc
    if _length(given.get("input")) > MAX_MESSAGE:
        raise _problem("params.input", f"longer than {MAX_MESSAGE} characters")
    if parsed["type"] == "threads.update" and not 0 < len(str(given.get("title"))) <= MAX_TITLE:
        raise _problem("params.title", f"1 to {MAX_TITLE} characters")


def _length(given: object) -> int:
    content = given.get("content") if isinstance(given, dict) else None
    parts = content if isinstance(content, list) else []
    return sum(len(str(part.get("text", ""))) for part in parts if isinstance(part, dict))


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)
    elif isinstance(value, dict):
        for name, part in value.items():
            yield from (*_texts(name), *_texts(part))


def _problem(field: str, message: str) -> Problem:
    errors = [{"field": field, "message": message}]
    return Problem(422, "The request is not valid.", errors=errors)


def _invalid(exc: ValidationError) -> Problem:
    errors = [
        {"field": ".".join(str(part) for part in error["loc"][1:]), "message": error["msg"]}
        for error in exc.errors(include_url=False, include_input=False)
    ]
    return Problem(422, "The request is not valid.", errors=errors)
