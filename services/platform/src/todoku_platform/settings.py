"""Settings every service has, read once from the environment at the start."""

import os
import re
import sys
from typing import Annotated, ClassVar, Literal
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

MIN_TOKEN_LENGTH = 16


def _long_enough(token: SecretStr) -> SecretStr:
    if len(token.get_secret_value()) < MIN_TOKEN_LENGTH:
        raise ValueError(f"must have at least {MIN_TOKEN_LENGTH} characters")
    return token


def _http(address: str) -> str:
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("must be an http(s) address")
    return address


Token = Annotated[SecretStr, AfterValidator(_long_enough)]
Address = Annotated[str, AfterValidator(_http)]
Port = Annotated[int, Field(ge=1, le=65535)]
Level = Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"]


class ServiceSettings(BaseSettings):
    model_config = SettingsConfigDict(
        extra="ignore",
        frozen=True,
        env_ignore_empty=True,
        hide_input_in_errors=True,
        use_attribute_docstrings=True,
    )

    schema_name: ClassVar[str] = ""
    """The PostgreSQL schema the service owns; empty for a service without storage."""

    app_id: str
    """the Dapr app-id, which Dapr sets"""
    app_port: Port = 8000
    host: str = "127.0.0.1"

    dapr_http_port: Port = 3500
    dapr_grpc_port: Port = 50001
    dapr_api_token: Token
    """the token that the sidecar asks of its app"""
    app_api_token: Token
    """the token by which the app knows its sidecar"""
    dapr_api_timeout_seconds: float = Field(default=10.0, gt=0)

    storage: Literal["binding", "direct"] = "binding"
    database_url: SecretStr | None = None
    database_pool: int = Field(default=10, ge=1, le=100)

    auth_issuer: str = "http://localhost:3000"
    auth_jwks_url: Address = "http://localhost:3000/api/auth/jwks"
    auth_audience: str = "todoku"
    agent_issuer: str | None = None
    agent_jwks_url: Address | None = None

    operator_token: Token
    """the token for /ops"""
    log_level: Annotated[Level, BeforeValidator(str.upper)] = "INFO"
    otel_exporter_otlp_endpoint: Address | None = None

    drain_seconds: float = Field(default=0.0, ge=0, le=300)
    """How long a service that is told to end goes on answering, until callers know."""

    @property
    def binding_name(self) -> str:
        return f"{self.app_id}-db"

    @property
    def package(self) -> str:
        """The service's own, in which its migrations lie."""
        return type(self).__module__.partition(".")[0]

    @model_validator(mode="after")
    def direct_needs_an_address(self) -> "ServiceSettings":
        if self.storage == "direct" and self.database_url is None:
            raise ValueError("DATABASE_URL is not set: STORAGE=direct needs it")
        return self


def read[S: ServiceSettings](kind: type[S]) -> S:
    """The environment's settings; what is wrong with them ends the process, a line for each."""
    try:
        return kind()
    except (ValidationError, SettingsError) as exc:
        sys.stderr.writelines(f"{line}\n" for line in faults(kind, exc))
        sys.exit(os.EX_CONFIG)


def faults(kind: type[ServiceSettings], exc: ValidationError | SettingsError) -> list[str]:
    """Each names the variable and what it wants, never the value."""
    if isinstance(exc, SettingsError):
        field = re.search(r'field "(\w+)"', str(exc))
        return [f"{field[1].upper() if field else 'a setting'} must be JSON"]
    found = []
    for error in exc.errors(include_input=False, include_url=False, include_context=False):
        name = str(error["loc"][0]) if error["loc"] else ""
        message = error["msg"].removeprefix("Value error, ").replace("Input should", "must", 1)
        if error["type"] == "missing":
            meant = kind.model_fields[name].description
            message = f"is not set: {meant}" if meant else "is not set"
        found.append(f"{name.upper()} {message}".strip())
    return found
