"""Who calls: users and agents by JWT, the sidecar by its app token, operators by theirs."""

import asyncio
import hmac
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx2
import jwt
from fastapi import Request
from jwt import PyJWK

from todoku_platform.errors import Unavailable
from todoku_platform.problems import Problem, not_found, unauthorized

log = logging.getLogger(__name__)
ALGORITHMS = ["EdDSA"]
LEEWAY_SECONDS = 30
REFETCH_SECONDS = 10.0  # an unknown key id asks the issuer at most this often
RETRY_SECONDS = 0.5
KNOWN_TOKENS = 4096


@dataclass(frozen=True)
class Principal:
    """A verified caller. `actor` is `user`, `assistant` or `agent:<client>`."""

    user_id: str
    scopes: frozenset[str]
    actor: str
    expires_at: int
    """Seconds since the epoch."""
    token: str = field(repr=False, default="")


@dataclass
class Issuer:
    """One issuer's key set: fetched when first needed, the last good one kept when it is away."""

    issuer: str
    jwks_url: str
    audience: str
    types: frozenset[str | None] = frozenset({None, "JWT", "at+jwt"})
    _keys: dict[str, PyJWK] = field(default_factory=dict)
    _asked: float = -REFETCH_SECONDS
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def key(self, kid: str) -> PyJWK:
        """Raises Unavailable without any key set, InvalidTokenError for an unknown key."""
        if kid not in self._keys:
            async with self._lock:
                if kid not in self._keys and time.monotonic() - self._asked >= REFETCH_SECONDS:
                    await self._fetch()
        if kid in self._keys:
            return self._keys[kid]
        if not self._keys:
            raise Unavailable(f"the keys of {self.issuer} cannot be had")
        raise jwt.InvalidTokenError("unknown key")

    async def _fetch(self) -> None:
        try:
            async with httpx2.AsyncClient(timeout=3, trust_env=False) as client:
                answer = (await client.get(self.jwks_url)).raise_for_status()
            published = answer.json()["keys"]
            found = [PyJWK(key) for key in published if key.get("alg", "EdDSA") in ALGORITHMS]
            self._keys = {key.key_id: key for key in found if key.key_id}
            self._asked = time.monotonic()
        except (httpx2.HTTPError, ValueError, KeyError, jwt.PyJWTError) as exc:
            # Asked again soon: a front end that starts later must not cost a long wait.
            self._asked = time.monotonic() - REFETCH_SECONDS + RETRY_SECONDS
            log.warning("the key set of %s was not read: %s", self.issuer, type(exc).__name__)


class Verifier:
    """Verifies access tokens (RFC 9068, RFC 8725): algorithm, key, issuer, audience, time, type.

    Signatures already verified are remembered until they expire, within a bound.
    """

    def __init__(self, issuers: Sequence[Issuer]) -> None:
        self._issuers = {issuer.issuer: issuer for issuer in issuers}
        self._known: dict[str, Principal] = {}

    async def verify(self, token: str) -> Principal:
        """Raises jwt.InvalidTokenError for a bad token, Unavailable when keys cannot be had."""
        known = self._known.get(token)
        if known is not None:
            if known.expires_at + LEEWAY_SECONDS <= time.time():
                raise jwt.ExpiredSignatureError("expired")
            return known
        principal = await self._verify(token)
        if len(self._known) >= KNOWN_TOKENS:
            del self._known[next(iter(self._known))]
        self._known[token] = principal
        return principal

    async def _verify(self, token: str) -> Principal:
        header = jwt.get_unverified_header(token)
        if header.get("alg") not in ALGORITHMS:
            raise jwt.InvalidAlgorithmError("algorithm not allowed")
        claimed = jwt.decode(token, options={"verify_signature": False}).get("iss")
        issuer = self._issuers.get(claimed) if isinstance(claimed, str) else None
        if issuer is None:
            raise jwt.InvalidIssuerError("issuer not trusted")
        if header.get("typ") not in issuer.types:
            raise jwt.InvalidTokenError("token type not accepted")
        key = await issuer.key(str(header.get("kid", "")))
        claims = jwt.decode(
            token,
            key,
            algorithms=ALGORITHMS,
            audience=issuer.audience,
            issuer=issuer.issuer,
            leeway=LEEWAY_SECONDS,
            options={"require": ["exp", "iss", "aud", "sub"]},
        )
        return _principal(claims, token)


def _principal(claims: Mapping[str, Any], token: str) -> Principal:
    user_id = claims["sub"]
    if not isinstance(user_id, str) or not user_id or "/" in user_id or len(user_id) > 100:
        raise jwt.InvalidTokenError("unusable subject")
    act = claims.get("act")
    actor = str(act.get("sub", "")) if isinstance(act, Mapping) else "user"
    scope = claims.get("scope", "")
    scopes = frozenset(scope.split()) if isinstance(scope, str) else frozenset[str]()
    return Principal(user_id, scopes, actor or "user", int(claims["exp"]), token)


async def authenticate(request: Request) -> Principal:
    """The principal of the bearer token, else 401."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise unauthorized("A bearer token is needed.", error="")
    try:
        return await request.app.state.context.verifier.verify(token)  # type: ignore[no-any-return]
    except jwt.ExpiredSignatureError as exc:
        raise unauthorized("The token has expired.") from exc
    except jwt.PyJWTError as exc:
        raise unauthorized("The token is not valid.") from exc


def user(scope: str) -> Callable[[Request], Awaitable[Principal]]:
    """A dependency: a path with `{user_id}` names the token's subject or `me`, else 404."""

    async def guard(request: Request) -> Principal:
        principal = await authenticate(request)
        if request.path_params.get("user_id", "me") not in ("me", principal.user_id):
            raise not_found()
        if scope not in principal.scopes:
            challenge = f'Bearer error="insufficient_scope", scope="{scope}"'
            raise Problem(403, f"This needs {scope}.", headers={"WWW-Authenticate": challenge})
        return principal

    return guard


async def require_sidecar(request: Request) -> None:
    """Only our own sidecar. It adds the app token to invocations too, so those are refused."""
    token = request.app.state.context.settings.app_api_token.get_secret_value()
    given = request.headers.get("dapr-api-token", "")
    if "dapr-caller-app-id" in request.headers or not _same(given, token):
        raise not_found()


async def require_operator(request: Request) -> None:
    token = request.app.state.context.settings.operator_token.get_secret_value()
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not _same(given, token):
        raise unauthorized("The operator token is needed.")


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode(), expected.encode())
