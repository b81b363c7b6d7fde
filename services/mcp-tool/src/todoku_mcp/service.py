"""The task service, as the tools see it: one user, one call, one short token."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import httpx2
from mcp.server.mcpserver.exceptions import ToolError
from todoku_platform.errors import Unavailable
from todoku_platform.telemetry import correlation_id, traceparent

from todoku_mcp.errors import AWAY, LOST, refusal, unreached
from todoku_mcp.tokens import Minter

TASK_APP = "task"
READ = "tasks:read"
WRITE = "tasks:write"


class Invoker(Protocol):
    """The part of the sidecar this service needs."""

    async def invoke(
        self,
        app_id: str,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        json_body: object = None,
    ) -> httpx2.Response: ...


@dataclass(frozen=True)
class Caller:
    """Who calls, as the verified token says; `act` is `assistant` or `agent:<client>`."""

    user_id: str
    scopes: frozenset[str]
    act: str
    idempotency_key: str | None = None


@dataclass(frozen=True)
class Tasks:
    sidecar: Invoker
    minter: Minter
    pauses: tuple[float, ...] = (0.5, 1.5)
    """Seconds before a call is made again that found a replica's sidecar, but not the replica:
    connections between sidecars outlive it by a moment."""

    async def read(
        self, caller: Caller, path: str, params: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        return await self._call(caller, READ, "GET", path, params=params)

    async def write(
        self, caller: Caller, method: str, path: str, body: object = None
    ) -> dict[str, Any]:
        return await self._call(caller, WRITE, method, path, body=body)

    async def _call(
        self,
        caller: Caller,
        scope: str,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: object = None,
    ) -> dict[str, Any]:
        """The answer's JSON, {} when it has none; ToolError for everything but success."""
        if scope not in caller.scopes:
            raise ToolError(f"This access does not allow that: it lacks {scope}.")
        try:
            answer = await self._invoke(caller, scope, method, path, params, body)
        except Unavailable as exc:
            # A request may have arrived although its answer did not.
            unsure = scope == WRITE and isinstance(exc.__cause__, httpx2.ReadTimeout)
            raise ToolError(LOST if unsure else AWAY) from exc
        if not answer.is_success:
            raise refusal(answer)
        return answer.json() if answer.content else {}

    async def _invoke(
        self,
        caller: Caller,
        scope: str,
        method: str,
        path: str,
        params: Mapping[str, str] | None,
        body: object,
    ) -> httpx2.Response:
        """The first answer of task itself; the sidecar's only where repeating could do harm."""
        harmless = method == "GET" or caller.idempotency_key
        for pause in (*(self.pauses if harmless else ()), None):
            answer = await self.sidecar.invoke(
                TASK_APP,
                method,
                f"/api/me{path}",
                headers=self._headers(caller, scope),
                params=params,
                json_body=body,
            )
            if pause is None or not unreached(answer):
                break
            await asyncio.sleep(pause)
        return answer

    def _headers(self, caller: Caller, scope: str) -> dict[str, str]:
        headers = {
            "Authorization": f"Bearer {self.minter.mint(caller.user_id, scope, caller.act)}",
            "X-Correlation-Id": correlation_id.get(),
            "traceparent": traceparent.get(),
            "Idempotency-Key": caller.idempotency_key or "",
        }
        return {name: value for name, value in headers.items() if value}
