"""JSON logs with the correlation id, Prometheus metrics, OpenTelemetry when an endpoint is set."""

import json
import logging
import re
import sys
import time
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from fastapi import FastAPI
from prometheus_client import Counter, Gauge, Histogram
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from todoku_platform.ids import new_id
from todoku_platform.problems import Problem

correlation_id: ContextVar[str] = ContextVar("correlation_id", default="")
traceparent: ContextVar[str] = ContextVar("traceparent", default="")

MAX_BODY = 256 * 1024
SIDECAR_PATHS = ("/events/", "/job/")
"""These judge the body themselves: the sidecar takes any refusal for "deliver it again"."""
TOO_LARGE = f"The body is larger than {MAX_BODY} bytes."
_SAFE_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_TRACEPARENT = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")

REQUESTS = Histogram(
    "http_request_duration_seconds",
    "Time from request to the last byte of the answer",
    ["method", "route", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
MESSAGES = Counter("messages_total", "Messages by outcome", ["topic", "type", "outcome"])
OUTBOX_DEPTH = Gauge("outbox_depth", "Events not yet published")
OUTBOX_AGE = Gauge("outbox_oldest_seconds", "Age of the oldest event not yet published")


class JsonFormatter(logging.Formatter):
    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "service": self._service,
            "logger": record.name,
            "message": record.getMessage(),
            "correlation_id": correlation_id.get() or None,
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps({key: value for key, value in line.items() if value is not None})


def configure_logging(service: str, level: str) -> None:
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonFormatter(service))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    # httpx logs whole addresses, which may carry a query a user typed.
    logging.getLogger("httpx2").setLevel(logging.WARNING)


def configure_tracing(app: FastAPI, service: str, endpoint: str | None) -> None:
    """Imported only when asked for: the exporter costs memory that an idle service can spare."""
    if not endpoint:
        return
    from opentelemetry import trace
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider(resource=Resource.create({"service.name": service}))
    exporter = OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces")
    provider.add_span_processor(BatchSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    FastAPIInstrumentor.instrument_app(app, tracer_provider=provider)


def _headers(scope: Scope) -> Mapping[bytes, bytes]:
    return dict(scope["headers"])


def _matching(pattern: re.Pattern[str], value: bytes | None) -> str:
    text = (value or b"").decode("latin-1")
    return text if pattern.fullmatch(text) else ""


class Edge:
    """Around every request: correlation id, body limit, duration. Plain ASGI, so streams pass."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = _headers(scope)
        correlation = _matching(_SAFE_ID, headers.get(b"x-correlation-id")) or str(new_id())
        correlation_id.set(correlation)
        traceparent.set(_matching(_TRACEPARENT, headers.get(b"traceparent")))
        started = time.perf_counter()
        status = 500

        async def outgoing(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"].append((b"x-correlation-id", correlation.encode()))
            await send(message)

        try:
            judged = not scope["path"].startswith(SIDECAR_PATHS)
            problem = _unacceptable(headers) if judged else None
            if problem is None:
                await self._app(scope, limited(receive) if judged else receive, outgoing)
            else:
                await problem.response()(scope, receive, outgoing)
        finally:
            route: Any = scope.get("route")
            path = getattr(route, "path", "unmatched")
            spent = time.perf_counter() - started
            REQUESTS.labels(scope["method"], path, str(status)).observe(spent)


def _unacceptable(headers: Mapping[bytes, bytes]) -> Problem | None:
    """Refuses by the headers alone: what is too long, and what is not JSON."""
    length = headers.get(b"content-length", b"0")
    if not length.isdigit() or int(length) > MAX_BODY:
        return Problem(413, TOO_LARGE)
    has_body = length != b"0" or b"transfer-encoding" in headers
    media_type = headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
    if has_body and media_type != b"application/json" and not media_type.endswith(b"+json"):
        return Problem(415, "The body must be JSON: Content-Type application/json.")
    return None


def limited(receive: Receive) -> Receive:
    """Count what comes in, for bodies that do not say their length."""
    size = 0

    async def counted() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > MAX_BODY:
            raise HTTPException(413, TOO_LARGE)
        return message

    return counted
