"""Secrets of one state directory: made at its first start, read back ever after."""

import base64
import secrets
import shlex
from collections.abc import Mapping
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from todoku_local.services import AUTH_SCHEMA, SERVICES, STORES

TOKENS = (
    "APP_API_TOKEN",
    "DAPR_API_TOKEN",
    "BETTER_AUTH_SECRET",
    "OPERATOR_TOKEN",
    "POSTGRES_PASSWORD",
    f"{AUTH_SCHEMA.upper()}_DB_PASSWORD",
    "BROKER_ADMIN_PASSWORD",
    *(f"BROKER_PASSWORD_{service.variable}" for service in SERVICES),
    *(f"{(store.schema or '').upper()}_DB_PASSWORD" for store in STORES),
    *(f"{(store.schema or '').upper()}_DB_OWNER_PASSWORD" for store in STORES),
)


def signing_key() -> str:
    """An Ed25519 private key: PKCS#8 PEM, base64 in one line."""
    pem = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return base64.b64encode(pem).decode()


def complete(known: Mapping[str, str]) -> dict[str, str]:
    """The secrets that are known and fresh ones for those that are not.

    Hexadecimal, so that they need no quoting in URLs, ACL files or SQL."""
    made = {name: known.get(name) or secrets.token_hex(24) for name in TOKENS}
    made["MCP_SIGNING_KEY"] = known.get("MCP_SIGNING_KEY") or signing_key()
    return made


def read(path: Path) -> dict[str, str]:
    """The variables of an environment file; empty when there is none."""
    if not path.exists():
        return {}
    pairs = (line.partition("=") for line in path.read_text().splitlines())
    return {
        name: "".join(shlex.split(value)) for name, _, value in pairs if name and name[0] != "#"
    }


def write(path: Path, variables: Mapping[str, str]) -> None:
    """Replace the file whole, readable by its owner only, fit for a shell's `set -a`."""
    lines = ["# Generated. Secrets and addresses of this state directory; never commit."]
    lines += [f"{name}={shlex.quote(value)}" for name, value in sorted(variables.items())]
    fresh = path.with_suffix(".new")
    fresh.touch(0o600)
    fresh.chmod(0o600)
    fresh.write_text("\n".join(lines) + "\n")
    fresh.replace(path)
