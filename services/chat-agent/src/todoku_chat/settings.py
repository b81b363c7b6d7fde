"""Settings of the chat agent, on top of those every service has."""

from datetime import timedelta
from typing import ClassVar

from pydantic import Field, SecretStr
from todoku_platform.settings import Address, ServiceSettings


class Settings(ServiceSettings):
    schema_name: ClassVar[str] = "chat"

    mcp_url: Address = "http://127.0.0.1:8104/mcp"

    openai_api_key: SecretStr | None = None
    openai_base_url: Address | None = None
    """Any OpenAI-compatible endpoint (chat completions). Neither: the embedded planner."""
    openai_model: str = "gpt-5-mini"

    approval_minutes: int = Field(default=30, ge=1)
    turn_seconds: int = Field(default=120, ge=1)
    """The longest a turn may take, whether or not someone still listens."""

    @property
    def approval_lifetime(self) -> timedelta:
        return timedelta(minutes=self.approval_minutes)
