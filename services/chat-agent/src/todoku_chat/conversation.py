"""ChatKit's server: its requests become turns, and a turn's events become its stream."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from chatkit.actions import Action
from chatkit.errors import CustomStreamError
from chatkit.server import ChatKitServer
from chatkit.types import (
    AssistantMessageContent,
    AssistantMessageContentPartTextDelta,
    AssistantMessageItem,
    ProgressUpdateEvent,
    StreamOptions,
    ThreadItemAddedEvent,
    ThreadItemDoneEvent,
    ThreadItemReplacedEvent,
    ThreadItemUpdatedEvent,
    ThreadMetadata,
    ThreadStreamEvent,
    UserMessageItem,
    WidgetItem,
)
from pydantic import BaseModel
from todoku_platform.clock import Clock

from todoku_chat import approvals
from todoku_chat.assistant import Caller
from todoku_chat.domain import Outcome, title_from
from todoku_chat.errors import ChatError
from todoku_chat.repository import Row
from todoku_chat.service import Chat
from todoku_chat.threads import Threads, aware, known_id
from todoku_chat.turns import Emit, TextBegun, TextEnded, TextGrew, TurnEvent

Run = Callable[[Emit], Awaitable[Outcome | None]]


class ConversationServer(ChatKitServer[Caller]):
    def __init__(self, threads: Threads, chat: Chat, clock: Clock) -> None:
        super().__init__(threads)
        self._chat, self._clock = chat, clock

    def get_stream_options(self, thread: ThreadMetadata, context: Caller) -> StreamOptions:
        """A turn goes on when nobody listens; what it did is there at the next look."""
        return StreamOptions(allow_cancel=False)

    async def respond(
        self, thread: ThreadMetadata, input_user_message: UserMessageItem | None, context: Caller
    ) -> AsyncIterator[ThreadStreamEvent]:
        if input_user_message is None:
            return
        message = " ".join(part.text for part in input_user_message.content).strip()
        if not message:
            raise CustomStreamError("Say what you would like to do.")
        if thread.title is None:
            thread.title = title_from(message)

        async def run(emit: Emit) -> Outcome | None:
            return await self._chat.say(context, thread.id, message, emit)

        async for event in self._streamed(thread, run):
            yield event

    async def action(
        self,
        thread: ThreadMetadata,
        action: Action[str, Any],
        sender: WidgetItem | None,
        context: Caller,
    ) -> AsyncIterator[ThreadStreamEvent]:
        if action.type not in (approvals.CONFIRM, approvals.CANCEL) or sender is None:
            raise CustomStreamError("This button does nothing any more.")
        row = await self._chat.question(context, known_id(sender.id))
        if row is None or row["conversation_id"] != thread.id:
            raise CustomStreamError("That question is gone. Ask again.")
        approve = action.type == approvals.CONFIRM
        decision: approvals.Decision = "approved" if approve else "refused"

        async def run(emit: Emit) -> Outcome | None:
            return await self._chat.answer(context, row, approve, emit)

        decided = False
        try:
            async for event in self._streamed(thread, run):
                if not decided:
                    decided = True
                    yield _settled(sender, row, decision)
                yield event
        except CustomStreamError:
            now = await self._chat.question(context, row["id"])
            if now is not None and not decided:
                yield _settled(sender, now, self._chat.standing(now))
            raise
        if not decided:
            yield _settled(sender, row, decision)

    async def _streamed(self, thread: ThreadMetadata, run: Run) -> AsyncIterator[ThreadStreamEvent]:
        """The turn runs in a task of its own: its connection must open and close in one task."""
        queue: asyncio.Queue[TurnEvent | None] = asyncio.Queue()
        task = asyncio.ensure_future(run(queue.put_nowait))
        task.add_done_callback(lambda _: queue.put_nowait(None))
        try:
            while (event := await queue.get()) is not None:
                yield self._event(thread, event)
            outcome = await task
        except ChatError as exc:
            raise CustomStreamError(exc.message, allow_retry=exc.retry) from exc
        finally:
            task.cancel()
        if outcome is not None and outcome.pending is not None:
            item = approvals.widget_item(outcome.pending, thread.id, self._clock.now())
            yield ThreadItemDoneEvent(item=WidgetItem.model_validate(item))

    def _event(self, thread: ThreadMetadata, event: TurnEvent) -> ThreadStreamEvent:
        match event:
            case TextBegun(id):
                return ThreadItemAddedEvent(item=self._message(thread, id, ""))
            case TextGrew(id, delta):
                update = AssistantMessageContentPartTextDelta(content_index=0, delta=delta)
                return ThreadItemUpdatedEvent(item_id=id, update=update)
            case TextEnded(id, text):
                return ThreadItemDoneEvent(item=self._message(thread, id, text))
            case _:
                return ProgressUpdateEvent(text=event.title)

    def _message(self, thread: ThreadMetadata, id: str, text: str) -> AssistantMessageItem:
        return AssistantMessageItem(
            id=id,
            thread_id=thread.id,
            created_at=self._clock.now(),
            content=[AssistantMessageContent(text=text)],
        )

    def _serialize(self, obj: BaseModel) -> bytes:
        """The base class makes naive datetimes, which a browser would take for local ones."""
        for part in (obj, getattr(obj, "thread", None), getattr(obj, "item", None)):
            made = getattr(part, "created_at", None)
            if made is not None:
                part.created_at = aware(made)  # type: ignore[union-attr]
        return super()._serialize(obj)


def _settled(sender: WidgetItem, row: Row, now: approvals.Decision) -> ThreadItemReplacedEvent:
    card = approvals.card(approvals.restored(row), now)
    changed = sender.model_dump() | {"widget": card}
    return ThreadItemReplacedEvent(item=WidgetItem.model_validate(changed))
