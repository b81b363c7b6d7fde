"""Tokens: one that mcp-tool would mint, and those that nobody may accept."""

import base64
import json
import time
from collections.abc import Mapping
from typing import Any

import httpx2
import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from todoku_local import Stack

HOUR = 3600


def claims(stack: Stack, user_id: str, **changed: object) -> dict[str, Any]:
    """What mcp-tool puts into its tokens for task; None leaves a claim out."""
    now = int(time.time())
    whole = {
        "iss": stack.variables["AGENT_ISSUER"],
        "aud": "todoku",
        "sub": user_id,
        "scope": "tasks:read tasks:write",
        "act": {"sub": "assistant"},
        "iat": now,
        "exp": now + 60,
    } | changed
    return {name: value for name, value in whole.items() if value is not None}


def key_id(stack: Stack) -> str:
    answer = httpx2.get(stack.variables["AGENT_JWKS_URL"], trust_env=False).raise_for_status()
    return str(answer.json()["keys"][0]["kid"])


def signed(stack: Stack, body: Mapping[str, Any], key: object = None) -> str:
    """Signed by the key that services trust, unless another is given."""
    pem = base64.b64decode(stack.variables["MCP_SIGNING_KEY"])
    private: Any = key or load_pem_private_key(pem, None)
    return jwt.encode(dict(body), private, "EdDSA", {"kid": key_id(stack), "typ": "JWT"})


def unsigned(body: Mapping[str, Any], kid: str) -> str:
    """`alg: none` (RFC 7519 section 6.1)."""

    def part(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    return f"{part({'alg': 'none', 'typ': 'JWT', 'kid': kid})}.{part(dict(body))}."


def forged(stack: Stack, user_id: str) -> dict[str, str | None]:
    """Name → a token for that user that must be refused; None is no token at all."""
    past = int(time.time()) - HOUR
    good = claims(stack, user_id)
    kid = key_id(stack)
    head, _, signature = signed(stack, good).split(".")
    other = claims(stack, "somebody-else")
    stolen = signed(stack, other).split(".")[1]
    symmetric = jwt.encode(good, "x" * 32, "HS256", {"kid": kid, "typ": "JWT"})
    return {
        "no token": None,
        "expired": signed(stack, claims(stack, user_id, iat=past, exp=past + 60)),
        "wrong audience": signed(stack, claims(stack, user_id, aud="somewhere-else")),
        "audience of the agents' door": signed(stack, claims(stack, user_id, aud="todoku-mcp")),
        "wrong issuer": signed(stack, claims(stack, user_id, iss="http://127.0.0.1:9/evil")),
        "another key": signed(stack, good, Ed25519PrivateKey.generate()),
        "alg none": unsigned(good, kid),
        "alg HS256": symmetric,
        "body of another token": f"{head}.{stolen}.{signature}",
        "without expiry": signed(stack, claims(stack, user_id, exp=None)),
        "not a token": "Todoku",
    }
