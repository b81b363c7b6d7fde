"""One reader of a server-sent event stream (WHATWG HTML, section 9.2), in a thread."""

import asyncio
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

import httpx2

from todoku_cluster.waiting import eventually

OPEN_SECONDS = 20


@dataclass(frozen=True)
class Received:
    id: str
    kind: str
    data: Any


class LiveStream:
    def __init__(self, base_url: str, token: str, last_event_id: str | None = None) -> None:
        self.received: list[Received] = []
        self.status = 0
        self.headers = httpx2.Headers()
        self.comments = 0
        self.cursor = last_event_id
        self._url = f"{base_url}/api/me/stream"
        self._request = {"Authorization": f"Bearer {token}", "Accept": "text/event-stream"}
        if last_event_id is not None:
            self._request["Last-Event-ID"] = last_event_id
        self._opened = threading.Event()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait(OPEN_SECONDS)
        if not self._opened.wait(OPEN_SECONDS):
            raise AssertionError(f"the stream did not open within {OPEN_SECONDS} s")
        return self

    def __exit__(self, *_: object) -> None:
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._task.cancel)
        self._thread.join(OPEN_SECONDS)

    def wait_for(
        self, kind: str, matches: Callable[[Any], object] = lambda _: True, timeout: float = 20.0
    ) -> Received:
        """The first event of that kind whose data matches."""
        return eventually(
            lambda: next((e for e in self.received if e.kind == kind and matches(e.data)), None),
            timeout,
            f"{kind} on the stream",
        )

    def of(self, kind: str) -> list[Any]:
        return [event.data for event in self.received if event.kind == kind]

    async def _run(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._task = asyncio.ensure_future(self._read())
        self._ready.set()
        await asyncio.wait([self._task])
        if not self._task.cancelled() and (error := self._task.exception()):
            self.received.append(Received("", "ended", repr(error)))

    async def _read(self) -> None:
        timeout = httpx2.Timeout(10, read=60)
        async with (
            httpx2.AsyncClient(timeout=timeout, trust_env=False) as client,
            client.stream("GET", self._url, headers=self._request) as answer,
        ):
            self.status, self.headers = answer.status_code, answer.headers
            self._opened.set()
            fields: dict[str, str] = {}
            async for line in answer.aiter_lines():
                self._line(line, fields)
            self.received.append(Received("", "ended", None))

    def _line(self, line: str, fields: dict[str, str]) -> None:
        if line.startswith(":"):
            self.comments += 1
        elif line:
            name, _, value = line.partition(":")
            fields[name] = value.removeprefix(" ")
            if name == "id":
                self.cursor = fields[name]
        elif "data" in fields:
            data = json.loads(fields["data"])
            kind = fields.get("event", "message")
            self.received.append(Received(fields.get("id", ""), kind, data))
            fields.clear()
