"""Where statements run: through the Dapr binding, or over asyncpg with `STORAGE=direct`."""

import json
import re
from typing import Any, Protocol

from sqlalchemy import literal_column, select

from todoku_platform.errors import Conflict, Erased, Unavailable
from todoku_platform.saving import ChangeSet, Key
from todoku_platform.settings import ServiceSettings
from todoku_platform.sidecar import Sidecar, SidecarError
from todoku_platform.statements import Statement, one

PROBE = one(select(literal_column("1").label("ok")))
VERSION_CONFLICT, ERASED = "TD409", "TD410"
UNIQUE_VIOLATION = "23505"
_SQLSTATE = re.compile(r"SQLSTATE ([0-9A-Z]{5})")
# Connection, resources, operator intervention, system (PostgreSQL, appendix A).
_PASSING_CLASSES = ("08", "53", "57", "58")
_CONFLICTS = {VERSION_CONFLICT, UNIQUE_VIOLATION, "40001", "40P01", "55P03"}


class StorageError(Exception):
    """The statement itself is wrong: a fault of the service, never worth a retry."""


class Driver(Protocol):
    async def open(self) -> None: ...
    async def close(self) -> None: ...
    async def query(self, sql: str, arguments: list[Any]) -> str:
        """The one text the statement returns; raises Unavailable when there is none."""
        ...

    async def execute(self, sql: str, arguments: list[Any]) -> int:
        """Rows affected."""
        ...


def failure(sqlstate: str | None, text: str) -> Exception:
    if sqlstate is None or sqlstate.startswith(_PASSING_CLASSES):
        return Unavailable(text)
    if sqlstate in _CONFLICTS:
        return Conflict(text)
    if sqlstate == ERASED:
        return Erased(text)
    return StorageError(text)


class BindingDriver:
    def __init__(self, sidecar: Sidecar, name: str) -> None:
        self._sidecar = sidecar
        self._name = name

    async def open(self) -> None:
        """The sidecar holds the connections."""

    async def close(self) -> None:
        """See `open`."""

    async def query(self, sql: str, arguments: list[Any]) -> str:
        try:
            answer = await self._sidecar.binding(self._name, "query", sql, _texts(arguments))
        except SidecarError as exc:
            raise self._failure(exc) from exc
        found = json.loads(answer or b"[]")
        # The binding answers `[]` when execution fails; our queries always return one row.
        if not found:
            raise Unavailable("the database gave no answer")
        text: str = found[0][0]
        return text

    async def execute(self, sql: str, arguments: list[Any]) -> int:
        try:
            return int(await self._sidecar.binding(self._name, "exec", sql, _texts(arguments)))
        except SidecarError as exc:
            raise self._failure(exc) from exc

    def _failure(self, exc: SidecarError) -> Exception:
        state = _SQLSTATE.search(str(exc))
        return failure(state[1] if state else None, str(exc))


def _texts(arguments: list[Any]) -> list[str | None]:
    return [value if value is None else _text(value) for value in arguments]


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


class Storage:
    """The service's own tables. `healthy` is the outcome of the last call: probes read it."""

    def __init__(self, driver: Driver) -> None:
        self._driver = driver
        self.healthy = False

    @classmethod
    def build(cls, settings: ServiceSettings, sidecar: Sidecar) -> "Storage":
        if settings.storage == "direct" and settings.database_url is not None:
            # Only then: a service that goes through its sidecar is spared the driver's memory.
            from todoku_platform.direct import DirectDriver

            url = settings.database_url.get_secret_value()
            return cls(DirectDriver(url, settings.database_pool, settings.dapr_api_timeout_seconds))
        return cls(BindingDriver(sidecar, settings.binding_name))

    async def open(self) -> None:
        await self._driver.open()

    async def close(self) -> None:
        await self._driver.close()

    async def probe(self) -> None:
        """Ask anything: `healthy` is what comes of it. Raises Unavailable."""
        await self.read(PROBE)

    async def read_text(self, query: Statement, **params: str | None) -> str:
        """The JSON text of the answer as the database made it."""
        try:
            text = await self._driver.query(query.sql, query.arguments(params))
        except Unavailable:
            self.healthy = False
            raise
        self.healthy = True
        return text

    async def read(self, query: Statement, **params: str | None) -> Any:
        return json.loads(await self.read_text(query, **params))

    async def execute(self, command: Statement, **params: str | None) -> int:
        """Run a command; returns the rows affected."""
        try:
            affected = await self._driver.execute(command.sql, command.arguments(params))
        except Unavailable:
            self.healthy = False
            raise
        self.healthy = True
        return affected

    async def save(self, save: Statement, changes: ChangeSet, key: Key | None = None) -> bool:
        """Write a change set whole; False when its key was seen before and nothing was written.

        Raises Conflict when a row is no longer at its expected version, Erased, Unavailable.
        """
        return await self.execute(save, document=changes.document(key)) == 1
