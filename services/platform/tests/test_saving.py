"""The one-statement write, on a real PostgreSQL as the service's own role."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Text, select
from todoku_platform.errors import Conflict, Erased
from todoku_platform.ids import new_id
from todoku_platform.saving import ChangeSet, EventRow, Key, save_statement
from todoku_platform.statements import MAX_SQL, param, rows, statement
from todoku_platform.storage import Storage, StorageError

pytestmark = pytest.mark.postgres
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def sample():
    from todoku_sample import tables

    return tables


@pytest.fixture
def save(sample):
    return save_statement(sample.platform, sample.notes, checked=[sample.notes])


@pytest.fixture
def user() -> str:
    return f"user-{uuid4()}"


def note(
    user: str, version: int = 1, id: UUID | None = None, **fields: object
) -> dict[str, object]:
    row = {"id": id or new_id(), "user_id": user, "title": "a", "tags": ["x", "y"], "due": None}
    return row | {"version": version} | fields


def event(note_id: object, sequence: int = 1) -> EventRow:
    return EventRow(
        id=new_id(),
        topic="task-events",
        type="dev.todoku.task.created.v1",
        subject=f"users/u/tasks/{note_id}",
        sequence=sequence,
        payload={"title": "'; DROP TABLE notes; --"},
        actor="user",
        change_id=new_id(),
        occurred_at=NOW,
        correlation_id="c",
    )


async def notes_of(storage: Storage, sample, user: str) -> list[dict[str, object]]:
    query = select(sample.notes).where(sample.notes.c.user_id == param("user_id", Text))
    return await storage.read(rows(query), user_id=user)


async def events_of(storage: Storage, sample, user: str) -> list[dict[str, object]]:
    table = sample.platform.events
    return await storage.read(
        rows(select(table).where(table.c.user_id == param("user_id", Text))), user_id=user
    )


def test_the_text_is_small_and_has_one_parameter(save):
    assert len(save.sql) < MAX_SQL
    assert save.order == ("document",)


class TestRows:
    async def test_version_one_is_inserted_and_the_next_replaces_it(
        self, storage, sample, save, user
    ):
        row = note(user, due=NOW.date())
        assert await storage.save(
            save, ChangeSet(user, {"notes": [row]}, events=[event(row["id"])])
        )
        changed = row | {"version": 2, "title": "b", "tags": []}
        assert await storage.save(save, ChangeSet(user, {"notes": [changed]}))
        [stored] = await notes_of(storage, sample, user)
        assert (stored["title"], stored["tags"], stored["version"]) == ("b", [], 2)
        assert stored["due"] == "2026-11-23"
        assert len(await events_of(storage, sample, user)) == 1

    async def test_of_forty_writers_on_one_version_one_wins(self, storage, sample, save, user):
        row = note(user)
        await storage.save(save, ChangeSet(user, {"notes": [row]}))

        async def write(title: str) -> bool:
            change = row | {"version": 2, "title": title}
            try:
                return await storage.save(
                    save, ChangeSet(user, {"notes": [change]}, events=[event(row["id"], 2)])
                )
            except Conflict:
                return False

        results = await asyncio.gather(*(write(str(n)) for n in range(40)))
        assert sum(results) == 1
        assert len(await events_of(storage, sample, user)) == 1

    async def test_a_purged_row_is_not_brought_back(self, storage, sample, save, user):
        with pytest.raises(Conflict):
            await storage.save(save, ChangeSet(user, {"notes": [note(user, version=3)]}))
        assert await notes_of(storage, sample, user) == []

    async def test_an_existing_id_is_a_conflict(self, storage, save, user):
        row = note(user)
        await storage.save(save, ChangeSet(user, {"notes": [row]}))
        with pytest.raises(Conflict):
            await storage.save(save, ChangeSet(user, {"notes": [row]}))

    async def test_a_row_twice_in_one_command_is_refused(self, storage, save, user):
        row = note(user)
        with pytest.raises(ValueError, match="twice"):
            await storage.save(save, ChangeSet(user, {"notes": [row, row | {"version": 2}]}))


class TestForeignRows:
    async def test_another_users_row_is_never_changed(self, storage, sample, save, user):
        row = note(user)
        await storage.save(save, ChangeSet(user, {"notes": [row]}))
        for owner in ("thief", user):
            theft = row | {"version": 2, "title": "mine", "user_id": owner}
            with pytest.raises(Conflict):
                await storage.save(save, ChangeSet("thief", {"notes": [theft]}))
        [stored] = await notes_of(storage, sample, user)
        assert stored["title"] == "a"

    async def test_a_row_for_another_user_is_not_inserted(self, storage, sample, save, user):
        with pytest.raises(Conflict):
            await storage.save(save, ChangeSet("thief", {"notes": [note(user)]}))
        assert await notes_of(storage, sample, user) == []


class TestChecks:
    async def test_a_row_that_was_only_read_must_still_be_so(self, storage, sample, save, user):
        read = note(user)
        await storage.save(save, ChangeSet(user, {"notes": [read]}))
        seen = {"notes": [(read["id"], 1)]}
        assert await storage.save(save, ChangeSet(user, {"notes": [note(user)]}, checks=seen))
        await storage.save(save, ChangeSet(user, {"notes": [read | {"version": 2}]}))
        with pytest.raises(Conflict):
            await storage.save(save, ChangeSet(user, {"notes": [note(user)]}, checks=seen))
        assert len(await notes_of(storage, sample, user)) == 2


class TestKey:
    async def test_of_forty_with_one_key_one_is_applied(self, storage, sample, save, user):
        key = Key("POST /notes", "k1", body_hash="h", status=201, answer="{}")
        results = await asyncio.gather(
            *(storage.save(save, ChangeSet(user, {"notes": [note(user)]}), key) for _ in range(40))
        )
        assert sum(results) == 1
        assert len(await notes_of(storage, sample, user)) == 1

    async def test_a_failed_write_leaves_no_key(self, storage, save, user):
        key = Key("task-events", str(new_id()))
        with pytest.raises(Conflict):
            await storage.save(save, ChangeSet(user, {"notes": [note(user, version=9)]}), key)
        assert await storage.save(save, ChangeSet(user, {"notes": [note(user)]}), key)

    async def test_an_expired_key_may_be_used_again(self, storage, save, user):
        ended = Key("POST /notes", "k", expires_at=NOW - timedelta(days=300))
        assert await storage.save(save, ChangeSet(user, {"notes": [note(user)]}), ended)
        assert await storage.save(save, ChangeSet(user, {"notes": [note(user)]}), ended)

    async def test_one_key_of_two_users_is_two_keys(self, storage, save, user):
        key = Key("POST /notes", "k")
        assert await storage.save(save, ChangeSet(user, {"notes": [note(user)]}), key)
        assert await storage.save(save, ChangeSet(user + "2", {"notes": [note(user + "2")]}), key)


class TestErased:
    async def test_nothing_is_written_for_an_erased_user(self, storage, sample, save, user):
        await storage.execute(
            statement(
                sample.platform.tombstones.insert().values(
                    user_id=param("user_id", Text), erased_at=NOW
                )
            ),
            user_id=user,
        )
        with pytest.raises(Erased):
            await storage.save(save, ChangeSet(user, {"notes": [note(user)]}))
        assert await notes_of(storage, sample, user) == []


class TestLeastPrivilege:
    @pytest.mark.parametrize(
        "sql",
        [
            "CREATE TABLE sample.x (a int)",
            "DROP TABLE sample.notes",
            "DELETE FROM sample.events",
            "UPDATE sample.events SET payload = '{}'",
            "UPDATE sample.alembic_version SET version_num = '0000'",
        ],
    )
    async def test_the_services_role_may_not(self, storage, sql):
        from sqlalchemy import text

        with pytest.raises(StorageError):
            await storage.execute(statement(text(sql)))
