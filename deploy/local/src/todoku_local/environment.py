"""The variables of a stack: addresses from the ports, secrets from the file, by process."""

import os
from collections.abc import Mapping

from todoku_local.launcher import base_environment
from todoku_local.ports import LOOPBACK, Ports
from todoku_local.services import CHAT, FRONTEND, MCP, NOTIFICATION, RECURRING, TASK, Service

TOKENS = ("APP_API_TOKEN", "DAPR_API_TOKEN", "OPERATOR_TOKEN")
URLS = {
    "TASK_URL": TASK,
    "RECURRING_URL": RECURRING,
    "NOTIFICATION_URL": NOTIFICATION,
    "CHAT_URL": CHAT,
}
COMMON = ("HOST", "AUTH_ISSUER", "AUTH_JWKS_URL")
# Only task trusts what mcp-tool signs: elsewhere its tokens are a stranger's.
OWN = {TASK: ("AGENT_ISSUER", "AGENT_JWKS_URL"), MCP: ("AGENT_ISSUER",), CHAT: ("MCP_URL",)}


def addresses(ports: Ports) -> dict[str, str]:
    """What services and front end have to know of each other."""
    mcp = f"http://{LOOPBACK}:{ports.app(MCP.index)}"
    page = f"http://localhost:{ports.web}"
    return {
        "HOST": LOOPBACK,
        "DAPR_HOST_IP": LOOPBACK,
        "AUTH_ISSUER": page,
        "AUTH_JWKS_URL": f"http://{LOOPBACK}:{ports.web}/api/auth/jwks",
        "AGENT_ISSUER": mcp,
        "AGENT_JWKS_URL": f"{mcp}/.well-known/jwks.json",
        "MCP_URL": f"{mcp}/mcp",
        "BETTER_AUTH_URL": page,
        **{name: f"http://{LOOPBACK}:{ports.app(service.index)}" for name, service in URLS.items()},
    }


def of_service(
    service: Service, app_port: int, dapr_http: int, dapr_grpc: int, variables: Mapping[str, str]
) -> dict[str, str]:
    """A service's environment: everybody's addresses, its own secrets."""
    names = (*COMMON, *OWN.get(service, ()), *TOKENS)
    found = base_environment() | {name: variables[name] for name in names}
    found |= {
        "APP_ID": service.app_id,
        "APP_PORT": str(app_port),
        "DAPR_HTTP_PORT": str(dapr_http),
        "DAPR_GRPC_PORT": str(dapr_grpc),
        "PYTHONUNBUFFERED": "1",
        "TZ": "UTC",
    }
    if service is MCP:
        found["MCP_SIGNING_KEY"] = variables["MCP_SIGNING_KEY"]
    if os.environ.get("STORAGE") == "direct" and service.schema:
        found["DATABASE_URL"] = variables[f"{service.schema.upper()}_DB_DSN"]
    return found


def of_frontend(ports: Ports, variables: Mapping[str, str]) -> dict[str, str]:
    names = ("AUTH_DATABASE_URL", "BETTER_AUTH_SECRET", "BETTER_AUTH_URL", "AUTH_ISSUER", "MCP_URL")
    found = base_environment() | {name: variables[name] for name in (*names, *URLS)}
    return found | {
        "APP_ID": FRONTEND,
        "PORT": str(ports.web),
        "HOSTNAME": LOOPBACK,
        "NEXT_TELEMETRY_DISABLED": "1",
    }
