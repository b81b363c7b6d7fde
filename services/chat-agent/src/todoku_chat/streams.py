"""A turn's stream to the browser. The turn goes on to its end whether or not someone listens."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator

log = logging.getLogger(__name__)
KEEP_ALIVE_SECONDS = 15.0
KEEP_ALIVE = b": keep-alive\n\n"
SHUTDOWN_SECONDS = 6.0
HEADERS = {"Cache-Control": "no-cache, no-transform", "X-Accel-Buffering": "no"}
BROKEN = {
    "type": "error",
    "code": "custom",
    "message": "Something went wrong here; it has been recorded.",
    "allow_retry": True,
}


class Streams:
    """The turns of this process that are under way."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[None]] = set()

    async def begin(self, source: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """Wait for the first chunk; what is raised before it, is raised here."""
        queue: asyncio.Queue[bytes | None] = asyncio.Queue()
        task = asyncio.create_task(_pump(source, queue))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        task.add_done_callback(lambda _: queue.put_nowait(None))
        first = await queue.get()
        if first is None:
            await task
        return _chunks(first, queue, task)

    async def finish(self) -> None:
        """At shutdown: give the turns under way a moment to store what they did."""
        if self._running:
            await asyncio.wait(self._running, timeout=SHUTDOWN_SECONDS)


async def _pump(source: AsyncIterator[bytes], queue: asyncio.Queue[bytes | None]) -> None:
    async for chunk in source:
        queue.put_nowait(chunk)


async def _chunks(
    chunk: bytes | None, queue: asyncio.Queue[bytes | None], task: asyncio.Task[None]
) -> AsyncIterator[bytes]:
    while chunk is not None:
        yield chunk
        try:
            chunk = await asyncio.wait_for(queue.get(), KEEP_ALIVE_SECONDS)
        except TimeoutError:
            chunk = KEEP_ALIVE
    if task.cancelled() or task.exception() is not None:
        log.error("a stream broke off", exc_info=None if task.cancelled() else task.exception())
        yield b"data: " + json.dumps(BROKEN).encode() + b"\n\n"
