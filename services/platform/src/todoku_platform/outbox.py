"""The relay: publishes event rows and marks them. It may repeat, it never loses."""

import asyncio
import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import text
from todoku_contracts.registry import TYPES

from todoku_platform.errors import Unavailable
from todoku_platform.sidecar import Entry, Sidecar, SidecarError
from todoku_platform.statements import Statement, statement
from todoku_platform.storage import Storage
from todoku_platform.telemetry import OUTBOX_AGE, OUTBOX_DEPTH

log = logging.getLogger(__name__)
BATCH = 100
BULK_BYTES = 1024 * 1024  # a sidecar takes no request over 4 MiB, and a refused one comes again
LEASE_SECONDS = 15
IDLE_SECONDS = 600.0  # an idle database may suspend meanwhile
FIRST_BACKOFF, LAST_BACKOFF = 0.2, 5.0


def _claim(schema: str) -> Statement:
    """Lease a batch in the order of its making; skip what another relay holds.

    `wait` is how many seconds until the first foreign lease ends (null without one).
    """
    return statement(
        text(f"""
        WITH free AS (
          SELECT seq FROM {schema}.events
          WHERE published_at IS NULL AND (leased_until IS NULL OR leased_until < now())
          ORDER BY seq LIMIT {BATCH} FOR UPDATE SKIP LOCKED),
        mine AS (
          UPDATE {schema}.events SET leased_until = now() + interval '{LEASE_SECONDS} seconds'
          WHERE seq IN (SELECT seq FROM free) RETURNING *)
        SELECT json_build_object(
          'events', (SELECT coalesce(json_agg(m ORDER BY m.seq), '[]') FROM mine m),
          'depth', (SELECT count(*) FROM {schema}.events WHERE published_at IS NULL),
          'age', (SELECT extract(epoch FROM now() - min(occurred_at))
                  FROM {schema}.events WHERE published_at IS NULL),
          'wait', (SELECT extract(epoch FROM min(leased_until) - now()) FROM {schema}.events
                   WHERE published_at IS NULL AND seq NOT IN (SELECT seq FROM free)))::text
        """)  # noqa: S608 - the schema is a constant of the service
    )


def _settle(schema: str) -> Statement:
    """End the lease of a batch; what went out is marked, the rest is free for the next try."""
    return statement(
        text(f"""
        UPDATE {schema}.events AS e SET leased_until = NULL,
          published_at = CASE WHEN CAST(:done AS jsonb) ? CAST(e.id AS text) THEN now() END
        WHERE e.published_at IS NULL
          AND e.id IN (SELECT CAST(jsonb_array_elements_text(CAST(:ids AS jsonb)) AS uuid))
        """)  # noqa: S608 - the schema is a constant of the service
    )


def envelope(row: Mapping[str, Any], source: str) -> dict[str, Any]:
    """A CloudEvent 1.0 in structured JSON. Dapr replaces traceparent unless traceid is there."""
    event = {
        "specversion": "1.0",
        "id": row["id"],
        "type": row["type"],
        "source": source,
        "subject": row["subject"],
        "time": _utc(row["occurred_at"]),
        "datacontenttype": "application/json",
        "dataschema": TYPES[row["type"]].dataschema,
        "partitionkey": row["key"],
        "sequence": str(row["sequence"]),
        "correlationid": row["correlation_id"],
        "actor": row["actor"],
        "data": row["payload"],
    }
    if row.get("causation_id"):
        event["causationid"] = row["causation_id"]
    if row.get("traceparent"):
        event["traceparent"] = event["traceid"] = row["traceparent"]
    return event


def _utc(instant: str) -> str:
    return datetime.fromisoformat(instant).astimezone(UTC).isoformat()


class Relay:
    def __init__(
        self, storage: Storage, sidecar: Sidecar, *, schema: str, source: str, pubsub: str
    ) -> None:
        self._storage, self._sidecar = storage, sidecar
        self._source, self._pubsub = source, pubsub
        self._claim, self._settle = _claim(schema), _settle(schema)
        self._woken = asyncio.Event()
        self.depth = 0
        self.age = 0.0

    def wake(self) -> None:
        """Call after a commit that wrote events."""
        self._woken.set()

    async def run(self) -> None:
        """Publish for ever; sleeps while there is nothing, backs off while a part is away."""
        backoff = FIRST_BACKOFF
        while True:
            self._woken.clear()
            try:
                wait = await self._drain()
                backoff = FIRST_BACKOFF
            except (Unavailable, SidecarError) as exc:
                log.warning("relay waits %.1f s: %s", backoff, exc)
                await asyncio.sleep(backoff)
                backoff = min(backoff * 2, LAST_BACKOFF)
                continue
            try:
                async with asyncio.timeout(wait):
                    await self._woken.wait()
            except TimeoutError:
                continue

    async def _drain(self) -> float:
        """Publish until nothing is left; returns the seconds after which to look again."""
        while True:
            claimed = await self._storage.read(self._claim)
            self._saw(claimed["depth"], claimed["age"] or 0.0)
            wait = min(max(claimed["wait"] or IDLE_SECONDS, 0.05), IDLE_SECONDS)
            events = claimed["events"]
            if not events:
                return wait
            await self._publish(events)
            left = self.depth - len(events)
            self._saw(left, self.age if left else 0.0)
            if len(events) < BATCH and not self._woken.is_set():
                return wait

    def _saw(self, depth: int, age: float) -> None:
        self.depth, self.age = depth, age
        OUTBOX_DEPTH.set(depth)
        OUTBOX_AGE.set(age)

    async def _publish(self, events: list[dict[str, Any]]) -> None:
        """All topics at once: none waits for another's broker write."""
        done: list[str] = []
        topics = groupby(sorted(events, key=_by_topic), key=itemgetter("topic"))
        sending = [self._send(topic, list(group), done) for topic, group in topics]
        try:
            outcomes = await asyncio.gather(*sending, return_exceptions=True)
        finally:
            ids = [event["id"] for event in events]
            await self._storage.execute(self._settle, ids=json.dumps(ids), done=json.dumps(done))
        for outcome in outcomes:
            if outcome is not None:
                raise outcome
        if len(done) < len(events):
            raise Unavailable(f"the broker did not take {len(events) - len(done)} events")

    async def _send(self, topic: str, rows: list[dict[str, Any]], done: list[str]) -> None:
        for bulk in _bulks([self._entry(row) for row in rows]):
            failed = await self._sidecar.publish(self._pubsub, topic, bulk)
            sent = (entry.entry_id for entry in bulk)
            done += [entry_id for entry_id in sent if entry_id not in failed]

    def _entry(self, row: Mapping[str, Any]) -> Entry:
        return Entry(row["id"], row["key"], json.dumps(envelope(row, self._source)).encode())


def _bulks(entries: Sequence[Entry]) -> Iterator[list[Entry]]:
    """In their order, up to BULK_BYTES at once; a larger one goes alone."""
    bulk: list[Entry] = []
    size = 0
    for entry in entries:
        if bulk and size + len(entry.envelope) > BULK_BYTES:
            yield bulk
            bulk, size = [], 0
        bulk.append(entry)
        size += len(entry.envelope)
    yield bulk


def _by_topic(event: Mapping[str, Any]) -> tuple[str, int]:
    return event["topic"], event["seq"]
