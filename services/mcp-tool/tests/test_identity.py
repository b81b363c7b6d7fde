"""The edge with real tokens: what is let in, what is turned away, and how."""

import time
from collections.abc import Mapping
from typing import Any

import httpx2
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt import PyJWK
from jwt.algorithms import OKPAlgorithm
from todoku_mcp.identity import BearerVerifier, acting
from todoku_mcp.main import create
from todoku_mcp.settings import Settings
from todoku_platform.identity import Issuer, Verifier

ISSUER = "http://localhost:3000"
KEY = Ed25519PrivateKey.generate()


def token(key: Ed25519PrivateKey = KEY, typ: str | None = None, **changes: Any) -> str:
    claims = {
        "iss": ISSUER,
        "aud": ["todoku", "todoku-mcp"],
        "sub": "ann",
        "scope": "tasks:read tasks:write",
        "exp": int(time.time()) + 300,
    } | changes
    headers = {"kid": "k1"} | ({"typ": typ} if typ else {})
    return jwt.encode(claims, key, algorithm="EdDSA", headers=headers)


def issuer_with_keys() -> Issuer:
    jwk = OKPAlgorithm.to_jwk(KEY.public_key(), as_dict=True)
    issuer = Issuer(ISSUER, "http://unused.invalid/jwks", "todoku-mcp")
    issuer._keys = {"k1": PyJWK(jwk | {"alg": "EdDSA", "kid": "k1"})}
    issuer._asked = time.monotonic()
    return issuer


class Edge:
    def __init__(self, settings: Settings) -> None:
        self.app = create(settings)
        self.issuer = issuer_with_keys()
        self.app.state.context.verifier._issuers = {ISSUER: self.issuer}

    async def send(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, body: Any = None
    ) -> httpx2.Response:
        transport = httpx2.ASGITransport(self.app)
        async with (
            self.app.state.mcp.session_manager.run(),
            httpx2.AsyncClient(transport=transport, base_url="http://localhost:8104") as client,
        ):
            return await client.request(method, path, headers=headers, json=body)

    async def list_tools(self, **headers: str | None) -> httpx2.Response:
        given = ACCEPT | {name: value for name, value in headers.items() if value is not None}
        return await self.send("POST", "/mcp", given, LIST)


@pytest.fixture
def edge(settings: Settings) -> Edge:
    return Edge(settings)


LIST = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
ACCEPT = {"Accept": "application/json, text/event-stream"}


class TestMcpEndpoint:
    async def test_lets_a_session_token_in(self, edge: Edge) -> None:
        answer = await edge.list_tools(Authorization=f"Bearer {token()}")
        assert answer.status_code == 200
        assert "delete_task" in answer.text

    @pytest.mark.parametrize(
        "header",
        [
            None,
            "Basic YW5uOng=",
            "Bearer nonsense",
            f"Bearer {token(aud='todoku')}",
            f"Bearer {token(iss='http://elsewhere')}",
            f"Bearer {token(exp=int(time.time()) - 60)}",
            f"Bearer {token(key=Ed25519PrivateKey.generate())}",
            f"Bearer {jwt.encode({'iss': ISSUER, 'sub': 'ann'}, '', algorithm='none')}",
            f"Bearer {token(typ='at+jwt')}",
        ],
        ids=[
            "none", "basic", "nonsense", "audience", "issuer", "expired", "signature", "alg none",
            "no client",
        ],
    )  # fmt: skip
    async def test_turns_others_away_with_where_to_sign_in(
        self, edge: Edge, header: str | None
    ) -> None:
        answer = await edge.list_tools(Authorization=header)
        assert answer.status_code == 401
        metadata = f"{ISSUER}/.well-known/oauth-protected-resource/mcp"
        assert f'resource_metadata="{metadata}"' in answer.headers["www-authenticate"]

    async def test_needs_the_reading_scope(self, edge: Edge) -> None:
        answer = await edge.list_tools(Authorization=f"Bearer {token(scope='profile')}")
        assert answer.status_code == 403

    async def test_says_503_when_the_keys_cannot_be_had(self, edge: Edge) -> None:
        edge.issuer._keys.clear()
        answer = await edge.list_tools(Authorization=f"Bearer {token()}")
        assert answer.status_code == 503
        assert "retry-after" in answer.headers

    async def test_refuses_a_foreign_host(self, edge: Edge) -> None:
        answer = await edge.list_tools(Authorization=f"Bearer {token()}", Host="evil.example")
        assert answer.status_code == 421

    async def test_refuses_a_foreign_origin(self, edge: Edge) -> None:
        authorization = f"Bearer {token()}"
        answer = await edge.list_tools(Authorization=authorization, Origin="https://evil.example")
        assert answer.status_code == 403


class TestMetadata:
    async def test_names_the_authorization_server(self, edge: Edge) -> None:
        answer = await edge.send("GET", "/.well-known/oauth-protected-resource/mcp")
        assert answer.json()["resource"] == f"{ISSUER}/mcp"
        assert answer.json()["authorization_servers"] == [f"{ISSUER}/"]

    async def test_publishes_the_keys_for_the_task_service(self, edge: Edge) -> None:
        (key,) = (await edge.send("GET", "/.well-known/jwks.json")).json()["keys"]
        assert key["kty"] == "OKP"


class TestActing:
    def test_a_session_is_the_assistant(self) -> None:
        assert acting(token()) == "assistant"

    def test_an_oauth_client_is_named(self) -> None:
        assert acting(token(typ="at+jwt", client_id="desktop")) == "agent:desktop"

    async def test_reaches_the_tools(self) -> None:
        verifier = BearerVerifier(Verifier([issuer_with_keys()]))
        access = await verifier.verify_token(token(typ="at+jwt", azp="desktop"))
        assert access is not None
        assert access.claims == {"act": "agent:desktop"}
        assert access.subject == "ann"
