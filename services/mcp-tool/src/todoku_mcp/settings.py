"""Settings of the MCP server, on top of those every service has."""

import base64
import binascii
from urllib.parse import urlsplit

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from pydantic import SecretStr, field_validator
from todoku_platform.settings import Address, ServiceSettings

LOOPBACK = ["127.0.0.1", "localhost", "[::1]"]


class Settings(ServiceSettings):
    mcp_signing_key: SecretStr
    """Ed25519 private key: PKCS#8 PEM, base64 of it in one line."""

    agent_issuer: str = "http://127.0.0.1:8104"
    """The issuer of the tokens minted here, as the task service knows it."""

    mcp_audience: str = "todoku-mcp"
    mcp_resource: Address | None = None
    """The public address of the MCP endpoint (RFC 9728); by default `/mcp` of the one origin."""

    mcp_allowed_hosts: tuple[str, ...] = ()
    """Values of `Host` accepted besides loopback: the service's name on a cluster."""

    @field_validator("mcp_signing_key")
    @classmethod
    def refuse_other_keys(cls, value: SecretStr) -> SecretStr:
        signing_key(value)
        return value

    @property
    def resource_url(self) -> str:
        return self.mcp_resource or f"{self.auth_issuer.rstrip('/')}/mcp"

    @property
    def allowed_hosts(self) -> list[str]:
        return [*(f"{host}:*" for host in LOOPBACK), *self.mcp_allowed_hosts]

    @property
    def allowed_origins(self) -> list[str]:
        """Browsers come through the one origin; another site's page has another `Origin`."""
        public = urlsplit(self.resource_url)
        loopback = [f"http://{host}:*" for host in LOOPBACK]
        return [*loopback, f"{public.scheme}://{public.netloc}"]


def signing_key(value: SecretStr) -> Ed25519PrivateKey:
    """Raises ValueError, without the key in its text, when it is not an Ed25519 private key."""
    try:
        pem = base64.b64decode(value.get_secret_value(), validate=True)
        key = load_pem_private_key(pem, password=None)
    except (binascii.Error, ValueError, TypeError, UnsupportedAlgorithm):
        raise ValueError("must be base64 of a PKCS#8 PEM private key") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError("must be an Ed25519 key")
    return key
