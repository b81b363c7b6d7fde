"""Tokens as our two issuers sign them, and those that nobody may accept."""

import base64
import json
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import httpx2
import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from jwt.algorithms import OKPAlgorithm
from todoku_local import Stack
from todoku_local.places import REPOSITORY

from harness.rows import rows

HOUR = 3600
DECRYPT = REPOSITORY / "frontend/src/testing/signing-key.mjs"


@dataclass(frozen=True)
class Signer:
    """An issuer that services trust: its name, its own key, what its tokens hold."""

    issuer: str
    private: Any
    kid: str
    usual: Mapping[str, object]

    @classmethod
    def of_agents(cls, stack: Stack) -> Self:
        """mcp-tool, which task trusts and nobody else does."""
        pem = base64.b64decode(stack.variables["MCP_SIGNING_KEY"])
        found = httpx2.get(stack.variables["AGENT_JWKS_URL"], trust_env=False).raise_for_status()
        usual = {"aud": "todoku", "act": {"sub": "assistant"}}
        kid = found.json()["keys"][0]["kid"]
        return cls(stack.variables["AGENT_ISSUER"], load_pem_private_key(pem, None), kid, usual)

    @classmethod
    def of_front_end(cls, stack: Stack) -> Self:
        """The front end, which every service trusts; it must have signed something before."""
        sql = (
            'SELECT id::text, "privateKey" AS key FROM auth.jwks ORDER BY "createdAt" DESC LIMIT 1'
        )
        (stored,) = rows(stack, sql)
        secret = stack.variables["BETTER_AUTH_SECRET"]
        asked = json.dumps({"secret": secret, "data": stored["key"]})
        jwk = subprocess.run(
            ["node", str(DECRYPT)],
            input=asked,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
            timeout=30,
        ).stdout
        usual = {"aud": ["todoku", "todoku-mcp"]}
        return cls(stack.variables["AUTH_ISSUER"], OKPAlgorithm.from_jwk(jwk), stored["id"], usual)

    def claims(self, user_id: str, **changed: object) -> dict[str, Any]:
        """What its tokens hold; None leaves a claim out."""
        now = int(time.time())
        whole = {
            "iss": self.issuer,
            "sub": user_id,
            "scope": "tasks:read tasks:write",
            "iat": now,
            "exp": now + 60,
            **self.usual,
        } | changed
        return {name: value for name, value in whole.items() if value is not None}

    def sign(self, body: Mapping[str, Any], key: Any = None) -> str:
        """Signed by its own key, unless another is given."""
        return jwt.encode(dict(body), key or self.private, "EdDSA", {"kid": self.kid})

    def token(self, user_id: str, **changed: object) -> str:
        return self.sign(self.claims(user_id, **changed))

    def unsigned(self, body: Mapping[str, Any]) -> str:
        """`alg: none` (RFC 7519 section 6.1)."""

        def part(content: object) -> str:
            return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()

        return f"{part({'alg': 'none', 'typ': 'JWT', 'kid': self.kid})}.{part(dict(body))}."

    def forged(self, user_id: str) -> dict[str, str | None]:
        """Name → a token for that user that must be refused; None is no token at all."""
        past = int(time.time()) - HOUR
        good = self.claims(user_id)
        head, _, signature = self.sign(good).split(".")
        stolen = self.token("somebody-else").split(".")[1]
        return {
            "no token": None,
            "expired": self.token(user_id, iat=past, exp=past + 60),
            "wrong audience": self.token(user_id, aud="somewhere-else"),
            "wrong issuer": self.token(user_id, iss="http://127.0.0.1:9/evil"),
            "another key": self.sign(good, Ed25519PrivateKey.generate()),
            "alg none": self.unsigned(good),
            "alg HS256": jwt.encode(good, "x" * 32, "HS256", {"kid": self.kid}),
            "body of another token": f"{head}.{stolen}.{signature}",
            "without expiry": self.token(user_id, exp=None),
            "not a token": "Todoku",
        }
