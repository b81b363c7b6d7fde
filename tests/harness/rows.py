"""What the database really holds, read by its owner past every service."""

import asyncio
import json
from typing import Any

import asyncpg
from todoku_local import Stack

SCHEMAS = ("task", "recurring", "notification", "chat")
VOLATILE = {"leased_until", "published_at", "received_at"}


def rows(stack: Stack, sql: str, *arguments: object) -> list[dict[str, Any]]:
    return asyncio.run(_rows(stack.admin_dsn, sql, arguments))


async def _rows(dsn: str, sql: str, arguments: tuple[object, ...]) -> list[dict[str, Any]]:
    connection = await asyncpg.connect(dsn)
    try:
        return [dict(row) for row in await connection.fetch(sql, *arguments)]
    finally:
        await connection.close()


def count(stack: Stack, sql: str, *arguments: object) -> int:
    """The one number that a statement returns."""
    (row,) = rows(stack, sql, *arguments)
    return int(next(iter(row.values())))


def snapshot(stack: Stack, user_id: str) -> dict[str, list[str]]:
    """Everything any service keeps of a user, by table, to find out whether anything changed."""
    found = rows(
        stack,
        """SELECT table_schema || '.' || table_name AS name FROM information_schema.columns
           WHERE column_name = 'user_id' AND table_schema = ANY($1::text[]) ORDER BY 1""",
        list(SCHEMAS),
    )
    return {name: _content(stack, name, user_id) for name in (row["name"] for row in found)}


def _content(stack: Stack, table: str, user_id: str) -> list[str]:
    sql = f"SELECT to_jsonb(t)::text AS row FROM {table} AS t WHERE user_id = $1"  # noqa: S608
    kept = []
    for row in rows(stack, sql, user_id):
        fields = {k: v for k, v in json.loads(row["row"]).items() if k not in VOLATILE}
        kept.append(json.dumps(fields, sort_keys=True))
    return sorted(kept)
