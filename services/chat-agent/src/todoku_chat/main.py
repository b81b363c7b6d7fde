"""Wires the chat agent: `python -m todoku_chat.main`."""

import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from todoku_platform.app import Context, create_app
from todoku_platform.server import run

from todoku_chat.endpoints import router
from todoku_chat.models import choose_model
from todoku_chat.settings import Settings
from todoku_chat.wiring import Parts, assemble


def create(
    settings: Settings, context: Context | None = None, parts: Parts | None = None
) -> FastAPI:
    # ChatKit's server makes naive datetimes of the local zone.
    os.environ["TZ"] = "UTC"
    time.tzset()
    context = context or Context.build(settings)
    made = parts or assemble(settings, context, choose_model(settings))

    @asynccontextmanager
    async def turns(_: FastAPI) -> AsyncIterator[None]:
        yield
        await made.streams.finish()

    app = create_app(context, title="Todoku chat", routers=[router], lifespan=turns)
    app.state.parts = made
    return app


if __name__ == "__main__":
    run("todoku_chat.main:create", Settings)
