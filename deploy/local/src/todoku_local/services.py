"""The table of services: what one machine has to start, and under which names."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Service:
    app_id: str
    index: int
    package: str
    schema: str | None = None
    """The PostgreSQL schema it owns; its roles and its binding follow from it."""

    @property
    def module(self) -> str:
        return f"{self.package}.main"

    @property
    def folder(self) -> str:
        return f"services/{self.app_id}"

    @property
    def variable(self) -> str:
        """The app-id as the end of an environment variable's name."""
        return self.app_id.upper().replace("-", "_")


TASK = Service("task", 1, "todoku_task", "task")
RECURRING = Service("recurring-task", 2, "todoku_recurring", "recurring")
NOTIFICATION = Service("notification", 3, "todoku_notification", "notification")
MCP = Service("mcp-tool", 4, "todoku_mcp")
CHAT = Service("chat-agent", 5, "todoku_chat", "chat")
SERVICES = (TASK, RECURRING, NOTIFICATION, MCP, CHAT)
BY_ID = {service.app_id: service for service in SERVICES}

FRONTEND = "frontend"
FRONTEND_INDEX = 6
AUTH_SCHEMA = "auth"
STORES = tuple(service for service in SERVICES if service.schema)
