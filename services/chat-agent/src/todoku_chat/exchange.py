"""The REST contract: one request, one turn, the same conversations as the chat's."""

from typing import Any

from todoku_platform.clock import Clock
from todoku_platform.ids import new_id
from todoku_platform.problems import not_found

from todoku_chat import approvals
from todoku_chat.assistant import Caller
from todoku_chat.domain import Outcome, title_from
from todoku_chat.items import answer_items, user_message
from todoku_chat.repository import Conversations, Row, TurnRecord
from todoku_chat.service import Chat
from todoku_chat.turns import TurnEvent

NEW = {"status": {"type": "active"}, "metadata": {}}


class Exchange:
    def __init__(self, chat: Chat, clock: Clock) -> None:
        self._chat, self._clock = chat, clock

    @property
    def _conversations(self) -> Conversations:
        return self._chat.conversations

    async def say(
        self, caller: Caller, number: int | None, message: str, turn_id: str = ""
    ) -> tuple[Row, Outcome]:
        """Go on with a conversation, or begin one; a 404 problem when there is none so numbered."""
        conversation = await self._conversation(caller, number, message)
        thread, now = conversation["id"], self._clock.now()
        said = user_message(str(new_id()), thread, now, message)
        await self._add(caller, thread, [said])
        outcome = await self._chat.say(caller, thread, message, _unheard, turn_id)
        if outcome is None:
            raise not_found()
        await self._add(caller, thread, answer_items(thread, self._clock.now(), outcome))
        return conversation, outcome

    async def answer(self, caller: Caller, approval_id: str, approve: bool) -> tuple[Row, Outcome]:
        row = await self._chat.question(caller, approval_id)
        if row is None:
            raise not_found()
        thread = row["conversation_id"]
        outcome = await self._chat.answer(caller, row, approve, _unheard)
        settled = approvals.widget_item(
            approvals.restored(row),
            thread,
            approvals.asked_at(row),
            "approved" if approve else "refused",
        )
        await self._conversations.put_item(caller.user_id, thread, settled)
        await self._add(caller, thread, answer_items(thread, self._clock.now(), outcome))
        conversation = await self._conversations.get(caller.user_id, thread)
        if conversation is None:
            raise not_found()
        return conversation, outcome

    async def _conversation(self, caller: Caller, number: int | None, message: str) -> Row:
        if number is None:
            title = title_from(message)
            return await self._conversations.create(
                caller.user_id, str(new_id()), self._clock.now(), title, NEW
            )
        found = await self._conversations.by_number(caller.user_id, number)
        if found is None:
            raise not_found("There is no such conversation.")
        return found

    async def _add(self, caller: Caller, id: str, items: list[dict[str, Any]]) -> None:
        record = TurnRecord(id, self._clock.now(), items)
        await self._conversations.record(caller.user_id, record)


def _unheard(_: TurnEvent) -> None:
    """The whole answer comes at the end."""
