"""Who calls: the bearer token, verified by the platform, told to the MCP SDK."""

import re

import jwt
from mcp.server.auth.provider import AccessToken
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send
from todoku_platform.identity import Issuer, Verifier

from todoku_mcp.settings import Settings

ASSISTANT = "assistant"
OAUTH_TYPE = "at+jwt"
_CLIENT = re.compile(r"[A-Za-z0-9._:-]{1,100}")


def verifier_of(settings: Settings) -> Verifier:
    """Only the front end's tokens, and only those that name this service as audience."""
    issuer = Issuer(settings.auth_issuer, settings.auth_jwks_url, settings.mcp_audience)
    return Verifier([issuer])


class BearerVerifier:
    """The SDK's TokenVerifier."""

    def __init__(self, verifier: Verifier) -> None:
        self._verifier = verifier

    async def verify_token(self, token: str) -> AccessToken | None:
        """None for a bad token; raises Unavailable when the issuer's keys cannot be had."""
        try:
            principal = await self._verifier.verify(token)
            act = acting(token)
        except jwt.PyJWTError:
            return None
        return AccessToken(
            token=token,
            client_id=act,
            scopes=sorted(principal.scopes),
            expires_at=principal.expires_at,
            subject=principal.user_id,
            claims={"act": act},
        )


def acting(verified: str) -> str:
    """Who acts by a token already verified: `agent:<client>` for OAuth's, else our assistant.

    Raises jwt.InvalidTokenError when an OAuth token does not say its client (RFC 9068 section 2.2).
    """
    if str(jwt.get_unverified_header(verified).get("typ", "")).lower() != OAUTH_TYPE:
        return ASSISTANT
    claims = jwt.decode(verified, options={"verify_signature": False})
    client = claims.get("client_id") or claims.get("azp")
    if not isinstance(client, str) or not _CLIENT.fullmatch(client):
        raise jwt.InvalidTokenError("the token names no client")
    return f"agent:{client}"


class KeysFirst:
    """Lets "the keys cannot be had" become a 503: the SDK knows only valid and invalid tokens."""

    def __init__(self, app: ASGIApp, verifier: BearerVerifier) -> None:
        self._app, self._verifier = app, verifier

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scheme, _, token = Headers(scope=scope).get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            await self._verifier.verify_token(token)
        await self._app(scope, receive, send)
