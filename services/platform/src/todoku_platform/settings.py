"""Settings every service has, read once from the environment at the start."""

from typing import ClassVar, Literal

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

MIN_TOKEN_LENGTH = 16


class ServiceSettings(BaseSettings):
    model_config = SettingsConfigDict(extra="ignore", frozen=True)

    schema_name: ClassVar[str] = ""
    """The PostgreSQL schema the service owns; empty for a service without storage."""

    app_id: str
    app_port: int = 8000
    host: str = "127.0.0.1"

    dapr_http_port: int = 3500
    dapr_grpc_port: int = 50001
    dapr_api_token: SecretStr = SecretStr("")
    app_api_token: SecretStr = SecretStr("")
    dapr_api_timeout_seconds: float = 10.0

    storage: Literal["binding", "direct"] = "binding"
    database_url: SecretStr | None = None
    database_pool: int = Field(default=10, ge=1, le=100)
    pubsub_name: str = "pubsub"

    auth_issuer: str = "http://localhost:3000"
    auth_jwks_url: str = "http://localhost:3000/api/auth/jwks"
    auth_audience: str = "todoku"
    agent_issuer: str | None = None
    agent_jwks_url: str | None = None

    operator_token: SecretStr = SecretStr("")
    log_level: str = "INFO"
    otel_exporter_otlp_endpoint: str | None = None

    @property
    def binding_name(self) -> str:
        return f"{self.app_id}-db"

    @model_validator(mode="after")
    def refuse_unsafe(self) -> "ServiceSettings":
        for name in ("app_api_token", "dapr_api_token", "operator_token"):
            secret: SecretStr = getattr(self, name)
            if len(secret.get_secret_value()) < MIN_TOKEN_LENGTH:
                raise ValueError(f"{name.upper()} is missing or shorter than {MIN_TOKEN_LENGTH}")
        if self.storage == "direct" and self.database_url is None:
            raise ValueError("STORAGE=direct needs DATABASE_URL")
        return self
