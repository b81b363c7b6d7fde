"""The MCP server: the tools, the settings resource, and readable errors."""

import json
from typing import Any

from mcp.server.auth.provider import TokenVerifier
from mcp.server.auth.settings import AuthSettings
from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ResourceError, ToolError, UnexpectedToolError
from mcp.server.mcpserver.resources import FunctionResource
from mcp.server.transport_security import TransportSecuritySettings
from mcp_types import CallToolResult, InputRequiredResult, TextContent
from pydantic import AnyHttpUrl
from starlette.applications import Starlette
from todoku_platform.clock import Clock

from todoku_mcp.errors import readable
from todoku_mcp.service import READ, Tasks
from todoku_mcp.settings import Settings
from todoku_mcp.tools import TaskTools, current_caller

INSTRUCTIONS = (
    "Todoku keeps the tasks of the signed-in user. Find a task with list_tasks before changing it "
    "by name. Ask the user before deleting."
)
SETTINGS_URI = "todoku://me/settings"


class Server(MCPServer[dict[str, Any]]):
    async def call_tool(
        self, name: str, arguments: dict[str, Any], context: Context | None = None
    ) -> CallToolResult | InputRequiredResult:
        """An anticipated failure answers in plain words; a crash stays as the SDK reports it."""
        try:
            return await super().call_tool(name, arguments, context)
        except UnexpectedToolError:
            raise
        except ToolError as exc:
            text = readable(exc.__cause__ or exc)
            return CallToolResult(content=[TextContent(type="text", text=text)], is_error=True)


def create_server(
    settings: Settings, tasks: Tasks, verifier: TokenVerifier, clock: Clock
) -> Server:
    auth = AuthSettings(
        issuer_url=AnyHttpUrl(settings.auth_issuer),
        resource_server_url=AnyHttpUrl(settings.resource_url),
        required_scopes=[READ],
        # Our verifier checks the audience itself.
        validate_token_resource=False,
    )
    server = Server(
        "todoku",
        title="Todoku",
        instructions=INSTRUCTIONS,
        tools=TaskTools(tasks).tools(),
        token_verifier=verifier,
        auth=auth,
        # No replica could tell another's listeners, and there is nothing to tell.
        subscriptions=False,
    )
    server.add_resource(_settings_resource(tasks, clock))
    return server


def _settings_resource(tasks: Tasks, clock: Clock) -> FunctionResource:
    async def me_settings() -> str:
        try:
            settings = await tasks.read(current_caller(), "/settings")
        except ToolError as exc:
            raise ResourceError(str(exc)) from exc
        known = {name: settings[name] for name in ("timezone", "locale")}
        return json.dumps(known | {"now": clock.now().isoformat(timespec="seconds")})

    return FunctionResource.from_function(
        me_settings,
        SETTINGS_URI,
        title="The user's settings",
        description="IANA time zone, locale, and the present instant in UTC.",
        mime_type="application/json",
    )


def http_app(server: Server, settings: Settings) -> Starlette:
    """Stateless: any replica answers any request; streaming, so that progress can be told."""
    return server.streamable_http_app(
        stateless_http=True,
        json_response=False,
        transport_security=TransportSecuritySettings(
            allowed_hosts=settings.allowed_hosts, allowed_origins=settings.allowed_origins
        ),
    )
