"""Messages that could not be handled: stored with their reason, to be read, replayed, discarded."""

import hashlib
import json
from typing import Any

from sqlalchemy import Integer, Text, Uuid, literal_column, select, text

from todoku_platform.clock import Clock
from todoku_platform.ids import new_id
from todoku_platform.statements import Statement, one, param, rows, statement
from todoku_platform.storage import Storage, StorageError
from todoku_platform.tables import PlatformTables

UNEXPLAINED = "given up before it reached the handler"


def _identify(message: object) -> tuple[str, str]:
    """(event id, type); a message without an id gets one from its content, so it is kept once."""
    fields = message if isinstance(message, dict) else {}
    digest = hashlib.sha256(json.dumps(message, sort_keys=True).encode()).hexdigest()
    name, kind = str(fields.get("id") or digest), str(fields.get("type") or "")
    return _plain(name)[:100], _plain(kind)[:200]


def _plain(text: str) -> str:
    """Without what no text column takes: U+0000 and halves of surrogate pairs."""
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()


class DeadLetters:
    def __init__(self, storage: Storage, tables: PlatformTables, clock: Clock) -> None:
        self._storage, self._clock = storage, clock
        dead = tables.dead_letters
        self._put = {explained: _put(tables.schema, explained) for explained in (True, False)}
        brief = (dead.c.id, dead.c.topic, dead.c.event_id, dead.c.type, dead.c.reason)
        listed = select(*brief, dead.c.status, dead.c.received_at).where(
            dead.c.status == literal_column("'dead'"),
            dead.c.id > param("after", Uuid),
        )
        self._list = rows(listed.order_by(dead.c.id).limit(param("limit", Integer)))
        self._get = one(select(dead).where(dead.c.id == param("id", Uuid)))
        self._close = statement(
            dead.update()
            .where(dead.c.id == param("id", Uuid))
            .values(status=param("status", Text), reason=param("reason", Text))
        )

    async def store(self, topic: str, message: object, reason: str) -> None:
        """Keep a message and why it was given up; again only replaces the reason."""
        await self._write(topic, message, reason, explained=True)

    async def arrive(self, topic: str, message: object) -> None:
        """A message from the dead-letter topic, whose reason was stored before if there was one."""
        await self._write(topic, message, UNEXPLAINED, explained=False)

    async def _write(self, topic: str, message: object, reason: str, *, explained: bool) -> None:
        event_id, kind = _identify(message)

        async def put(envelope: object) -> None:
            await self._storage.execute(
                self._put[explained],
                id=str(new_id()),
                topic=topic,
                event_id=event_id,
                type=kind,
                reason=_plain(reason)[:2000],
                envelope=json.dumps(envelope),
                now=self._clock.now().isoformat(),
            )

        try:
            await put(message)
        except StorageError:
            # JSON that jsonb refuses (U+0000, NaN). Not kept, it would be delivered for ever.
            await put({"raw": json.dumps(message)})

    async def list(self, after: str, limit: int) -> Any:
        """Oldest first, those with an id above `after`."""
        return await self._storage.read(self._list, after=after, limit=str(limit))

    async def get(self, id: str) -> Any:
        """The whole record or None."""
        return await self._storage.read(self._get, id=id)

    async def close(self, id: str, status: str, reason: str) -> None:
        await self._storage.execute(self._close, id=id, status=status, reason=reason)


def _put(schema: str, explained: bool) -> Statement:
    """Instants go in as text first: asyncpg would want a datetime for a bare timestamptz."""
    again = "SET reason = excluded.reason, updated_at = excluded.updated_at, status = 'dead'"
    return statement(
        text(f"""
        INSERT INTO {schema}.dead_letters
          (id, topic, event_id, type, reason, envelope, status, received_at, updated_at)
        VALUES (CAST(:id AS uuid), :topic, :event_id, :type, :reason, CAST(:envelope AS jsonb),
                'dead', CAST(CAST(:now AS text) AS timestamptz),
                CAST(CAST(:now AS text) AS timestamptz))
        ON CONFLICT (topic, event_id) DO {f"UPDATE {again}" if explained else "NOTHING"}
        """)  # noqa: S608 - the schema is a constant of the service
    )
