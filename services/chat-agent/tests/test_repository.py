"""The statements on a real PostgreSQL: what they keep, and whose."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from todoku_chat.repository import Conversations, TurnRecord
from todoku_platform.errors import Conflict
from todoku_platform.ids import new_id
from todoku_platform.saving import Key

pytestmark = pytest.mark.postgres
NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
DETAILS = {"status": {"type": "active"}, "metadata": {}}
Open = Any


@pytest.fixture
async def conversations(open_storage: Open) -> Conversations:
    return Conversations(await open_storage("todoku_chat"))


@pytest.fixture
def ann() -> str:
    return f"ann-{uuid4()}"


@pytest.fixture
def bob() -> str:
    return f"bob-{uuid4()}"


async def begin(conversations: Conversations, user: str) -> str:
    id_ = str(new_id())
    await conversations.create(user, id_, NOW, "hi", DETAILS)
    return id_


def item(text: str = "hi") -> dict[str, Any]:
    return {"type": "user_message", "id": str(new_id()), "created_at": NOW.isoformat(), "x": text}


def question(**changes: Any) -> dict[str, Any]:
    return {
        "id": str(new_id()),
        "turn_id": str(new_id()),
        "status": "waiting",
        "summary": "Delete?",
        "items": [],
        "state": "{}",
        "base": 1,
        "expires_at": (NOW + timedelta(minutes=30)).isoformat(),
    } | changes


class TestConversations:
    async def test_are_numbered_per_user(
        self, conversations: Conversations, ann: str, bob: str
    ) -> None:
        for user in (ann, ann, bob):
            await begin(conversations, user)
        mine = await conversations.page(ann, None, 10, "asc")
        theirs = await conversations.page(bob, None, 10, "asc")
        assert [row["number"] for row in mine] == [1, 2]
        assert [row["number"] for row in theirs] == [1]

    async def test_many_at_once_get_different_numbers(
        self, conversations: Conversations, ann: str
    ) -> None:
        await asyncio.gather(*(begin(conversations, ann) for _ in range(10)))
        rows = await conversations.page(ann, None, 20, "asc")
        assert sorted(row["number"] for row in rows) == list(range(1, 11))

    async def test_are_found_by_their_user_only(
        self, conversations: Conversations, ann: str, bob: str
    ) -> None:
        id_ = await begin(conversations, ann)
        found = await conversations.by_number(ann, 1)
        assert found
        assert found["id"] == id_
        assert await conversations.get(bob, id_) is None
        assert await conversations.by_number(bob, 1) is None
        assert await conversations.history(bob, id_) is None
        assert not await conversations.change(bob, id_, NOW, title="mine")

    async def test_are_renamed(self, conversations: Conversations, ann: str) -> None:
        id_ = await begin(conversations, ann)
        assert await conversations.change(ann, id_, NOW, title="Rent")
        row = await conversations.get(ann, id_)
        assert row
        assert (row["title"], row["version"], row["details"]) == ("Rent", 2, DETAILS)

    async def test_renamed_at_once_end_with_one_of_the_names(
        self, conversations: Conversations, ann: str
    ) -> None:
        id_ = await begin(conversations, ann)
        names = ("one", "two")
        await asyncio.gather(*(conversations.change(ann, id_, NOW, title=name) for name in names))
        row = await conversations.get(ann, id_)
        assert row
        assert row["title"] in names
        assert row["version"] == 3

    async def test_come_in_pages_either_way(self, conversations: Conversations, ann: str) -> None:
        made = [await begin(conversations, ann) for _ in range(3)]
        newest = await conversations.page(ann, None, 2, "desc")
        assert [row["id"] for row in newest] == [made[2], made[1]]
        rest = await conversations.page(ann, made[1], 2, "desc")
        assert [row["id"] for row in rest] == [made[0]]
        oldest = await conversations.page(ann, made[0], 2, "asc")
        assert [row["id"] for row in oldest] == made[1:]

    async def test_go_with_all_that_is_theirs(
        self, conversations: Conversations, ann: str, bob: str
    ) -> None:
        id_ = await begin(conversations, ann)
        said, asked = item(), question()
        record = TurnRecord(
            id_, NOW, [said], [{"role": "user", "content": "hi"}], new_id(), [asked]
        )
        await conversations.record(ann, record)
        await conversations.delete(bob, id_)
        assert await conversations.item(ann, id_, said["id"])
        await conversations.delete(ann, id_)
        assert await conversations.get(ann, id_) is None
        assert await conversations.items(ann, id_, None, 10, "asc") == []
        assert await conversations.approval(ann, asked["id"]) is None


class TestItems:
    async def test_are_kept_in_order(self, conversations: Conversations, ann: str) -> None:
        id_ = await begin(conversations, ann)
        said = [item(str(n)) for n in range(3)]
        await conversations.record(ann, TurnRecord(id_, NOW, said))
        assert await conversations.items(ann, id_, None, 10, "asc") == said
        assert await conversations.items(ann, id_, said[2]["id"], 1, "desc") == [said[1]]

    async def test_added_twice_are_there_once(self, conversations: Conversations, ann: str) -> None:
        id_ = await begin(conversations, ann)
        said = item()
        for _ in range(2):
            await conversations.record(ann, TurnRecord(id_, NOW, [said]))
        assert await conversations.items(ann, id_, None, 10, "asc") == [said]

    async def test_are_replaced_by_their_user_only(
        self, conversations: Conversations, ann: str, bob: str
    ) -> None:
        id_ = await begin(conversations, ann)
        theirs = await begin(conversations, bob)
        said = item()
        await conversations.record(ann, TurnRecord(id_, NOW, [said]))
        await conversations.put_item(bob, theirs, said | {"x": "changed"})
        assert await conversations.item(ann, id_, said["id"]) == said
        await conversations.put_item(ann, id_, said | {"x": "changed"})
        changed = await conversations.item(ann, id_, said["id"])
        assert changed["x"] == "changed"

    async def test_are_never_put_into_another_s_conversation(
        self, conversations: Conversations, ann: str, bob: str
    ) -> None:
        theirs = await begin(conversations, bob)
        with pytest.raises(Exception, match="items_conversation"):
            await conversations.record(ann, TurnRecord(theirs, NOW, [item()]))

    async def test_are_deleted_by_their_user_only(
        self, conversations: Conversations, ann: str, bob: str
    ) -> None:
        id_ = await begin(conversations, ann)
        said = item()
        await conversations.record(ann, TurnRecord(id_, NOW, [said]))
        await conversations.delete_item(bob, id_, said["id"])
        assert await conversations.item(ann, id_, said["id"])
        await conversations.delete_item(ann, id_, said["id"])
        assert await conversations.item(ann, id_, said["id"]) is None


class TestHistory:
    async def test_is_the_last_turns_oldest_first(
        self, conversations: Conversations, ann: str
    ) -> None:
        id_ = await begin(conversations, ann)
        assert await conversations.history(ann, id_) == []
        for n in range(25):
            said = [{"role": "user", "content": str(n)}]
            await conversations.record(ann, TurnRecord(id_, NOW, (), said, new_id()))
        history = await conversations.history(ann, id_)
        assert history
        assert [message["content"] for message in history] == [str(n) for n in range(5, 25)]


class TestApprovals:
    async def test_are_claimed_once(self, conversations: Conversations, ann: str) -> None:
        id_ = await begin(conversations, ann)
        asked = question()
        await conversations.record(ann, TurnRecord(id_, NOW, approvals=[asked]))
        row = await conversations.approval(ann, asked["id"])
        assert row
        assert row["conversation_id"] == id_
        results = await asyncio.gather(
            *(conversations.claim(row, "approved") for _ in range(5)), return_exceptions=True
        )
        assert sum(result is None for result in results) == 1
        assert sum(isinstance(result, Conflict) for result in results) == 4
        claimed = await conversations.approval(ann, asked["id"])
        assert claimed
        assert (claimed["status"], claimed["state"]) == ("approved", "")

    async def test_are_their_user_s(self, conversations: Conversations, ann: str, bob: str) -> None:
        id_ = await begin(conversations, ann)
        asked = question()
        await conversations.record(ann, TurnRecord(id_, NOW, approvals=[asked]))
        assert await conversations.approval(bob, asked["id"]) is None
        row = await conversations.approval(ann, asked["id"])
        assert row
        with pytest.raises(Conflict):
            await conversations.claim({**row, "user_id": bob}, "approved")

    async def test_expired_ones_go_when_a_new_one_comes(
        self, conversations: Conversations, ann: str
    ) -> None:
        id_ = await begin(conversations, ann)
        old, new = question(), question(expires_at=(NOW + timedelta(hours=3)).isoformat())
        await conversations.record(ann, TurnRecord(id_, NOW, approvals=[old]))
        later = NOW + timedelta(hours=2)
        await conversations.record(ann, TurnRecord(id_, later, approvals=[new]))
        assert await conversations.approval(ann, old["id"]) is None
        assert await conversations.approval(ann, new["id"])


class TestAnswers:
    async def test_are_remembered_under_their_key(
        self, conversations: Conversations, ann: str
    ) -> None:
        key = Key("POST /api/chat", "k1", "h", 200, {}, "{}", NOW + timedelta(days=1))
        await conversations.remember(ann, key)
        await conversations.remember(ann, key)
