"""The statements themselves, on a real PostgreSQL as the service's own role."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

import asyncpg
import pytest
from sqlalchemy import Text, delete, func, insert, select
from todoku_platform.errors import Conflict, Erased
from todoku_platform.ids import new_id
from todoku_platform.saving import Key
from todoku_platform.statements import MAX_SQL, Statement, param, rows, statement
from todoku_task import reading, repository
from todoku_task.commands import Complete, Create, Edit
from todoku_task.domain import decide
from todoku_task.events import Cause, task_change
from todoku_task.repository import Once, Tasks
from todoku_task.state import Change, Kind, State, Task
from todoku_task.tables import PLATFORM, TASKS

pytestmark = pytest.mark.postgres
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
DUE = {"date": "2026-03-03", "time": "09:00", "timezone": "Europe/Berlin"}


@pytest.fixture
def tasks(storage) -> Tasks:
    return Tasks(storage)


@pytest.fixture
def cause(user_id) -> Cause:
    return Cause(user_id, "user", NOW, "c")


@pytest.fixture
def make(tasks, cause, user_id):
    async def make(**fields) -> Task:
        reserved = await tasks.reserve(user_id, None)
        command = Create(str(new_id()), reserved.number, {"title": "x"} | fields, str(new_id()))
        change = decide(State(None), command, NOW, "user")
        assert await tasks.save(task_change(change, "UTC", cause))
        return change.task

    return make


def edit(task: Task, title: str = "y") -> Change:
    change = decide(State(task), Edit({"title": title}, "s"), NOW, "user")
    assert change is not None
    return change


async def event_count(storage, user_id: str) -> int:
    events = PLATFORM.events
    query = rows(select(events.c.id).where(events.c.user_id == param("user_id", Text)))
    return len(await storage.read(query, user_id=user_id))


class TestRoundTrip:
    async def test_what_is_saved_is_read(self, tasks, make, user_id):
        recurrence = {"rule": "FREQ=DAILY", "mode": "schedule"}
        made = await make(
            due=DUE, tags=["a", "'; --"], reminders=[{"before": "PT1H"}], recurrence=recurrence
        )
        for ref in (made.id, made.number):
            loaded = await tasks.load(user_id, ref)
            assert loaded.state.task == made

    async def test_whatever_zone_the_session_has(self, migrated, tasks, make):
        made = await make(due=DUE)
        connection = await asyncpg.connect(migrated("todoku_task"))
        try:
            await connection.execute("SET TIME ZONE 'Asia/Kathmandu'; SET DateStyle = 'German'")
            query = reading.GET_BY_NUMBER
            user = (await tasks.storage.read(rows(select(TASKS.c.user_id, TASKS.c.id))))[-1]
            given = {"user_id": user["user_id"], "number": str(made.number)}
            text = await connection.fetchval(query.sql, *query.arguments(given))
        finally:
            await connection.close()
        assert made.created_at in text
        assert '"date" : "2026-03-03"' in text


class TestSave:
    async def test_version_conflict(self, storage, tasks, make, cause, user_id):
        made = await make()
        await tasks.save(task_change(edit(made), "UTC", cause))
        with pytest.raises(Conflict):
            await tasks.save(task_change(edit(made, "z"), "UTC", cause))
        assert await event_count(storage, user_id) == 4

    async def test_of_forty_writers_one_wins(self, storage, tasks, make, cause, user_id):
        made = await make()
        writes = (tasks.save(task_change(edit(made, f"{n}"), "UTC", cause)) for n in range(40))
        results = await asyncio.gather(*writes, return_exceptions=True)
        assert results.count(True) == 1
        assert sum(isinstance(result, Conflict) for result in results) == 39
        assert await event_count(storage, user_id) == 4

    async def test_a_key_once(self, storage, tasks, make, cause, user_id):
        made = await make()
        key = Key("POST /x", "k", "hash", 200, {"etag": '"2"'}, "answer")
        assert await tasks.save(task_change(edit(made), "UTC", cause), key)
        assert not await tasks.save(task_change(edit(made, "z"), "UTC", cause), key)
        loaded = await tasks.load(user_id, made.id, Once("POST /x", "k", b""))
        assert loaded.state.task.title == "y"
        assert (loaded.answer["answer"], loaded.answer["headers"]) == ("answer", {"etag": '"2"'})

    async def test_another_users_row(self, storage, tasks, make, cause, user_id):
        made = await make()
        theirs = replace(cause, user_id=f"other-{user_id}")
        with pytest.raises(Conflict):
            await tasks.save(task_change(edit(made), "UTC", theirs))
        assert (await tasks.load(user_id, made.id)).state.task == made
        assert await event_count(storage, theirs.user_id) == 0

    async def test_a_purged_row_stays_purged(self, storage, tasks, make, cause, user_id):
        made = await make()
        purge = delete(TASKS).where(TASKS.c.user_id == param("user_id", Text))
        await storage.execute(statement(purge), user_id=user_id)
        with pytest.raises(Conflict):
            await tasks.save(task_change(edit(made), "UTC", cause))
        assert (await tasks.load(user_id, made.id)).state.task is None

    async def test_nothing_after_an_erase(self, storage, tasks, make, cause, user_id):
        made = await make()
        tombstone = insert(PLATFORM.tombstones).from_select(
            ["user_id", "erased_at"], select(param("user_id", Text), func.now())
        )
        await storage.execute(statement(tombstone), user_id=user_id)
        with pytest.raises(Erased):
            await tasks.save(task_change(edit(made), "UTC", cause))
        with pytest.raises(Erased):
            await tasks.reserve(user_id, None)

    async def test_what_was_only_read_is_checked(self, tasks, make, cause, user_id):
        before, other = await make(), await make()
        done = decide(State(before), Complete(completed=True), NOW, "user")
        await tasks.save(task_change(done, "UTC", cause))
        decided = replace(edit(other), read=(done.task,))
        reopened = decide(State(done.task), Complete(completed=False), NOW, "user")
        await tasks.save(task_change(reopened, "UTC", cause))
        with pytest.raises(Conflict):
            await tasks.save(task_change(decided, "UTC", cause))
        assert (await tasks.load(user_id, other.id)).state.task == other
        assert await tasks.save(task_change(replace(decided, read=(reopened.task,)), "UTC", cause))

    async def test_an_id_that_exists(self, tasks, make, cause):
        made = await make()
        again = Change(replace(made, number=99), Kind.CREATED, ("title",))
        with pytest.raises(Conflict):
            await tasks.save(task_change(again, "UTC", cause))


class TestStatements:
    def test_every_one_passes_the_binding(self):
        found = [
            (name, value)
            for module in (reading, repository)
            for name, value in vars(module).items()
            if isinstance(value, Statement)
        ]
        assert len(found) >= 10
        for name, value in found:
            assert len(value.sql.encode()) < MAX_SQL, name
            assert value.constants == {}, name

    def test_every_one_names_the_user(self):
        for name, value in vars(reading).items():
            if isinstance(value, Statement):
                assert "user_id = CAST($1" in value.sql, name
