"""ChatKit's store on our tables. Its context is the caller, and every statement asks for them."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from chatkit.store import NotFoundError, Store, StoreItemType
from chatkit.types import Attachment, Page, ThreadItem, ThreadMetadata
from pydantic import TypeAdapter
from todoku_platform.clock import Clock
from todoku_platform.ids import new_id

from todoku_chat.assistant import Caller
from todoku_chat.repository import Conversations, Order, Row, TurnRecord

MAX_PAGE = 100
_item: TypeAdapter[ThreadItem] = TypeAdapter(ThreadItem)


class Threads(Store[Caller]):
    def __init__(self, conversations: Conversations, clock: Clock) -> None:
        self._conversations = conversations
        self._clock = clock

    def generate_thread_id(self, context: Caller) -> str:
        return str(new_id())

    def generate_item_id(
        self, item_type: StoreItemType, thread: ThreadMetadata, context: Caller
    ) -> str:
        return str(new_id())

    async def load_thread(self, thread_id: str, context: Caller) -> ThreadMetadata:
        row = await self._conversations.get(context.user_id, known_id(thread_id))
        if row is None:
            raise NotFoundError(thread_id)
        return _thread(row)

    async def save_thread(self, thread: ThreadMetadata, context: Caller) -> None:
        """Insert or change: a thread is saved first when it is made."""
        details = thread.model_dump(mode="json", include={"status", "metadata"})
        changed = await self._conversations.change(
            context.user_id, thread.id, self._clock.now(), title=thread.title, details=details
        )
        if not changed:
            at = aware(thread.created_at)
            await self._conversations.create(context.user_id, thread.id, at, thread.title, details)

    async def load_threads(
        self, limit: int, after: str | None, order: str, context: Caller
    ) -> Page[ThreadMetadata]:
        size = _size(limit)
        found = await self._conversations.page(
            context.user_id, after and known_id(after), size + 1, _order(order)
        )
        return _page([_thread(row) for row in found], size, lambda thread: thread.id)

    async def delete_thread(self, thread_id: str, context: Caller) -> None:
        await self._conversations.delete(context.user_id, known_id(thread_id))

    async def load_thread_items(
        self, thread_id: str, after: str | None, limit: int, order: str, context: Caller
    ) -> Page[ThreadItem]:
        size = _size(limit)
        found = await self._conversations.items(
            context.user_id,
            known_id(thread_id),
            after and known_id(after),
            size + 1,
            _order(order),
        )
        items = [_item.validate_python(data) for data in found]
        return _page(items, size, lambda item: item.id)

    async def load_item(self, thread_id: str, item_id: str, context: Caller) -> ThreadItem:
        data = await self._conversations.item(
            context.user_id, known_id(thread_id), known_id(item_id)
        )
        if data is None:
            raise NotFoundError(item_id)
        return _item.validate_python(data)

    async def add_thread_item(self, thread_id: str, item: ThreadItem, context: Caller) -> None:
        record = TurnRecord(thread_id, self._clock.now(), items=[_data(item)])
        await self._conversations.record(context.user_id, record)

    async def save_item(self, thread_id: str, item: ThreadItem, context: Caller) -> None:
        await self._conversations.put_item(context.user_id, thread_id, _data(item))

    async def delete_thread_item(self, thread_id: str, item_id: str, context: Caller) -> None:
        await self._conversations.delete_item(context.user_id, thread_id, known_id(item_id))

    async def save_attachment(self, attachment: Attachment, context: Caller) -> None:
        raise NotFoundError("attachments are not kept")

    async def load_attachment(self, attachment_id: str, context: Caller) -> Attachment:
        raise NotFoundError(attachment_id)

    async def delete_attachment(self, attachment_id: str, context: Caller) -> None:
        raise NotFoundError(attachment_id)


def known_id(text: str) -> str:
    """Ids are ours, so what is not a UUID is not there."""
    try:
        return str(UUID(text))
    except ValueError as exc:
        raise NotFoundError(text) from exc


def aware(instant: datetime) -> datetime:
    """ChatKit's server makes naive datetimes; the process runs in UTC."""
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def _data(item: ThreadItem) -> Mapping[str, Any]:
    dumped = item.model_dump(mode="json", by_alias=True, exclude_none=True)
    return dumped | {"created_at": aware(item.created_at).isoformat()}


def _thread(row: Row) -> ThreadMetadata:
    return ThreadMetadata.model_validate(
        {"id": row["id"], "title": row["title"], "created_at": row["created_at"]} | row["details"]
    )


def _size(limit: int) -> int:
    return max(1, min(limit, MAX_PAGE))


def _order(order: str) -> Order:
    return "asc" if order == "asc" else "desc"


def _page[T](found: list[T], size: int, id: Callable[[T], str]) -> Page[T]:
    data = found[:size]
    more = len(found) > size
    return Page(data=data, has_more=more, after=id(data[-1]) if more else None)
