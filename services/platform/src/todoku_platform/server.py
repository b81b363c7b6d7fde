"""The process of a service: it reads its settings, serves, and drains before it ends."""

import importlib
import sys
import time
from collections.abc import Callable
from functools import partial
from types import FrameType

import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from todoku_platform.app import Context
from todoku_platform.settings import ServiceSettings, read
from todoku_platform.telemetry import configure_logging


def closing(app: ASGIApp, context: Context) -> ASGIApp:
    """While the service is ending every answer closes its connection: the caller's next request
    opens one to another replica, before this one stops listening. Around all, errors too."""

    async def outermost(scope: Scope, receive: Receive, send: Send) -> None:
        async def outgoing(message: Message) -> None:
            if context.ending and message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (b"connection", b"close")]
            await send(message)

        await app(scope, receive, outgoing)

    return outermost


class Server(uvicorn.Server):
    """Told to end, it goes on answering until callers know; a second signal ends that at once."""

    def __init__(self, config: uvicorn.Config, context: Context) -> None:
        super().__init__(config)
        self._context = context
        self._drained: Callable[[], None] | None = None
        self._drained_at = 0.0

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        stop = partial(super().handle_exit, sig, frame)
        drain = 0 if self._context.ending else self._context.settings.drain_seconds
        self._context.end()
        if drain:
            self._drained, self._drained_at = stop, time.monotonic() + drain
        else:
            stop()

    async def on_tick(self, counter: int) -> bool:
        if self._drained and time.monotonic() >= self._drained_at:
            self._drained()
        return await super().on_tick(counter)


def run(factory: str, settings_of: type[ServiceSettings]) -> None:
    """Serve `package.module:function` on the address of the settings; one worker, no access log."""
    settings = read(settings_of)
    configure_logging(settings.app_id, settings.log_level)
    module, _, name = factory.partition(":")
    app = getattr(importlib.import_module(module), name)(settings)
    context: Context = app.state.context
    config = uvicorn.Config(
        closing(app, context),
        host=settings.host,
        port=settings.app_port,
        access_log=False,
        log_config=None,
        server_header=False,
        date_header=False,
        # Longer than callers keep theirs: who sends on a connection closed here gets an error.
        timeout_keep_alive=75,
        timeout_graceful_shutdown=8,
        # Behind the front end or a sidecar on loopback: their word about clients is not needed.
        proxy_headers=False,
    )
    server = Server(config, context)
    server.run()
    if not server.started:
        sys.exit(1)
