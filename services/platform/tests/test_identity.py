"""Tokens that must not pass, and the sidecar's and operators' doors."""

import base64
import json
import time

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt.algorithms import OKPAlgorithm
from todoku_platform.errors import Unavailable
from todoku_platform.identity import Issuer, Verifier

ISSUER, AUDIENCE = "http://localhost:3000", "todoku"


class Keys(Issuer):
    """An issuer whose key set is at hand; `away` stands for a front end that is down."""

    def __init__(self) -> None:
        super().__init__(ISSUER, "http://unused", AUDIENCE)
        self.private = Ed25519PrivateKey.generate()
        self.away = False
        self.fetched = 0

    async def _fetch(self) -> None:
        self.fetched += 1
        if self.away:
            return
        jwk = json.loads(OKPAlgorithm.to_jwk(self.private.public_key())) | {"kid": "k1"}
        self._keys = {"k1": jwt.PyJWK(jwk | {"alg": "EdDSA"})}
        self._asked = time.monotonic()


@pytest.fixture
def keys() -> Keys:
    return Keys()


@pytest.fixture
def verifier(keys) -> Verifier:
    return Verifier([keys])


def token(keys: Keys, *, key=None, headers=None, alg="EdDSA", **claims) -> str:
    now = int(time.time())
    body = {"iss": ISSUER, "aud": AUDIENCE, "sub": "u1", "iat": now, "exp": now + 60}
    body |= {"scope": "tasks:read tasks:write"} | claims
    body = {name: value for name, value in body.items() if value is not None}
    return jwt.encode(body, key or keys.private, alg, headers={"kid": "k1"} | (headers or {}))


def unsigned(keys: Keys) -> str:
    parts = token(keys).split(".")
    header = base64.urlsafe_b64encode(json.dumps({"alg": "none", "kid": "k1"}).encode())
    return f"{header.decode().rstrip('=')}.{parts[1]}."


class TestVerify:
    async def test_a_good_token(self, keys, verifier):
        principal = await verifier.verify(token(keys))
        assert principal.user_id == "u1"
        assert principal.scopes == {"tasks:read", "tasks:write"}
        assert principal.actor == "user"

    async def test_an_agent_acts_for_the_user(self, keys, verifier):
        principal = await verifier.verify(token(keys, act={"sub": "assistant"}))
        assert principal.actor == "assistant"

    async def test_several_audiences(self, keys, verifier):
        assert await verifier.verify(token(keys, aud=["todoku-mcp", AUDIENCE]))

    @pytest.mark.parametrize(
        "claims",
        [
            {"exp": int(time.time()) - 60},
            {"exp": None},
            {"aud": "todoku-mcp"},
            {"aud": None},
            {"iss": "http://evil.example"},
            {"iss": None},
            {"sub": None},
            {"sub": ""},
            {"sub": "a/b"},
            {"nbf": int(time.time()) + 600},
            {"headers": {"typ": "logout+jwt"}},
            {"headers": {"kid": "unknown"}},
            {"key": Ed25519PrivateKey.generate()},
            {"key": "s" * 32, "alg": "HS256"},
        ],
    )
    async def test_refused(self, keys, verifier, claims):
        with pytest.raises(jwt.InvalidTokenError):
            await verifier.verify(token(keys, **claims))

    async def test_unsigned_is_refused(self, keys, verifier):
        with pytest.raises(jwt.InvalidTokenError):
            await verifier.verify(unsigned(keys))

    async def test_the_public_key_is_no_shared_secret(self, keys, verifier):
        public = keys.private.public_key().public_bytes_raw()
        with pytest.raises(jwt.InvalidTokenError):
            await verifier.verify(token(keys, key=public, alg="HS256"))

    @pytest.mark.parametrize("rubbish", ["", "a", "a.b.c", "ä.ö.ü", "." * 3])
    async def test_rubbish_is_refused(self, verifier, rubbish):
        with pytest.raises(jwt.InvalidTokenError):
            await verifier.verify(rubbish)

    async def test_a_remembered_token_still_expires(self, keys, verifier, monkeypatch):
        made = token(keys)
        await verifier.verify(made)
        later = time.time() + 120
        monkeypatch.setattr(time, "time", lambda: later)
        with pytest.raises(jwt.ExpiredSignatureError):
            await verifier.verify(made)


class TestKeySet:
    async def test_no_key_set_is_a_passing_fault_not_a_bad_token(self, keys, verifier):
        keys.away = True
        with pytest.raises(Unavailable):
            await verifier.verify(token(keys))

    async def test_the_last_good_set_serves_while_the_issuer_is_away(self, keys, verifier):
        await verifier.verify(token(keys))
        keys.away = True
        assert await verifier.verify(token(keys, jti="another"))

    async def test_unknown_keys_do_not_make_it_ask_each_time(self, keys, verifier):
        await verifier.verify(token(keys))
        for _ in range(20):
            with pytest.raises(jwt.InvalidTokenError):
                await verifier.verify(token(keys, headers={"kid": "forged"}))
        assert keys.fetched == 1
