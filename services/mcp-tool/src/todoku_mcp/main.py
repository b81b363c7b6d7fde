"""Wires the MCP server: `python -m todoku_mcp.main`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from todoku_platform.app import Context, create_app
from todoku_platform.server import run

from todoku_mcp.endpoints import keys_router, mcp_routes
from todoku_mcp.identity import BearerVerifier, verifier_of
from todoku_mcp.server import create_server, http_app
from todoku_mcp.service import Tasks
from todoku_mcp.settings import Settings, signing_key
from todoku_mcp.tokens import Minter


def create(settings: Settings, context: Context | None = None) -> FastAPI:
    context = context or Context.build(settings)
    context.verifier = verifier_of(settings)
    minter = Minter(signing_key(settings.mcp_signing_key), settings.agent_issuer, context.clock)

    @asynccontextmanager
    async def sessions(_: FastAPI) -> AsyncIterator[None]:
        async with server.session_manager.run():
            yield

    app = create_app(context, title="Todoku MCP", routers=[keys_router(minter)], lifespan=sessions)
    # After create_app: the SDK sets up logging of its own unless there is some already.
    verifier = BearerVerifier(context.verifier)
    server = create_server(settings, Tasks(context.sidecar, minter), verifier, context.clock)
    app.state.mcp = server
    app.router.routes.extend(mcp_routes(http_app(server, settings), verifier))
    return app


if __name__ == "__main__":
    run("todoku_mcp.main:create", Settings)
