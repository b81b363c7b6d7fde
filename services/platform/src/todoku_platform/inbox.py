"""Messages in: one adapter per subscription, one place that decides the outcome.

Dapr takes 404 for "drop" and any other error for "again", so these routes read the raw request,
judge it themselves and always answer 200 with a status.
"""

import json
import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from fastapi import APIRouter, Depends, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError
from todoku_contracts.registry import TYPES

from todoku_platform.dead_letters import DeadLetters
from todoku_platform.errors import Conflict, Erased, Refused, Unavailable
from todoku_platform.identity import require_sidecar
from todoku_platform.saving import Key
from todoku_platform.telemetry import MAX_BODY, MESSAGES, correlation_id, traceparent

log = logging.getLogger(__name__)
_SUBJECT = re.compile(r"users/(?P<user>[^/]+)(/(?P<kind>[a-z-]+)(/(?P<id>[^/]+))?)?")


class Outcome(StrEnum):
    SUCCESS = "SUCCESS"
    RETRY = "RETRY"
    DROP = "DROP"


class Envelope(BaseModel):
    """CloudEvents 1.0, structured JSON, with the extensions of Todoku."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    specversion: str = Field(pattern=r"^1\.0$")
    id: str = Field(min_length=1, max_length=100)
    type: str = Field(min_length=1, max_length=200)
    source: str = Field(min_length=1, max_length=500)
    subject: str = Field(max_length=500)
    time: AwareDatetime
    sequence: int = Field(ge=0)
    correlationid: str = ""
    causationid: str | None = None
    actor: str = ""
    traceparent: str = ""
    data: dict[str, Any]


@dataclass(frozen=True)
class Event:
    """A message whose envelope and data were found valid; `data` is the contract's model."""

    id: str
    topic: str
    type: str
    user_id: str
    subject_id: str
    sequence: int
    data: Any
    occurred_at: datetime
    correlation_id: str
    actor: str

    @property
    def key(self) -> Key:
        """The inbox row, to be written in the statement of the effect."""
        return Key(consumer=self.topic, message_id=self.id)


Handler = Callable[[Event], Awaitable[None]]


@dataclass(frozen=True)
class Subscription:
    """What a service does with the types of a topic; types it leaves out are none of its business.

    A handler returns when the effect is there (or was before), raises Refused to give a message
    up, Unavailable or Conflict to see it again.
    """

    topic: str
    handlers: Mapping[str, Handler] = field(default_factory=dict)


def parse(topic: str, message: object) -> Event:
    """Raises Refused with what is wrong, without repeating the content."""
    try:
        envelope = Envelope.model_validate(message)
    except ValidationError as exc:
        raise Refused(f"not a valid CloudEvent: {_summary(exc)}") from exc
    known = TYPES.get(envelope.type)
    if known is None or known.topic != topic:
        raise Refused(f"unknown type on {topic}: {envelope.type}")
    subject = _SUBJECT.fullmatch(envelope.subject)
    if subject is None:
        raise Refused("the subject names no user")
    try:
        data = known.model.model_validate(envelope.data)
    except ValidationError as exc:
        raise Refused(f"invalid data: {_summary(exc)}") from exc
    return Event(
        id=envelope.id,
        topic=topic,
        type=envelope.type,
        user_id=subject["user"],
        subject_id=subject["id"] or "",
        sequence=envelope.sequence,
        data=data,
        occurred_at=envelope.time,
        correlation_id=envelope.correlationid or envelope.id,
        actor=envelope.actor,
    )


def _summary(exc: ValidationError) -> str:
    errors = exc.errors(include_input=False, include_url=False, include_context=False)
    return "; ".join(f"{'.'.join(map(str, e['loc'])) or 'body'}: {e['msg']}" for e in errors[:5])


class Dispatcher:
    """Decides what becomes of a message, wherever it comes from: a topic or a replay."""

    def __init__(self, subscriptions: tuple[Subscription, ...], dead: DeadLetters) -> None:
        self._handlers = {each.topic: each.handlers for each in subscriptions}
        self._dead = dead

    async def dispatch(self, topic: str, message: object) -> tuple[Outcome, str]:
        """The outcome and, unless it is SUCCESS, the reason."""
        kind = str(message.get("type", "")) if isinstance(message, dict) else ""
        try:
            event = parse(topic, message)
            correlation_id.set(event.correlation_id)
            handler = self._handlers[topic].get(event.type)
            if handler is not None:
                await handler(event)
            outcome, reason = Outcome.SUCCESS, ""
        except (Unavailable, Conflict) as exc:
            outcome, reason = Outcome.RETRY, str(exc)
        except Erased:
            outcome, reason = Outcome.SUCCESS, ""
        except Refused as exc:
            outcome, reason = Outcome.DROP, str(exc)
        except Exception as exc:
            log.exception("a message on %s could not be handled", topic)
            outcome, reason = Outcome.DROP, f"unexpected {type(exc).__name__}: {exc}"
        MESSAGES.labels(topic, kind if kind in TYPES else "unknown", outcome).inc()
        return outcome, reason

    async def receive(self, topic: str, message: object) -> Outcome:
        """As `dispatch`, and a message that is given up is stored with its reason first."""
        outcome, reason = await self.dispatch(topic, message)
        if outcome is Outcome.DROP:
            try:
                await self._dead.store(topic, message, reason)
            except Unavailable:
                return Outcome.RETRY
        if outcome is not Outcome.SUCCESS:
            log.warning("%s on %s: %s", outcome, topic, reason)
        return outcome


def router(
    subscriptions: tuple[Subscription, ...], dispatcher: Dispatcher, dead: DeadLetters
) -> APIRouter:
    routes = APIRouter(
        prefix="/events", dependencies=[Depends(require_sidecar)], include_in_schema=False
    )

    def on_topic(topic: str) -> Callable[[Request], Awaitable[dict[str, str]]]:
        async def receive(request: Request) -> dict[str, str]:
            traceparent.set(request.headers.get("traceparent", ""))
            return {"status": await dispatcher.receive(topic, await _body(request))}

        return receive

    def on_dead(topic: str) -> Callable[[Request], Awaitable[dict[str, str]]]:
        async def receive(request: Request) -> dict[str, str]:
            try:
                await dead.arrive(topic, await _body(request))
            except Unavailable:
                return {"status": Outcome.RETRY}
            return {"status": Outcome.SUCCESS}

        return receive

    for subscription in subscriptions:
        topic = subscription.topic
        routes.add_api_route(f"/{topic}", on_topic(topic), methods=["POST"])
        routes.add_api_route(f"/dead/{topic}", on_dead(topic), methods=["POST"])
    return routes


async def _body(request: Request) -> object:
    """What is no JSON, or larger than any message of ours, is given up like all that is invalid."""
    raw = await request.body()
    if len(raw) > MAX_BODY:
        return {"raw": raw[:MAX_BODY].decode("utf-8", "replace")}
    try:
        parsed: object = json.loads(raw)
    except (ValueError, RecursionError):
        return {"raw": raw.decode("utf-8", "replace")}
    return parsed
