"""Straight to PostgreSQL: for tests, comparison, and as a way out."""

import asyncio
from typing import Any
from urllib.parse import parse_qs, urlsplit

import asyncpg

from todoku_platform.errors import Unavailable
from todoku_platform.storage import StorageError, failure


class DirectDriver:
    """asyncpg without prepared statements that outlive a transaction: safe behind PgBouncer."""

    def __init__(self, url: str, size: int, timeout: float) -> None:
        self._url, self._size, self._timeout = url, size, timeout
        self._pool: asyncpg.Pool | None = None
        self._connecting = asyncio.Lock()

    async def open(self) -> None:
        """Connects at the first statement, so that a service starts before its database."""

    async def close(self) -> None:
        if self._pool is not None:
            await self._pool.close()

    async def query(self, sql: str, arguments: list[Any]) -> str:
        text = await self._run("fetchval", sql, arguments)
        if text is None:
            raise StorageError("the query returned no row")
        return str(text)

    async def execute(self, sql: str, arguments: list[Any]) -> int:
        status = await self._run("execute", sql, arguments)
        return int(str(status).rsplit(" ", 1)[-1])

    async def _run(self, method: str, sql: str, arguments: list[Any]) -> object:
        try:
            pool = self._pool or await self._connect()
            return await getattr(pool, method)(sql, *arguments, timeout=self._timeout)
        except asyncpg.PostgresError as exc:
            raise failure(getattr(exc, "sqlstate", None), str(exc)) from exc
        except (OSError, TimeoutError, asyncpg.InterfaceError) as exc:
            raise Unavailable(str(exc)) from exc

    async def _connect(self) -> asyncpg.Pool:
        async with self._connecting:
            if self._pool is None:
                self._pool = await asyncpg.create_pool(
                    self._url,
                    min_size=0,
                    max_size=self._size,
                    statement_cache_size=0 if _pooled(self._url) else 100,
                    timeout=self._timeout,
                )
        return self._pool


def _pooled(url: str) -> bool:
    """Neon's pooled host, or `?pgbouncer=true`: no named prepared statements there."""
    parts = urlsplit(url)
    return "-pooler." in (parts.hostname or "") or "pgbouncer" in parse_qs(parts.query)
