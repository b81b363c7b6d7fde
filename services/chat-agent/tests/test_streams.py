import asyncio
from collections.abc import AsyncIterator

import pytest
from todoku_chat import streams
from todoku_chat.streams import KEEP_ALIVE, Streams


async def test_says_something_while_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "KEEP_ALIVE_SECONDS", 0.01)
    more = asyncio.Event()

    async def source() -> AsyncIterator[bytes]:
        yield b"one"
        await more.wait()
        yield b"two"

    stream = await Streams().begin(source())
    assert await anext(stream) == b"one"
    assert await anext(stream) == KEEP_ALIVE
    more.set()
    assert b"two" in [chunk async for chunk in stream]


async def test_what_is_raised_before_the_first_chunk_is_raised_to_the_caller() -> None:
    async def source() -> AsyncIterator[bytes]:
        raise LookupError
        yield b""

    with pytest.raises(LookupError):
        await Streams().begin(source())


async def test_what_breaks_later_ends_in_an_error_event() -> None:
    async def source() -> AsyncIterator[bytes]:
        yield b"one"
        raise LookupError

    chunks = [chunk async for chunk in await Streams().begin(source())]
    assert chunks[0] == b"one"
    assert b'"type": "error"' in chunks[-1]
    assert b"LookupError" not in chunks[-1]
