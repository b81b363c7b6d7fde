"""Conversations in PostgreSQL: one statement a read, one statement a write."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from todoku_platform.errors import Conflict
from todoku_platform.saving import ChangeSet, Key
from todoku_platform.storage import Storage

from todoku_chat import statements as sql
from todoku_chat.domain import Message

Order = Literal["asc", "desc"]
Row = Mapping[str, Any]
ATTEMPTS = 3


@dataclass(frozen=True)
class TurnRecord:
    """What one turn leaves: for people, for the model, and perhaps a question that waits."""

    conversation_id: str
    at: datetime
    items: Sequence[Row] = ()
    messages: Sequence[Message] = ()
    history_id: UUID | None = None
    approvals: Sequence[Row] = field(default_factory=tuple)


class Conversations:
    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def create(
        self, user_id: str, id: str, at: datetime, title: str | None, details: Row
    ) -> Row:
        """Number and insert; a number whose insert fails is never used again."""
        number = await self._storage.read(sql.NEXT_NUMBER, user_id=user_id, first="1")
        row = {
            "id": id,
            "user_id": user_id,
            "number": number,
            "title": title,
            "details": details,
            "created_at": at.isoformat(),
            "updated_at": at.isoformat(),
            "version": 1,
        }
        await self._save(row)
        return row

    async def change(self, user_id: str, id: str, at: datetime, **changes: Any) -> bool:
        """Set columns of a conversation; False when it is not there. The last writer wins."""
        for attempt in range(ATTEMPTS):
            row = await self.get(user_id, id)
            if row is None:
                return False
            now = {"updated_at": at.isoformat(), "version": row["version"] + 1}
            try:
                await self._save({**row, **changes, **now})
            except Conflict:
                if attempt == ATTEMPTS - 1:
                    raise
            else:
                break
        return True

    async def _save(self, row: Row) -> None:
        changes = ChangeSet(row["user_id"], rows={"conversations": [row]})
        await self._storage.save(sql.SAVE_CONVERSATION, changes)

    async def get(self, user_id: str, id: str) -> Row | None:
        row: Row | None = await self._storage.read(sql.BY_ID, user_id=user_id, id=id)
        return row

    async def by_number(self, user_id: str, number: int) -> Row | None:
        row: Row | None = await self._storage.read(
            sql.BY_NUMBER, user_id=user_id, number=str(number)
        )
        return row

    async def page(self, user_id: str, after: str | None, limit: int, order: Order) -> list[Row]:
        found: list[Row] = await self._storage.read(
            sql.LIST[order], user_id=user_id, after=after, limit=str(limit)
        )
        return found

    async def delete(self, user_id: str, id: str) -> None:
        """With all that belongs to it; deleting what is not there is no error."""
        await self._storage.execute(sql.DELETE, user_id=user_id, id=id)

    async def items(
        self, user_id: str, conversation_id: str, after: str | None, limit: int, order: Order
    ) -> list[Any]:
        found = await self._storage.read(
            sql.ITEM_LIST[order],
            user_id=user_id,
            conversation_id=conversation_id,
            after=after,
            limit=str(limit),
        )
        return [row["data"] for row in found]

    async def item(self, user_id: str, conversation_id: str, id: str) -> Any:
        """The item's data or None."""
        row = await self._storage.read(
            sql.ITEM, user_id=user_id, conversation_id=conversation_id, id=id
        )
        return row and row["data"]

    async def put_item(self, user_id: str, conversation_id: str, data: Row) -> None:
        await self._storage.execute(
            sql.PUT_ITEM,
            id=data["id"],
            user_id=user_id,
            conversation_id=conversation_id,
            data=json.dumps(data),
            created_at=data["created_at"],
            version="1",
        )

    async def delete_item(self, user_id: str, conversation_id: str, id: str) -> None:
        await self._storage.execute(
            sql.DELETE_ITEM, user_id=user_id, conversation_id=conversation_id, id=id
        )

    async def history(self, user_id: str, conversation_id: str) -> list[Message] | None:
        """What the model has seen in the last turns, oldest first; None: no such conversation."""
        found = await self._storage.read(
            sql.TURNS,
            user_id=user_id,
            conversation_id=conversation_id,
            turns=str(sql.HISTORY_TURNS),
        )
        if not found["conversation"]:
            return None
        return [message for turn in reversed(found["turns"]) for message in turn["messages"]]

    async def record(self, user_id: str, turn: TurnRecord) -> None:
        """All that a turn leaves, in one statement."""
        await self._storage.save(sql.SAVE_TURN, _changes(user_id, turn))
        if turn.approvals:
            await self._storage.execute(
                sql.DROP_EXPIRED, user_id=user_id, before=turn.at.isoformat()
            )

    async def remember(self, user_id: str, key: Key) -> None:
        """Keep the answer given to a request, to be repeated for the same key."""
        await self._storage.save(sql.SAVE_TURN, ChangeSet(user_id), key)

    async def approval(self, user_id: str, id: str) -> Row | None:
        row: Row | None = await self._storage.read(sql.APPROVAL, user_id=user_id, id=id)
        return row

    async def claim(self, row: Row, status: str) -> None:
        """Take the question's one answer; raises Conflict when another took it first.

        What the run needs to go on is in `row`, so its copy in the table can go.
        """
        claimed = {**row, "status": status, "state": "", "version": row["version"] + 1}
        changes = ChangeSet(row["user_id"], rows={"approvals": [claimed]})
        await self._storage.save(sql.SAVE_TURN, changes)


def _changes(user_id: str, turn: TurnRecord) -> ChangeSet:
    owned = {"user_id": user_id, "conversation_id": turn.conversation_id, "version": 1}
    at = turn.at.isoformat()
    items = [
        owned | {"id": data["id"], "data": data, "created_at": data["created_at"]}
        for data in turn.items
    ]
    history = (
        [owned | {"id": turn.history_id, "messages": list(turn.messages), "created_at": at}]
        if turn.messages
        else []
    )
    approvals = [owned | dict(row) | {"created_at": at} for row in turn.approvals]
    return ChangeSet(
        user_id,
        rows={"approvals": approvals},
        append={"items": items, "history": history},
    )
