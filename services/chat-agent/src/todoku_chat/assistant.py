"""The agent of one turn: a model, the user's tools over MCP, and nothing else."""

import hashlib
import json
import logging
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
from agents import Agent, Model, RunConfig, Runner, RunResultStreaming, RunState
from agents.exceptions import AgentsException
from agents.mcp import MCPServerStreamableHttp, MCPToolMetaContext
from mcp.shared.exceptions import MCPError
from mcp_types import CallToolResult, TextResourceContents, Tool
from todoku_platform.telemetry import correlation_id, traceparent

from todoku_chat.domain import Message, known_tasks
from todoku_chat.errors import ChatError, signed_out, tools_away

log = logging.getLogger(__name__)
HttpClient = Callable[..., httpx2.AsyncClient]
NAME = "Todoku"
SETTINGS_URI = "todoku://me/settings"
IDEMPOTENCY_KEY = "dev.todoku/idempotency-key"
MAX_TURNS = 12
CONNECT_SECONDS = 5.0
CALL_SECONDS = 20.0
SEARCH_PAGES = 5

INSTRUCTIONS = """You are Todoku, an assistant that keeps the user's tasks.
timezone: {timezone}
now: {now}
locale: {locale}
`now` is in UTC; what the user says about days and times is meant in their timezone.
Use only the tools. Never say that something was done unless a tool's result says so, and tell
exactly what the result tells: title, date, repetition, reminder, as the result has them.
To change a task the user named, search it with list_tasks first and use its number. When several
match, ask which one and name them; never guess. Deleting asks the user by itself: just call it.
Answer briefly, in the language of the user."""

CONFIG = RunConfig(
    tracing_disabled=True,
    trace_include_sensitive_data=False,
    tool_not_found_behavior="return_error_to_model",
    workflow_name="chat",
)


@dataclass(frozen=True)
class Caller:
    """The signed-in user, with the token that the tools are called with."""

    user_id: str
    token: str


class Session:
    """One turn's connection to the tools."""

    def __init__(self, agent: Agent[None], server: MCPServerStreamableHttp) -> None:
        self._agent, self._server = agent, server

    def run(self, given: Sequence[Message] | RunState[None]) -> RunResultStreaming:
        start: Any = given if isinstance(given, RunState) else list(given)
        return Runner.run_streamed(self._agent, start, max_turns=MAX_TURNS, run_config=CONFIG)

    async def restore(self, state: str, approve: bool, refusal: str) -> RunState[None]:
        """A run that waited, with the user's one answer to all that it asked."""
        restored = await RunState.from_string(self._agent, state)
        for question in restored.get_interruptions():
            if approve:
                restored.approve(question)
            else:
                restored.reject(question, rejection_message=refusal)
        return restored

    async def find(self, reference: str) -> Mapping[str, Any] | None:
        """A task by number or id, as it is now; raises ChatError when the tools are away."""
        cursor = None
        for _ in range(SEARCH_PAGES):
            arguments = {"status": "all", "limit": 200} | ({"cursor": cursor} if cursor else {})
            try:
                result = await self._server.call_tool("list_tasks", arguments)
            except (AgentsException, MCPError, httpx2.HTTPError) as exc:
                raise tools_away() from exc
            page = result.structured_content
            if result.is_error or not isinstance(page, Mapping):
                return None
            if found := known_tasks([page]).get(reference):
                return found
            if (cursor := page.get("next_cursor")) is None:
                return None
        return None


def http_for(url: str) -> HttpClient:
    """Clients for an address inside: no proxy of the environment, no TLS set up for plain HTTP."""
    verify = not url.startswith("http://")

    def client(
        headers: dict[str, str] | None = None, timeout: Any = None, auth: Any = None
    ) -> httpx2.AsyncClient:
        return httpx2.AsyncClient(
            headers=headers, timeout=timeout, auth=auth, trust_env=False, verify=verify
        )

    return client


class Assistant:
    def __init__(self, model: Model, mcp_url: str, http: HttpClient | None = None) -> None:
        self._model, self._mcp_url = model, mcp_url
        self._http = http or http_for(mcp_url)

    @asynccontextmanager
    async def session(self, caller: Caller, turn_id: str) -> AsyncIterator[Session]:
        """Connect to the tools as the user; raises ChatError when that cannot be."""
        statuses: list[int] = []
        server = self._server(caller, turn_id, statuses)
        async with AsyncExitStack() as stack:
            try:
                await stack.enter_async_context(server)
                _trust(server)
                settings = await _settings(server)
            except (AgentsException, MCPError, httpx2.HTTPError, ExceptionGroup, KeyError) as exc:
                log.warning("the tools cannot be reached: %s %s", type(exc).__name__, statuses)
                raise _refused(statuses) from exc
            yield Session(self._agent(server, settings), server)

    def _agent(self, server: MCPServerStreamableHttp, settings: Mapping[str, str]) -> Agent[None]:
        return Agent(
            name=NAME,
            instructions=INSTRUCTIONS.format_map(settings),
            model=self._model,
            mcp_servers=[server],
        )

    def _server(self, caller: Caller, turn_id: str, statuses: list[int]) -> MCPServerStreamableHttp:
        async def note(response: httpx2.Response) -> None:
            # The SDKs wrap an HTTP status beyond recognition.
            statuses.append(response.status_code)

        def client(
            headers: dict[str, str] | None = None, timeout: Any = None, auth: Any = None
        ) -> httpx2.AsyncClient:
            made = self._http(headers=headers, timeout=timeout, auth=auth)
            made.event_hooks["response"].append(note)
            return made

        calls: dict[str, list[str]] = {}

        def key(call: MCPToolMetaContext) -> dict[str, Any]:
            """The nth use of a tool in a turn is one command, however often the turn is run."""
            call_id = str(getattr(call.run_context, "tool_call_id", ""))
            used = calls.setdefault(call.tool_name, [])
            if call_id not in used:
                used.append(call_id)
            command = f"{turn_id}/{call.tool_name}/{used.index(call_id)}"
            return {IDEMPOTENCY_KEY: hashlib.sha256(command.encode()).hexdigest()}

        headers = {
            "Authorization": f"Bearer {caller.token}",
            "X-Correlation-Id": correlation_id.get(),
            "traceparent": traceparent.get(),
        }
        return MCPServerStreamableHttp(
            params={
                "url": self._mcp_url,
                "headers": {name: value for name, value in headers.items() if value},
                "timeout": CONNECT_SECONDS,
                "sse_read_timeout": CALL_SECONDS,
                "httpx_client_factory": client,
            },
            name="todoku",
            cache_tools_list=True,
            client_session_timeout_seconds=CALL_SECONDS,
            use_structured_content=True,
            max_retry_attempts=0,
            max_list_pages=3,
            require_approval=lambda _run, _agent, tool: asks_first(tool),
            tool_meta_resolver=key,
            failure_error_function=_failed,
        )


def asks_first(tool: Tool) -> bool:
    """Destructive, or not said to be harmless: MCP's defaults are the cautious ones."""
    hints = tool.annotations
    if hints is None:
        return True
    return not hints.read_only_hint and hints.destructive_hint is not False


def _trust(server: MCPServerStreamableHttp) -> None:
    """Our own server has checked what it sends; compiling its schemas each turn would cost most
    of the turn's time, and 10 MB."""

    async def accept(name: str, result: CallToolResult) -> None:
        return None

    if server.session is not None:
        server.session.validate_tool_result = accept  # type: ignore[method-assign]


async def _settings(server: MCPServerStreamableHttp) -> dict[str, str]:
    (content,) = (await server.read_resource(SETTINGS_URI)).contents
    if not isinstance(content, TextResourceContents):
        raise KeyError(SETTINGS_URI)
    told = json.loads(content.text)
    return {name: str(told[name]) for name in ("timezone", "locale", "now")}


def _refused(statuses: Sequence[int]) -> ChatError:
    return signed_out() if {401, 403} & set(statuses) else tools_away()


def _failed(_: object, error: Exception) -> str:
    log.warning("a tool call failed: %s", type(error).__name__)
    return "The tool did not answer, so it is not certain whether the change was made."
