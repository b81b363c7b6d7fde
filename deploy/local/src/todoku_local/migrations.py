"""Services' migrations, and which a database of this state directory already has."""

import hashlib
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from todoku_local.launcher import Command, base_environment
from todoku_local.places import REPOSITORY
from todoku_local.services import Service

SHARED = REPOSITORY / "services/platform/src/todoku_platform"


def command(service: Service, variables: Mapping[str, str], logs: Path) -> Command:
    """Its newest revision, by the role that owns its schema."""
    argv = [sys.executable, "-m", "todoku_platform.migrations", service.package]
    owner = variables[f"{str(service.schema).upper()}_DB_OWNER_DSN"]
    env = base_environment() | {"MIGRATIONS_DATABASE_URL": owner}
    log = logs / f"{service.app_id}.migrations.log"
    return Command(f"{service.app_id} migrations", argv, env, log, cwd=REPOSITORY)


def version(service: Service) -> str:
    """Changes with anything that a migration runs."""
    own = REPOSITORY / service.folder / "src" / service.package / "migrations"
    shared = (SHARED / "migrations.py", SHARED / "tables.py", *SHARED.glob("alembic/*"))
    found = hashlib.sha256()
    for path in sorted([*own.rglob("*.py"), *(path for path in shared if path.is_file())]):
        found.update(path.name.encode() + b"\0" + path.read_bytes())
    return found.hexdigest()


def current(service: Service, stamps: Path | None) -> bool:
    """True when the last run left this version; never without a folder of stamps."""
    stamp = stamps / service.app_id if stamps else None
    return bool(stamp and stamp.exists() and stamp.read_text() == version(service))


def stamp(services: Iterable[Service], stamps: Path | None) -> None:
    if stamps is None:
        return
    stamps.mkdir(exist_ok=True)
    for service in services:
        (stamps / service.app_id).write_text(version(service))
