"""Database roles and schemas: one pair of roles a service, each shut in its schema."""

import asyncio
from collections.abc import Mapping
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

import asyncpg

from todoku_local.errors import LocalError
from todoku_local.services import AUTH_SCHEMA, STORES

CONNECT_SECONDS = 30
SCHEMAS = (*(store.schema for store in STORES if store.schema), AUTH_SCHEMA)


def app_role(schema: str) -> str:
    return f"todoku_{schema}"


def owner_role(schema: str) -> str:
    """auth has one role: Better Auth migrates itself."""
    return f"todoku_{schema}" if schema == AUTH_SCHEMA else f"todoku_{schema}_owner"


def with_credentials(address: str, user: str, password: str) -> str:
    """The same database for another user."""
    parts = urlsplit(address)
    place = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{quote(user)}:{quote(password)}@{place}"))


def direct(address: str) -> str:
    """Past Neon's pooler, whose hosts are called `<endpoint>-pooler.…`: migrations need
    a session of their own."""
    parts = urlsplit(address)
    return urlunsplit(parts._replace(netloc=parts.netloc.replace("-pooler.", ".", 1)))


def portable(address: str) -> str:
    """Without the parameter that only libpq knows: other drivers, and so the server, take it
    for a setting."""
    parts = urlsplit(address)
    kept = [(key, value) for key, value in parse_qsl(parts.query) if key != "channel_binding"]
    return urlunsplit(parts._replace(query=urlencode(kept, safe="/", quote_via=quote)))


def addresses(admin: str, secrets: Mapping[str, str]) -> dict[str, str]:
    """The connection strings by variable name."""
    admin = portable(admin)
    found = {}
    for schema in SCHEMAS:
        name = schema.upper()
        app = with_credentials(admin, app_role(schema), secrets[f"{name}_DB_PASSWORD"])
        if schema == AUTH_SCHEMA:
            found["AUTH_DATABASE_URL"] = app
            continue
        owner_password = secrets[f"{name}_DB_OWNER_PASSWORD"]
        found[f"{name}_DB_DSN"] = app
        found[f"{name}_DB_OWNER_DSN"] = with_credentials(
            direct(admin), owner_role(schema), owner_password
        )
    return found


def statements(secrets: Mapping[str, str], database: str) -> list[str]:
    """Every statement may be run again; passwords follow the secrets file."""
    made = [f'REVOKE ALL ON DATABASE "{database}" FROM PUBLIC']
    for schema in SCHEMAS:
        app, owner = app_role(schema), owner_role(schema)
        passwords = {app: secrets[f"{schema.upper()}_DB_PASSWORD"]}
        if owner != app:
            passwords[owner] = secrets[f"{schema.upper()}_DB_OWNER_PASSWORD"]
        for role, password in passwords.items():
            made += [
                f"DO $$ BEGIN CREATE ROLE {role} LOGIN; "
                "EXCEPTION WHEN duplicate_object THEN NULL; END $$",
                f"ALTER ROLE {role} WITH LOGIN NOCREATEDB NOCREATEROLE PASSWORD '{password}'",
                f'GRANT CONNECT ON DATABASE "{database}" TO {role}',
                f'ALTER ROLE {role} SET search_path = "{schema}"',
            ]
        made += [
            f"GRANT {owner} TO CURRENT_USER",
            f'CREATE SCHEMA IF NOT EXISTS "{schema}" AUTHORIZATION {owner}',
            f'REVOKE ALL ON SCHEMA "{schema}" FROM PUBLIC',
        ]
        made += _data_only(schema, app, owner) if owner != app else []
    return made


def _data_only(schema: str, app: str, owner: str) -> list[str]:
    future = f'ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA "{schema}" GRANT'
    return [
        f'GRANT USAGE ON SCHEMA "{schema}" TO {app}',
        f"{future} SELECT, INSERT, UPDATE, DELETE ON TABLES TO {app}",
        f"{future} USAGE, SELECT ON SEQUENCES TO {app}",
        f"{future} EXECUTE ON FUNCTIONS TO {app}",
    ]


def provision(admin: str, secrets: Mapping[str, str]) -> None:
    """Bring roles, schemas and rights in line. Raises LocalError."""
    try:
        asyncio.run(_provision(portable(direct(admin)), secrets))
    except (OSError, asyncpg.PostgresError, TimeoutError) as error:
        raise LocalError(f"the database's roles could not be made: {error}") from error


async def _provision(admin: str, secrets: Mapping[str, str]) -> None:
    connection = await asyncpg.connect(admin, timeout=CONNECT_SECONDS)
    try:
        # Two stacks on one external database would change the same catalogue rows.
        await connection.execute("SELECT pg_advisory_lock(hashtext('todoku'))")
        database = await connection.fetchval("SELECT current_database()")
        for statement in statements(secrets, database):
            await connection.execute(statement)
    finally:
        await connection.close()


def create_database(maintenance: str, name: str) -> None:
    """Create the database when the server has none of this name. Raises LocalError."""

    async def create() -> None:
        connection = await asyncpg.connect(maintenance, timeout=CONNECT_SECONDS)
        try:
            if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
                await connection.execute(f'CREATE DATABASE "{name}"')
        finally:
            await connection.close()

    try:
        asyncio.run(create())
    except (OSError, asyncpg.PostgresError, TimeoutError) as error:
        raise LocalError(f"the database {name} could not be made: {error}") from error


def accepts(address: str) -> bool:
    """True when the server lets this user in."""

    async def connect() -> None:
        connection = await asyncpg.connect(portable(address), timeout=2)
        await connection.close()

    try:
        asyncio.run(connect())
    except (OSError, asyncpg.PostgresError, TimeoutError):
        return False
    return True
