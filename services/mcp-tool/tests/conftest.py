"""A task service that answers as told, and the MCP server in front of it, over ASGI."""

import base64
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.server.auth.provider import AccessToken
from todoku_mcp.server import Server, create_server, http_app
from todoku_mcp.service import Tasks
from todoku_mcp.settings import Settings, signing_key
from todoku_mcp.tokens import Minter
from todoku_platform.clock import FixedClock

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)


@dataclass
class Request:
    method: str
    path: str
    headers: Mapping[str, str]
    params: Mapping[str, str] | None
    json_body: object


@dataclass
class FakeTaskService:
    """Answers in order; the last answer is repeated. An exception is raised."""

    answers: list[httpx2.Response | Exception] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)

    async def invoke(
        self,
        app_id: str,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        json_body: object = None,
    ) -> httpx2.Response:
        assert app_id == "task"
        self.requests.append(Request(method, path, headers or {}, params, json_body))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def answer(self, status: int, body: Any = None) -> None:
        content = {"json": body} if body is not None else {}
        self.answers.append(httpx2.Response(status, **content))


class FakeVerifier:
    """Takes `<user>|<scopes>|<act>` for a token."""

    async def verify_token(self, token: str) -> AccessToken | None:
        user, scopes, act = token.split("|")
        return AccessToken(
            token=token,
            client_id="c",
            scopes=scopes.split(),
            subject=user,
            claims={"act": act},
        )


@pytest.fixture
def signing_key_text() -> str:
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return base64.b64encode(pem).decode()


@pytest.fixture
def settings(signing_key_text: str) -> Settings:
    return Settings.model_validate(
        {
            "app_id": "mcp-tool",
            "mcp_signing_key": signing_key_text,
            "app_api_token": "a" * 16,
            "dapr_api_token": "b" * 16,
            "operator_token": "c" * 16,
            "agent_issuer": "http://127.0.0.1:8104",
        }
    )


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def task_service() -> FakeTaskService:
    return FakeTaskService()


@pytest.fixture
def minter(settings: Settings, clock: FixedClock) -> Minter:
    assert settings.agent_issuer
    return Minter(signing_key(settings.mcp_signing_key), settings.agent_issuer, clock)


@pytest.fixture
def server(
    settings: Settings, task_service: FakeTaskService, minter: Minter, clock: FixedClock
) -> Server:
    return create_server(settings, Tasks(task_service, minter), FakeVerifier(), clock)


class Connect:
    def __init__(self, server: Server, settings: Settings) -> None:
        self.server, self.settings = server, settings

    @asynccontextmanager
    async def __call__(
        self, token: str = "ann|tasks:read tasks:write|assistant", mode: str = "auto"
    ) -> AsyncIterator[Client]:
        """An MCP client over the real HTTP application, without a socket."""
        app = http_app(self.server, self.settings)
        headers = {"Authorization": f"Bearer {token}"}
        transport = httpx2.ASGITransport(app)
        async with (
            self.server.session_manager.run(),
            httpx2.AsyncClient(transport=transport, headers=headers) as http,
            Client(
                streamable_http_client("http://localhost:8104/mcp", http_client=http),
                mode=mode,
                cache=None,
            ) as client,
        ):
            yield client


@pytest.fixture
def connect(server: Server, settings: Settings) -> Connect:
    return Connect(server, settings)
