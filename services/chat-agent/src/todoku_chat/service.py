"""Turns of a conversation. Each is complete in itself, so turns at once do not disturb another."""

import asyncio
import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from agents import RunResultStreaming, ToolApprovalItem, ToolCallOutputItem
from agents.exceptions import AgentsException, MaxTurnsExceeded
from openai import OpenAIError
from todoku_platform.clock import Clock
from todoku_platform.errors import Conflict
from todoku_platform.ids import new_id

from todoku_chat import approvals
from todoku_chat.assistant import Assistant, Caller, Session
from todoku_chat.domain import (
    Outcome,
    Pending,
    PendingItem,
    known_tasks,
    parsed,
    plain,
    summarize,
    text_of,
)
from todoku_chat.errors import ChatError, already_answered, expired, model_away, too_long
from todoku_chat.repository import Conversations, Row, TurnRecord
from todoku_chat.settings import Settings
from todoku_chat.turns import Emit, Follower

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Turn:
    """`base` is how many of the run's messages belong to turns before."""

    id: str
    caller: Caller
    conversation_id: str
    base: int
    message: str | None = None


class Chat:
    def __init__(
        self, conversations: Conversations, assistant: Assistant, clock: Clock, settings: Settings
    ) -> None:
        self.conversations = conversations
        self._assistant = assistant
        self._clock = clock
        self._settings = settings

    async def say(
        self, caller: Caller, conversation_id: str, message: str, emit: Emit, turn_id: str = ""
    ) -> Outcome | None:
        """One turn for the user's message; None when there is no such conversation.

        A turn run again under its `turn_id` has its effects once. Without one it is a new turn.
        Raises ChatError with what to tell the user, Unavailable when the storage is away.
        """
        history = await self.conversations.history(caller.user_id, conversation_id)
        if history is None:
            return None
        turn_id = turn_id or str(new_id())
        turn = Turn(turn_id, caller, conversation_id, len(history), message)
        async with self._assistant.session(caller, turn.id) as session:
            result = session.run([*history, {"role": "user", "content": message}])
            return await self._finish(turn, session, result, emit)

    def standing(self, row: Row) -> approvals.Decision:
        """What became of a question by now."""
        decision: approvals.Decision = row["status"]
        if decision != "waiting":
            return decision
        late = datetime.fromisoformat(row["expires_at"]) <= self._clock.now()
        return "expired" if late else "waiting"

    async def question(self, caller: Caller, approval_id: str) -> Row | None:
        return await self.conversations.approval(caller.user_id, approval_id)

    async def answer(self, caller: Caller, row: Row, approve: bool, emit: Emit) -> Outcome:
        """Go on with the run that asked; a question is answered once, within its time."""
        standing = self.standing(row)
        if standing != "waiting":
            raise expired() if standing == "expired" else already_answered()
        turn = Turn(row["turn_id"], caller, row["conversation_id"], row["base"])
        # Before the claim: when the tools are away, the question can be answered later.
        async with self._assistant.session(caller, f"{turn.id}/{row['id']}") as session:
            state = await session.restore(row["state"], approve, approvals.REFUSAL)
            try:
                await self.conversations.claim(row, "approved" if approve else "refused")
            except Conflict as exc:
                raise already_answered() from exc
            return await self._finish(turn, session, session.run(state), emit)

    async def _finish(
        self, turn: Turn, session: Session, result: RunResultStreaming, emit: Emit
    ) -> Outcome:
        follower = Follower(emit)
        try:
            async with asyncio.timeout(self._settings.turn_seconds):
                await follower.follow(result)
        except (AgentsException, OpenAIError, TimeoutError) as exc:
            result.cancel()
            error = _readable(exc)
            error.retry = error.retry and not follower.acted
            await self._record(turn, result, note=error.message)
            raise error from exc
        if not result.interruptions:
            await self._record(turn, result)
            return Outcome(follower.texts, follower.calls)
        pending = await self._pending(session, result)
        await self._ask(turn, result, pending)
        return Outcome(follower.texts, follower.calls, pending)

    async def _record(self, turn: Turn, result: RunResultStreaming, note: str = "") -> None:
        """What the model will remember; after a failure, with what the user was told."""
        messages = plain(result.to_input_list())[turn.base :]
        if note:
            messages.append({"role": "assistant", "content": note})
        now = self._clock.now()
        record = TurnRecord(turn.conversation_id, now, (), messages, new_id())
        await self.conversations.record(turn.caller.user_id, record)

    async def _ask(self, turn: Turn, result: RunResultStreaming, pending: Pending) -> None:
        """Keep the run. Its calls enter the history whole, when the question is answered."""
        asked = {"role": "assistant", "content": f"{pending.summary} (waiting for the user)"}
        message = [{"role": "user", "content": turn.message}] if turn.message else []
        now = self._clock.now()
        row = {
            "id": pending.id,
            "turn_id": turn.id,
            "status": "waiting",
            "summary": pending.summary,
            "items": approvals.stored(tuple(pending.items)),
            "state": result.to_state().to_string(),
            "base": turn.base + len(message),
            "expires_at": (now + self._settings.approval_lifetime).isoformat(),
        }
        record = TurnRecord(turn.conversation_id, now, (), [*message, asked], new_id(), [row])
        await self.conversations.record(turn.caller.user_id, record)

    async def _pending(self, session: Session, result: RunResultStreaming) -> Pending:
        outputs = [item for item in result.new_items if isinstance(item, ToolCallOutputItem)]
        known = known_tasks(parsed(text_of(item.output)) for item in outputs)
        items = [await _item(session, known, question) for question in result.interruptions]
        return Pending(str(new_id()), summarize(items), tuple(items))


async def _item(session: Session, known: Any, question: ToolApprovalItem) -> PendingItem:
    arguments = parsed(question.arguments or "{}")
    reference = str(arguments.get("id", ""))
    task = known.get(reference) or await session.find(reference) or {}
    return PendingItem(question.name or "", arguments, task.get("number"), task.get("title"))


def _readable(exc: Exception) -> ChatError:
    if isinstance(exc, MaxTurnsExceeded | TimeoutError):
        return too_long()
    log.warning("the run failed: %s: %s", type(exc).__name__, exc)
    return model_away()
