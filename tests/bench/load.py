"""A small HTTP/1.1 client that costs less than what it measures: keep-alive, one request at a
time on each connection, `httptools` for the answers."""

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import httptools

CALLERS = 16
SECONDS = 5.0
WARM_UP_SECONDS = 1.0


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    token: str = ""
    body: object = None

    def encode(self) -> bytes:
        content = b"" if self.body is None else json.dumps(self.body).encode()
        head = f"{self.method} {self.path} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        head += f"Authorization: Bearer {self.token}\r\n" if self.token else ""
        if content:
            head += f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n"
        return head.encode() + b"\r\n" + content


class Connection(asyncio.Protocol):
    def __init__(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._answered: asyncio.Future[tuple[int, bytes]] | None = None
        self._body = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answered and not self._answered.done():
            self._answered.set_exception(exc or ConnectionError("closed by the server"))

    def on_body(self, body: bytes) -> None:
        self._body += body

    def on_message_complete(self) -> None:
        status = self._parser.get_status_code()
        self._parser = httptools.HttpResponseParser(self)
        if self._answered and not self._answered.done():
            self._answered.set_result((status, self._body))

    async def send(self, request: Request) -> tuple[int, bytes]:
        assert self._transport
        self._answered, self._body = asyncio.get_running_loop().create_future(), b""
        self._transport.write(request.encode())
        return await asyncio.wait_for(self._answered, 30)

    def close(self) -> None:
        if self._transport:
            self._transport.close()


async def connect(port: int) -> Connection:
    loop = asyncio.get_running_loop()
    _, connection = await loop.create_connection(Connection, "127.0.0.1", port)
    return connection


async def rate(port: int, requests: Callable[[int], Iterator[Request]]) -> float:
    """Answers a second with CALLERS at once; `requests` gives each caller its endless work.

    Raises AssertionError at the first answer that is not a success.
    """
    connections = [await connect(port) for _ in range(CALLERS)]
    began = time.perf_counter()
    counted_from, ends = began + WARM_UP_SECONDS, began + WARM_UP_SECONDS + SECONDS
    count = 0

    async def call(number: int, connection: Connection) -> None:
        nonlocal count
        for request in requests(number):
            status, body = await connection.send(request)
            assert status < 300, f"{request.method} {request.path}: {status} {body[:300]!r}"
            now = time.perf_counter()
            if now > ends:
                return
            count += now > counted_from

    try:
        await asyncio.gather(*(call(n, each) for n, each in enumerate(connections)))
    finally:
        for each in connections:
            each.close()
    return count / SECONDS
