"""The feed on a real PostgreSQL: the order of numbers is the order of commits."""

import asyncio

import asyncpg
import pytest

pytestmark = pytest.mark.postgres


class TestFeed:
    async def test_a_change_is_shown_once(self, reminders, ledger, updated, wakes, user_id) -> None:
        event = updated()
        await asyncio.gather(*(reminders.task_updated(event) for _ in range(8)))
        [row] = await ledger.feed()
        assert (row["seq"], row["kind"]) == (1, "task")
        assert row["data"] == event.data.model_dump(mode="json")
        assert wakes.feeds == [user_id]

    async def test_numbers_are_each_users_own(self, reminders, repository, updated) -> None:
        await reminders.task_updated(updated("u-left"))
        before = (await repository.feed("u-right", 0)).head
        await reminders.task_updated(updated("u-left"))
        assert (await repository.feed("u-right", 0)).head == before

    async def test_a_tail_sees_every_number_once_and_in_order(
        self, reminders, repository, updated, user_id
    ) -> None:
        """Many writers at once; two replicas read on from the last number they saw."""
        count, writing = 150, True
        gate = asyncio.Semaphore(16)

        async def write() -> None:
            async with gate:
                await reminders.task_updated(updated())

        async def tail() -> list[int]:
            seen: list[int] = []
            while writing or len(seen) < count:
                page = await repository.feed(user_id, seen[-1] if seen else 0)
                seen += [row["seq"] for row in page.rows]
            return seen

        tails = [asyncio.create_task(tail()) for _ in range(2)]
        await asyncio.gather(*(write() for _ in range(count)))
        writing = False
        async with asyncio.timeout(20):
            assert [await each for each in tails] == [list(range(1, count + 1))] * 2

    async def test_an_open_commit_holds_back_the_numbers_after_it(
        self, reminders, repository, migrated, updated, user_id
    ) -> None:
        """Why a tail never skips: the next number waits for the commit of the one before."""
        connection = await asyncpg.connect(await asyncio.to_thread(migrated, "todoku_notification"))
        sql = (
            "INSERT INTO notification.feed (user_id, kind, data, created_at)"
            " VALUES ($1, 'task', '{}', now())"
        )
        waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
        try:
            transaction = connection.transaction()
            await transaction.start()
            await connection.execute(sql, user_id)
            second = asyncio.create_task(reminders.task_updated(updated()))
            async with asyncio.timeout(5):
                while not await connection.fetchval(waiting):
                    assert not second.done()
            assert (await repository.feed(user_id, 0)).rows == []
            await transaction.commit()
            await second
        finally:
            await connection.close()
        assert [row["seq"] for row in (await repository.feed(user_id, 0)).rows] == [1, 2]

    async def test_a_user_keeps_a_thousand_rows(
        self, storage, repository, user_id, migrated
    ) -> None:
        connection = await asyncpg.connect(await asyncio.to_thread(migrated, "todoku_notification"))
        try:
            await connection.execute(
                "INSERT INTO notification.feed (user_id, kind, data, created_at)"
                " SELECT $1, 'task', '{}', now() FROM generate_series(1, 1100)",
                user_id,
            )
        finally:
            await connection.close()
        page = await repository.feed(user_id, 0)
        assert (page.floor, page.head) == (101, 1100)
        assert page.more
