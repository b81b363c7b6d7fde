"""The short tokens this service calls the task service with; the caller's own never goes on."""

import hashlib
import json
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from todoku_platform.clock import Clock
from todoku_platform.ids import new_id

LIFETIME = timedelta(seconds=60)
TASK_AUDIENCE = "todoku"


@dataclass(frozen=True)
class Minter:
    key: Ed25519PrivateKey
    issuer: str
    clock: Clock

    def mint(self, user_id: str, scope: str, act: str) -> str:
        """A token for one call: one user, one scope, and who acts for them (RFC 8693, 4.1)."""
        now = self.clock.now()
        claims = {
            "iss": self.issuer,
            "aud": TASK_AUDIENCE,
            "sub": user_id,
            "scope": scope,
            "act": {"sub": act},
            "iat": int(now.timestamp()),
            "exp": int((now + LIFETIME).timestamp()),
            "jti": str(new_id()),
        }
        headers = {"kid": self.public_jwk()["kid"], "typ": "at+jwt"}
        return jwt.encode(claims, self.key, algorithm="EdDSA", headers=headers)

    def public_jwk(self) -> dict[str, Any]:
        """The public half as a JWK (RFC 8037), its id the thumbprint of RFC 7638."""
        raw = self.key.public_key().public_bytes_raw()
        jwk = {"crv": "Ed25519", "kty": "OKP", "x": _base64url(raw)}
        canonical = json.dumps(jwk, separators=(",", ":"), sort_keys=True).encode()
        thumbprint = _base64url(hashlib.sha256(canonical).digest())
        return jwk | {"kid": thumbprint, "use": "sig", "alg": "EdDSA"}

    def jwks(self) -> dict[str, Any]:
        return {"keys": [self.public_jwk()]}


def _base64url(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()
