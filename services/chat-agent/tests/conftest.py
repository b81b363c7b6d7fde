"""The chat agent whole, with the real MCP server in process; the task service and storage fake."""

import asyncio
import base64
import itertools
import json
import time
import warnings
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx2
import jwt
import pytest

with warnings.catch_warnings():
    # ChatKit's own modules use what they tell others not to use.
    warnings.simplefilter("ignore", DeprecationWarning)
    import chatkit.server  # noqa: F401

from agents import Model
from agents.testing import ScriptedModel
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from fastapi import FastAPI
from jwt import PyJWK
from jwt.algorithms import OKPAlgorithm
from mcp.server.auth.provider import AccessToken
from todoku_chat.main import create
from todoku_chat.repository import Conversations, Order, Row, TurnRecord
from todoku_chat.settings import Settings
from todoku_chat.wiring import assemble
from todoku_mcp.server import create_server, http_app
from todoku_mcp.service import Tasks
from todoku_mcp.settings import Settings as McpSettings
from todoku_mcp.settings import signing_key
from todoku_mcp.tokens import Minter
from todoku_platform.app import Context
from todoku_platform.clock import FixedClock
from todoku_platform.errors import Conflict
from todoku_platform.saving import Key


def pytest_configure(config: pytest.Config) -> None:
    """ChatKit reads stored widgets into the classes it advises against, and warns of itself."""
    config.addinivalue_line(
        "filterwarnings", "ignore:Direct usage of named widget classes:DeprecationWarning"
    )


NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
ISSUER = "http://localhost:3000"
KEY = Ed25519PrivateKey.generate()
SECRETS = {"app_api_token": "a" * 16, "dapr_api_token": "b" * 16, "operator_token": "c" * 16}


def token_for(user: str, **changes: Any) -> str:
    claims = {
        "iss": ISSUER,
        "aud": ["todoku", "todoku-mcp"],
        "sub": user,
        "scope": "tasks:read tasks:write",
        "exp": int(time.time()) + 300,
    }
    return jwt.encode(claims | changes, KEY, algorithm="EdDSA", headers={"kid": "k1"})


def events(answer: httpx2.Response) -> list[dict[str, Any]]:
    """What a ChatKit stream said."""
    lines = answer.text.split("\n\n")
    return [json.loads(line[6:]) for line in lines if line.startswith("data: ")]


@dataclass
class FakeTasks:
    """A task service with a list; `away` makes it answer 503."""

    tasks: list[dict[str, Any]] = field(default_factory=list)
    calls: list[tuple[str, str, str, str | None]] = field(default_factory=list)
    away: bool = False

    def add(self, title: str) -> dict[str, Any]:
        number = len(self.tasks) + 1
        task = {
            "id": f"0190a000-0000-7000-8000-{number:012}",
            "number": number,
            "title": title,
            "status": "open",
            "version": 1,
        }
        self.tasks.append(task)
        return task

    @property
    def titles(self) -> list[str]:
        return [task["title"] for task in self.tasks]

    async def invoke(
        self,
        app_id: str,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        json_body: Any = None,
    ) -> httpx2.Response:
        given = dict(headers or {})
        claims = jwt.decode(given["Authorization"][7:], options={"verify_signature": False})
        if path.endswith("/settings"):
            return httpx2.Response(200, json={"timezone": "Asia/Karachi", "locale": "en"})
        self.calls.append((method, path, claims["sub"], given.get("Idempotency-Key")))
        if self.away:
            return httpx2.Response(503, json={"status": 503})
        return self._answer(method, path.removeprefix("/api/me/tasks"), json_body)

    def _answer(self, method: str, rest: str, body: Any) -> httpx2.Response:
        if method == "POST":
            return httpx2.Response(201, json=self.add(body["title"]))
        if not rest:
            return httpx2.Response(200, json={"items": self.tasks, "next_cursor": None})
        asked = rest.split("/")[1]
        found = [task for task in self.tasks if asked in (str(task["number"]), task["id"])]
        if not found:
            return httpx2.Response(404, json={"status": 404})
        if method == "DELETE":
            self.tasks.remove(found[0])
            return httpx2.Response(204)
        return httpx2.Response(200, json=found[0])


class FakeConversations(Conversations):
    """The repository's rules, in memory."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, str], dict[str, Any]] = {}
        self.stored_items: dict[tuple[str, str], dict[str, dict[str, Any]]] = {}
        self.turns: dict[tuple[str, str], list[list[dict[str, Any]]]] = {}
        self.questions: dict[tuple[str, str], dict[str, Any]] = {}
        self.keys: list[Key] = []
        self.created = asyncio.Event()
        self._numbers = itertools.count(1)

    async def create(
        self, user_id: str, id: str, at: datetime, title: str | None, details: Row
    ) -> Row:
        row = {
            "id": id,
            "user_id": user_id,
            "number": next(self._numbers),
            "title": title,
            "details": json.loads(json.dumps(details)),
            "created_at": at.isoformat(),
        }
        self.rows[user_id, id] = row
        self.created.set()
        return row

    async def change(self, user_id: str, id: str, at: datetime, **changes: Any) -> bool:
        row = self.rows.get((user_id, id))
        if row is None:
            return False
        row.update(changes)
        return True

    async def get(self, user_id: str, id: str) -> Row | None:
        return self.rows.get((user_id, id))

    async def by_number(self, user_id: str, number: int) -> Row | None:
        mine = [row for (user, _), row in self.rows.items() if user == user_id]
        return next((row for row in mine if row["number"] == number), None)

    async def page(self, user_id: str, after: str | None, limit: int, order: Order) -> list[Row]:
        mine = [row for (user, _), row in self.rows.items() if user == user_id]
        return _cut(mine, after, limit, order)

    async def delete(self, user_id: str, id: str) -> None:
        for kept in (self.rows, self.stored_items, self.turns):
            kept.pop((user_id, id), None)

    async def items(
        self, user_id: str, conversation_id: str, after: str | None, limit: int, order: Order
    ) -> list[Any]:
        found = self.stored_items.get((user_id, conversation_id), {})
        return _cut(list(found.values()), after, limit, order)

    async def item(self, user_id: str, conversation_id: str, id: str) -> Any:
        return self.stored_items.get((user_id, conversation_id), {}).get(id)

    async def put_item(self, user_id: str, conversation_id: str, data: Row) -> None:
        self.stored_items.setdefault((user_id, conversation_id), {})[data["id"]] = dict(data)

    async def delete_item(self, user_id: str, conversation_id: str, id: str) -> None:
        self.stored_items[user_id, conversation_id].pop(id, None)

    async def history(self, user_id: str, conversation_id: str) -> list[dict[str, Any]] | None:
        if (user_id, conversation_id) not in self.rows:
            return None
        turns = self.turns.get((user_id, conversation_id), [])
        return [message for turn in turns for message in turn]

    async def record(self, user_id: str, turn: TurnRecord) -> None:
        owner = user_id, turn.conversation_id
        for data in turn.items:
            self.stored_items.setdefault(owner, {}).setdefault(data["id"], dict(data))
        if turn.messages:
            self.turns.setdefault(owner, []).append(json.loads(json.dumps(list(turn.messages))))
        for row in turn.approvals:
            made = {"conversation_id": turn.conversation_id, "created_at": turn.at.isoformat()}
            self.questions[user_id, row["id"]] = {**row, **made, "user_id": user_id, "version": 1}

    async def remember(self, user_id: str, key: Key) -> None:
        self.keys.append(key)

    async def approval(self, user_id: str, id: str) -> Row | None:
        row = self.questions.get((user_id, id))
        return dict(row) if row else None

    async def claim(self, row: Row, status: str) -> None:
        kept = self.questions[row["user_id"], row["id"]]
        if kept["version"] != row["version"]:
            raise Conflict
        kept.update(status=status, state="", version=row["version"] + 1)


def _cut(rows: list[Any], after: str | None, limit: int, order: Order) -> list[Any]:
    rows = sorted(rows, key=lambda row: row["id"], reverse=order == "desc")
    if after is not None:
        ids = [row["id"] for row in rows]
        rows = rows[ids.index(after) + 1 :]
    return rows[:limit]


class FakeAnswers:
    async def find(self, *_: Any) -> None:
        return None


class Gate:
    """The MCP server's door: takes our test tokens; `status` shuts it."""

    def __init__(self, app: Any) -> None:
        self.app, self.status, self.requests = app, 0, 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.requests += 1
        if self.status:
            await send({"type": "http.response.start", "status": self.status, "headers": []})
            await send({"type": "http.response.body", "body": b"{}"})
        else:
            await self.app(scope, receive, send)


class TestTokens:
    __test__ = False

    async def verify_token(self, token: str) -> AccessToken | None:
        claims = jwt.decode(token, options={"verify_signature": False})
        return AccessToken(
            token=token,
            client_id="assistant",
            scopes=claims["scope"].split(),
            subject=claims["sub"],
            claims={"act": "assistant"},
        )


class World:
    """Everything a test touches."""

    def __init__(self) -> None:
        self.clock = FixedClock(NOW)
        self.tasks = FakeTasks()
        self.model: Any = ScriptedModel([])
        self.conversations = FakeConversations()
        named = {"app_id": "chat-agent", "mcp_url": "http://localhost:8104/mcp"}
        self.settings = Settings.model_validate(named | SECRETS)
        self._mcp()
        self.app = self._app()

    def _mcp(self) -> None:
        pem = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        encoded = base64.b64encode(pem).decode()
        named = {"app_id": "mcp-tool", "mcp_signing_key": encoded}
        settings = McpSettings.model_validate(named | SECRETS)
        minter = Minter(signing_key(settings.mcp_signing_key), ISSUER, self.clock)
        self.mcp = create_server(settings, Tasks(self.tasks, minter), TestTokens(), self.clock)
        self.mcp_settings = settings
        self.gate = Gate(None)
        self._running = False

    def _app(self) -> FastAPI:
        context = Context.build(self.settings, self.clock)
        self.parts = assemble(
            self.settings,
            context,
            self.model,
            http=self._http,
            conversations=self.conversations,
        )
        self.parts.answers = FakeAnswers()  # type: ignore[assignment]
        jwk = OKPAlgorithm.to_jwk(KEY.public_key(), as_dict=True)
        context.verifier._issuers[ISSUER]._keys = {"k1": PyJWK(jwk | {"alg": "EdDSA", "kid": "k1"})}
        return create(self.settings, context, self.parts)

    def _http(self, headers: Any = None, timeout: Any = None, auth: Any = None) -> Any:
        return httpx2.AsyncClient(
            transport=httpx2.ASGITransport(self.gate), headers=headers, timeout=timeout
        )

    def use(self, model: Model) -> None:
        """Another model than the scripted one."""
        self.model = model
        self.app = self._app()

    def script(self, *steps: Any) -> None:
        self.model.extend(steps)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """The MCP server's session manager runs once, so each run gets a new one."""
        if self._running:
            yield
            return
        self._running = True
        self.gate.app = http_app(self.mcp, self.mcp_settings)
        async with self.mcp.session_manager.run():
            yield
        self._running = False

    async def post(
        self,
        path: str,
        body: Any,
        user: str | None = "ann",
        content: str | None = None,
        **headers: str,
    ) -> httpx2.Response:
        if user:
            headers.setdefault("Authorization", f"Bearer {token_for(user)}")
        transport = httpx2.ASGITransport(self.app)
        async with (
            self.running(),
            httpx2.AsyncClient(transport=transport, base_url="http://chat") as client,
        ):
            sent = {"json": body} if content is None else {"content": content}
            return await client.post(path, headers=headers, **sent)

    async def chatkit(self, type_: str, user: str = "ann", **params: Any) -> httpx2.Response:
        return await self.post("/chatkit", {"type": type_, "params": params}, user)


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def read_events() -> Any:
    return events


@pytest.fixture
def make_token() -> Any:
    return token_for
