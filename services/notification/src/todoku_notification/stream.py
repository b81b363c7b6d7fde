"""The live stream: feed rows to browsers as server-sent events (WHATWG HTML, section 9.2).

A stream holds a cursor and a flag, no queue: whoever is slow reads later, from the table. All
streams of one user on this replica share one read per wake-up.
"""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send
from todoku_platform.errors import Unavailable

from todoku_notification.repository import FeedPage

log = logging.getLogger(__name__)
POLL_SECONDS = 15.0
"""The net under lost wake-ups, and the rhythm of comments that keep proxies from closing."""

RETRY_MILLISECONDS = 2000
OVERTIME_SECONDS = 5.0
HEADERS = {"Cache-Control": "no-cache, no-transform", "X-Accel-Buffering": "no"}
BEYOND = 2**62

Load = Callable[[str, int], Awaitable[FeedPage]]


class Channel:
    """One user's streams on this replica."""

    def __init__(self, user_id: str, load: Load) -> None:
        self._user_id, self._load = user_id, load
        self.flags: set[asyncio.Event] = set()
        self._lock = asyncio.Lock()
        self._wakes = 0
        self._page: tuple[int, int, FeedPage] | None = None
        self._read_at = 0.0

    def wake(self) -> None:
        self._wakes += 1
        for flag in self.flags:
            flag.set()

    def poll(self) -> None:
        """Distrust what was read, unless another stream of the user asked just now."""
        if asyncio.get_running_loop().time() - self._read_at > POLL_SECONDS / 2:
            self._wakes += 1

    async def after(self, cursor: int) -> FeedPage:
        """The rows after a cursor, from the last read where that is as good as a new one."""
        async with self._lock:
            page = self._remembered(cursor)
            if page is None:
                wakes = self._wakes
                page = await self._load(self._user_id, cursor)
                self._page = (cursor, wakes, page)
                self._read_at = asyncio.get_running_loop().time()
            return page

    def _remembered(self, cursor: int) -> FeedPage | None:
        if self._page is None:
            return None
        start, wakes, page = self._page
        if wakes != self._wakes or page.more or not start <= cursor <= page.head:
            return None
        return replace(page, rows=[row for row in page.rows if row["seq"] > cursor])


class Hub:
    """The channels of all users with an open stream here."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._channels: dict[str, Channel] = {}
        self.closing = False

    def count(self, user_id: str) -> int:
        channel = self._channels.get(user_id)
        return len(channel.flags) if channel else 0

    def wake(self, user_id: str) -> None:
        if channel := self._channels.get(user_id):
            channel.wake()

    def close(self) -> None:
        """Let every stream end, so that the server can."""
        self.closing = True
        for channel in self._channels.values():
            channel.wake()

    @contextmanager
    def join(self, user_id: str, flag: asyncio.Event) -> Iterator[Channel]:
        channel = self._channels.setdefault(user_id, Channel(user_id, self._load))
        channel.flags.add(flag)
        try:
            yield channel
        finally:
            channel.flags.discard(flag)
            if not channel.flags:
                self._channels.pop(user_id, None)


class EventStream(StreamingResponse):
    """One open stream. `cursor` is the last number the client has, None for a new client, and
    `lifetime` the seconds for which its token is good."""

    media_type = "text/event-stream"

    def __init__(self, hub: Hub, user_id: str, cursor: int | None, lifetime: float) -> None:
        super().__init__(self._chunks(), headers=HEADERS)
        self._hub, self._user_id, self._cursor = hub, user_id, cursor
        self._lifetime = lifetime
        self._flag = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._hub.join(self._user_id, self._flag) as self._channel:
            try:
                # A client that takes nothing any more would hold the stream beyond its token.
                async with asyncio.timeout(self._lifetime + OVERTIME_SECONDS):
                    await super().__call__(scope, receive, send)
            except TimeoutError:
                log.info("a stream was cut off: its client took nothing any more")

    async def _chunks(self) -> AsyncIterator[str]:
        loop = asyncio.get_running_loop()
        ends = loop.time() + self._lifetime
        yield f"retry: {RETRY_MILLISECONDS}\n: welcome\n\n"
        while not self._hub.closing and loop.time() < ends:
            self._flag.clear()  # before the read: what comes after it wakes again
            try:
                page = await self._read()
            except Unavailable as exc:
                log.warning("a stream waits for the database: %s", exc)
                page = None
            for chunk in self._advance(page) if page else ():
                yield chunk
            if page and page.more:
                continue
            if not await self._woken(min(POLL_SECONDS, ends - loop.time())):
                yield ":\n\n"

    async def _read(self) -> FeedPage:
        # A new client starts at the head: nothing lies beyond the highest number there can be.
        return await self._channel.after(BEYOND if self._cursor is None else self._cursor)

    def _advance(self, page: FeedPage) -> Iterator[str]:
        """The page as events, with the cursor moved behind it."""
        cursor = self._cursor
        if cursor is None:
            self._cursor = page.head
            yield f"id: {page.head}\n\n"  # sets the client's cursor, without an event
        elif not page.floor - 1 <= cursor <= page.head:
            self._cursor = page.head
            yield encode("resync", {}, page.head)
        elif page.rows:
            self._cursor = page.rows[-1]["seq"]
            yield "".join(encode(row["kind"], row["data"], row["seq"]) for row in page.rows)

    async def _woken(self, within: float) -> bool:
        """Wait for news; False when none were announced, and then they are looked for."""
        try:
            async with asyncio.timeout(within):
                await self._flag.wait()
        except TimeoutError:
            self._channel.poll()
            return False
        return True


def encode(event: str, data: Mapping[str, Any], number: int) -> str:
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return f"id: {number}\nevent: {event}\ndata: {text}\n\n"


def parse_cursor(text: str | None) -> int | None:
    """None for a new client; what is not one of our numbers lies before all of them."""
    if text is None or text == "":
        return None
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else -1
