"""The relay on a real PostgreSQL, with a broker that can be away or refuse."""

import asyncio
import contextlib
import json
from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from sqlalchemy import select, text
from todoku_platform.errors import Unavailable
from todoku_platform.ids import new_id
from todoku_platform.outbox import Relay, envelope
from todoku_platform.saving import ChangeSet, EventRow, save_statement
from todoku_platform.statements import one, param, statement

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def event(topic: str = "task-events", type: str = "dev.todoku.task.created.v1") -> EventRow:
    return EventRow(
        id=new_id(),
        topic=topic,
        type=type,
        subject="users/u/tasks/t",
        sequence=3,
        payload={"n": 1},
        actor="user",
        change_id=new_id(),
        occurred_at=NOW,
        correlation_id="c1",
        traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    )


def test_the_envelope_is_a_cloudevent_that_dapr_leaves_as_it_is():
    row = {
        **vars(event()),
        "id": "e1",
        "key": "u",
        "payload": {"n": 1},
        "occurred_at": "2026-11-23T13:00:00+01:00",
    }
    made = envelope(row, "/todoku/task")
    assert made["specversion"] == "1.0"
    assert made["time"] == "2026-11-23T12:00:00+00:00"
    assert made["partitionkey"] == "u"
    assert made["sequence"] == "3"
    assert made["traceid"] == made["traceparent"]
    assert made["dataschema"].endswith("task.created.v1.json")


@pytest.mark.postgres
class TestRelay:
    @pytest.fixture
    async def ready(self, storage, sidecar):
        """A relay, and a function that commits events for a user of this test."""
        from todoku_sample import tables

        await storage.execute(statement(text("UPDATE sample.events SET published_at = now()")))
        save = save_statement(tables.platform, tables.notes)
        user = f"user-{uuid4()}"
        relay = Relay(storage, sidecar, schema="sample", source="/todoku/s", pubsub="pubsub")

        async def commit(*events: EventRow) -> list[str]:
            await storage.save(save, ChangeSet(user, {"notes": []}, events=events))
            return [str(each.id) for each in events]

        return relay, commit

    async def published_at(self, storage, id: str) -> str | None:
        from todoku_sample import tables

        table = tables.platform.events
        query = select(table.c.published_at).where(table.c.id == param("id", table.c.id.type))
        return (await storage.read(one(query), id=id))["published_at"]

    async def test_publishes_by_topic_in_the_order_of_commits_and_marks(
        self, ready, storage, sidecar
    ):
        relay, commit = ready
        ids = await commit(
            event(), event("task-updates", "dev.todoku.task.changed.v1"), event(), event()
        )
        await relay._drain()
        assert [e["id"] for topic, e in sidecar.published if topic == "task-events"] == [
            ids[0],
            ids[2],
            ids[3],
        ]
        assert all([await self.published_at(storage, each) for each in ids])
        assert relay.depth == 0
        assert await relay._drain() == 600

    async def test_while_the_broker_is_away_nothing_is_lost_or_held(self, ready, storage, sidecar):
        relay, commit = ready
        [made] = await commit(event())
        sidecar.away = True
        with pytest.raises(Unavailable):
            await relay._drain()
        assert await self.published_at(storage, made) is None
        sidecar.away = False
        await relay._drain()
        assert [e["id"] for _, e in sidecar.published] == [made]

    async def test_what_the_broker_refused_is_tried_again_and_the_rest_is_not(
        self, ready, storage, sidecar
    ):
        relay, commit = ready
        good, bad = await commit(event(), event())
        sidecar.refuse = {bad}
        with pytest.raises(Unavailable):
            await relay._drain()
        sidecar.refuse = set()
        await relay._drain()
        assert [e["id"] for _, e in sidecar.published] == [good, bad]

    async def test_no_bulk_is_larger_than_a_sidecar_takes(self, ready, sidecar):
        relay, commit = ready
        large = {"description": "\N{SPARKLES}" * 5000}
        ids = await commit(*(replace(event(), payload=large) for _ in range(100)))
        sizes: list[int] = []
        publish = sidecar.publish

        async def measured(pubsub, topic, entries):
            sizes.append(sum(len(entry.envelope) for entry in entries))
            return await publish(pubsub, topic, entries)

        sidecar.publish = measured
        await relay._drain()
        assert [made["id"] for _, made in sidecar.published] == ids
        assert max(sizes) < 2 * 1024 * 1024

    async def test_a_relay_whose_lease_ran_out_takes_back_no_mark_of_another(
        self, ready, storage, sidecar
    ):
        relay, commit = ready
        [made] = await commit(event())
        late = await storage.read(relay._claim)
        await storage.execute(
            statement(text("UPDATE sample.events SET leased_until = now() - interval '1 second'"))
        )
        await relay._drain()
        ids = json.dumps([each["id"] for each in late["events"]])
        await storage.execute(relay._settle, ids=ids, done="[]")
        assert await self.published_at(storage, made) is not None

    async def test_two_relays_share_the_work(self, ready, storage, sidecar):
        relay, commit = ready
        ids = await commit(*(event() for _ in range(250)))
        other = Relay(storage, sidecar, schema="sample", source="/todoku/s", pubsub="pubsub")
        await asyncio.gather(relay._drain(), other._drain())
        assert sorted(e["id"] for _, e in sidecar.published) == sorted(ids)

    async def test_waits_for_the_lease_of_a_relay_that_died(self, ready, storage, sidecar):
        relay, commit = ready
        [made] = await commit(event())
        await storage.read(relay._claim)  # and is killed before it publishes
        wait = await relay._drain()
        assert 10 < wait <= 15
        assert sidecar.published == []
        await storage.execute(
            statement(
                text(
                    "UPDATE sample.events SET leased_until = now() - interval '1 second'"
                    " WHERE published_at IS NULL"
                )
            )
        )
        await relay._drain()
        assert [e["id"] for _, e in sidecar.published] == [made]

    async def test_wakes_at_once_after_a_commit(self, ready, sidecar):
        relay, commit = ready
        running = asyncio.create_task(relay.run())
        try:
            [made] = await commit(event())
            relay.wake()
            async with asyncio.timeout(5):
                await sidecar.first.wait()
            assert sidecar.published[0][1]["id"] == made
        finally:
            running.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await running
