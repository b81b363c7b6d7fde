"""The HTTP routes: the MCP endpoint and its metadata as the SDK makes them, and our own keys."""

from typing import Any

from fastapi import APIRouter
from starlette.applications import Starlette
from starlette.routing import Route

from todoku_mcp.identity import BearerVerifier, KeysFirst
from todoku_mcp.tokens import Minter


def keys_router(minter: Minter) -> APIRouter:
    router = APIRouter()

    @router.get("/.well-known/jwks.json")
    def jwks() -> dict[str, Any]:
        """The public key of the tokens minted here (RFC 7517)."""
        return minter.jwks()

    return router


def mcp_routes(mcp: Starlette, verifier: BearerVerifier) -> list[Route]:
    """The SDK's routes, each led to its whole application: its middleware must stay around them."""
    guarded = KeysFirst(mcp, verifier)
    return [Route(route.path, guarded) for route in mcp.routes if isinstance(route, Route)]
