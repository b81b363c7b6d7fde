"""The application factory: wires a service once; everything else gets what it needs from here."""

import asyncio
import gc
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.responses import JSONResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from todoku_platform import problems
from todoku_platform.clock import Clock, SystemClock
from todoku_platform.errors import Unavailable
from todoku_platform.identity import Issuer, Verifier, require_sidecar
from todoku_platform.settings import ServiceSettings
from todoku_platform.sidecar import Sidecar
from todoku_platform.startup import Gate, Startup
from todoku_platform.telemetry import Edge, configure_tracing

if TYPE_CHECKING:
    # A service without storage does not load what only storage needs: 20 MB.
    from todoku_platform.dead_letters import DeadLetters
    from todoku_platform.idempotency import Answers
    from todoku_platform.inbox import Dispatcher, Subscription
    from todoku_platform.outbox import Relay
    from todoku_platform.storage import Storage

log = logging.getLogger(__name__)
PROBE_SECONDS = 1.0
Job = Callable[[str], Awaitable[None]]
Background = Callable[[], Awaitable[None]]


@dataclass
class Context:
    """What a service is wired from. Storage parts are absent where `schema_name` is empty."""

    settings: Any
    clock: Clock
    sidecar: Sidecar
    verifier: Verifier
    storage: "Storage" = field(init=False)
    relay: "Relay" = field(init=False)
    dead_letters: "DeadLetters" = field(init=False)
    dispatcher: "Dispatcher" = field(init=False)
    answers: "Answers" = field(init=False)
    startup: Startup = field(init=False)
    ending: bool = False
    on_stop: list[Callable[[], None]] = field(default_factory=list)
    """Called when the service is told to end: they end streams, whose clients then go elsewhere."""

    @classmethod
    def build(cls, settings: ServiceSettings, clock: Clock | None = None) -> "Context":
        context = cls(
            settings, clock or SystemClock(), Sidecar(settings), Verifier(_issuers(settings))
        )
        if settings.schema_name:
            from todoku_platform.dead_letters import DeadLetters
            from todoku_platform.idempotency import Answers
            from todoku_platform.outbox import Relay
            from todoku_platform.storage import Storage
            from todoku_platform.tables import platform_tables

            tables = platform_tables(settings.schema_name)
            context.storage = Storage.build(settings, context.sidecar)
            context.relay = Relay(
                context.storage,
                context.sidecar,
                schema=settings.schema_name,
                source=f"/todoku/{settings.app_id}",
                pubsub="pubsub",
            )
            context.dead_letters = DeadLetters(context.storage, tables, context.clock)
            context.answers = Answers(context.storage, tables)
        storage = context.storage if settings.schema_name else None
        context.startup = Startup(settings, context.sidecar, storage)
        return context

    @property
    def not_ready(self) -> str:
        """Why it should get no work, for a person; empty when it should."""
        if self.ending:
            return "it is ending"
        if self.startup.reason:
            return self.startup.reason
        healthy = not self.settings.schema_name or self.storage.healthy
        return "" if healthy else "the database does not answer"

    def end(self) -> None:
        """What comes after the order to end; the server stops once the service has drained."""
        self.ending = True
        for stop in self.on_stop:
            stop()


def _issuers(settings: ServiceSettings) -> list[Issuer]:
    issuers = [Issuer(settings.auth_issuer, settings.auth_jwks_url, settings.auth_audience)]
    if settings.agent_issuer and settings.agent_jwks_url:
        audience = settings.auth_audience
        issuers.append(Issuer(settings.agent_issuer, settings.agent_jwks_url, audience))
    return issuers


def create_app(
    context: Context,
    *,
    title: str,
    routers: Sequence[APIRouter] = (),
    subscriptions: "Sequence[Subscription]" = (),
    job: Job | None = None,
    background: Sequence[Background] = (),
    lifespan: Callable[[FastAPI], AbstractAsyncContextManager[None]] | None = None,
) -> FastAPI:
    """Build the application.

    `job` handles `/job/<name>`; `background` are loops that run once all is there, beside the
    relay; `lifespan` wraps what else the service opens and closes.
    """
    settings: ServiceSettings = context.settings
    app = FastAPI(
        title=title,
        version="1",
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan(context, background, lifespan),
    )
    app.state.context = context
    problems.install(app)
    app.include_router(_health(context))
    for router in routers:
        app.include_router(router)
    if settings.schema_name:
        from todoku_platform import inbox, ops

        topics = tuple(subscriptions)
        context.dispatcher = inbox.Dispatcher(topics, context.dead_letters)
        app.include_router(inbox.router(topics, context.dispatcher, context.dead_letters))
        app.include_router(ops.router)
    if job is not None:
        app.include_router(_jobs(job))
    app.add_middleware(Gate, startup=context.startup)
    app.add_middleware(Edge)
    configure_tracing(app, settings.app_id, settings.otel_exporter_otlp_endpoint)
    return app


def _health(context: Context) -> APIRouter:
    routes = APIRouter(include_in_schema=False)

    @routes.get("/livez")
    async def livez() -> dict[str, str]:
        return {"status": "ok"}

    @routes.get("/readyz")
    async def readyz() -> JSONResponse:
        """The outcome of the last calls; asking costs no query, so an idle database can suspend."""
        if reason := context.not_ready:
            return JSONResponse({"ready": False, "reason": reason}, 503)
        return JSONResponse({"ready": True})

    @routes.get("/metrics")
    async def metrics() -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return routes


def _jobs(job: Job) -> APIRouter:
    routes = APIRouter(dependencies=[Depends(require_sidecar)], include_in_schema=False)

    @routes.post("/job/{name}")
    async def run_job(name: str, request: Request) -> dict[str, str]:
        await job(name)
        return {"status": "ok"}

    return routes


def _lifespan(
    context: Context,
    background: Sequence[Background],
    inner: Callable[[FastAPI], AbstractAsyncContextManager[None]] | None,
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            await context.sidecar.open()
            stack.push_async_callback(context.sidecar.close)
            if context.settings.schema_name:
                await context.storage.open()
                stack.push_async_callback(context.storage.close)
            if inner is not None:
                await stack.enter_async_context(inner(app))
            running = asyncio.create_task(_run(context, background))
            stack.push_async_callback(_stop, running)
            gc.freeze()  # what was loaded at the start is never garbage
            yield

    return lifespan


async def _run(context: Context, background: Sequence[Background]) -> None:
    """Wait for all there must be (the sidecar waits for this port first), then keep going."""
    await context.startup.passed()
    loops: list[Background] = [*background]
    if context.settings.schema_name:
        loops += [context.relay.run, lambda: _watch(context.storage)]
    async with asyncio.TaskGroup() as group:
        for loop in loops:
            group.create_task(_forever(loop))


async def _forever(loop: Background) -> None:
    """A loop that fails is a fault of ours: said loudly, and started again."""
    while True:
        try:
            await loop()
        except Exception:
            log.exception("a background loop failed")
        await asyncio.sleep(PROBE_SECONDS)


async def _watch(storage: "Storage") -> None:
    """Ask only while the last answer was a failure, so that readiness comes back by itself."""
    while True:
        if not storage.healthy:
            try:
                await storage.probe()
            except Unavailable as exc:
                log.warning("the database does not answer: %s", exc)
        await asyncio.sleep(PROBE_SECONDS)


async def _stop(running: asyncio.Task[None]) -> None:
    running.cancel()
    try:
        await running
    except asyncio.CancelledError:
        return
