import asyncio
from collections.abc import AsyncIterator

import pytest
from todoku_notification import stream
from todoku_notification.repository import FeedPage
from todoku_notification.stream import Channel, EventStream, Hub, encode, parse_cursor
from todoku_platform.errors import Unavailable


class FakeFeed:
    """A feed in memory that counts how often it is read."""

    page = 200

    def __init__(self, rows: int = 0) -> None:
        self.rows = [self._row(n) for n in range(1, rows + 1)]
        self.trimmed = 0
        self.reads = 0
        self.away = False

    def _row(self, seq: int) -> dict:
        return {"seq": seq, "kind": "task", "data": {"number": seq}}

    def add(self) -> None:
        self.rows.append(self._row(len(self.rows) + 1))

    async def __call__(self, user_id: str, after: int) -> FeedPage:
        self.reads += 1
        await asyncio.sleep(0)
        if self.away:
            raise Unavailable("database away")
        kept = [row for row in self.rows if row["seq"] > self.trimmed]
        found = [row for row in kept if row["seq"] > after][: self.page]
        return FeedPage(len(self.rows), self.trimmed + 1, found, len(found) == self.page)


class Client:
    """One open stream over ASGI: what it has received, and a tap to close."""

    def __init__(self, hub: Hub, cursor: int | None, lifetime: float = 60) -> None:
        self.text = ""
        self.news = asyncio.Event()
        self.tap = asyncio.Event()
        self.tap.set()
        self.gone = asyncio.Event()
        response = EventStream(hub, "u1", cursor, lifetime)
        scope = {"type": "http", "asgi": {"spec_version": "2.3"}}
        self.task = asyncio.create_task(response(scope, self._receive, self._send))

    async def _receive(self) -> dict:
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: dict) -> None:
        await self.tap.wait()
        self.text += message.get("body", b"").decode()
        self.news.set()

    async def until(self, part: str) -> None:
        async with asyncio.timeout(5):
            while part not in self.text:
                self.news.clear()
                await self.news.wait()

    @property
    def ids(self) -> list[int]:
        return [int(line[4:]) for line in self.text.splitlines() if line.startswith("id: ")]

    async def close(self) -> None:
        self.gone.set()
        async with asyncio.timeout(5):
            await self.task


@pytest.fixture
def feed() -> FakeFeed:
    return FakeFeed(rows=3)


@pytest.fixture
def hub(feed: FakeFeed) -> Hub:
    return Hub(feed)


@pytest.fixture
async def connect(hub: Hub) -> AsyncIterator:
    clients: list[Client] = []

    def open_one(cursor: int | None = None, **options: float) -> Client:
        clients.append(Client(hub, cursor, **options))
        return clients[-1]

    yield open_one
    for client in clients:
        client.tap.set()
        await client.close()


class TestCursor:
    def test_new_client_starts_at_the_head(self) -> None:
        assert parse_cursor(None) is None
        assert parse_cursor("") is None

    def test_number(self) -> None:
        assert parse_cursor("42") == 42

    @pytest.mark.parametrize("text", ["x", "-1", "1.5", "²", "9" * 30])
    def test_nonsense_is_too_old(self, text: str) -> None:
        assert parse_cursor(text) == -1


class TestEncode:
    def test_one_line_of_data(self) -> None:
        assert encode("task", {"title": "a\nb ✓"}, 5) == (
            'id: 5\nevent: task\ndata: {"title":"a\\nb ✓"}\n\n'
        )


class TestEventStream:
    async def test_new_client_gets_a_cursor_and_no_past(self, connect, hub, feed) -> None:
        client = connect()
        await client.until("id: 3\n\n")
        assert client.text.startswith("retry: ")
        assert "event:" not in client.text
        feed.add()
        hub.wake("u1")
        await client.until("id: 4\nevent: task")

    async def test_resumes_after_its_cursor(self, connect) -> None:
        client = connect(cursor=1)
        await client.until("id: 3\n")
        assert client.ids == [2, 3]

    async def test_cursor_before_what_is_kept_gets_one_resync(self, connect, hub, feed) -> None:
        feed.trimmed = 2
        client = connect(cursor=1)
        await client.until("event: resync")
        feed.add()
        hub.wake("u1")
        await client.until("event: task")
        assert client.ids == [3, 4]
        assert client.text.count("resync") == 1

    async def test_cursor_at_the_edge_of_what_is_kept_needs_none(self, connect, feed) -> None:
        feed.trimmed = 2
        client = connect(cursor=2)
        await client.until("id: 3\nevent: task")
        assert "resync" not in client.text

    async def test_cursor_of_another_database_gets_a_resync(self, connect) -> None:
        client = connect(cursor=99)
        await client.until("id: 3\nevent: resync")

    async def test_long_backlog_comes_whole(self, connect, feed) -> None:
        for _ in range(1000):
            feed.add()
        client = connect(cursor=0)
        await client.until("id: 1003\n")
        assert client.ids == list(range(1, 1004))

    async def test_news_during_a_read_are_not_lost(self, connect, hub, feed) -> None:
        client = connect()
        await client.until("id: 3\n")
        for _ in range(50):
            feed.add()
            hub.wake("u1")
            await asyncio.sleep(0)
        await client.until("id: 53\n")
        assert client.ids == list(range(3, 54))

    async def test_without_wake_ups_the_poll_finds_it(self, connect, feed, monkeypatch) -> None:
        monkeypatch.setattr(stream, "POLL_SECONDS", 0.01)
        client = connect()
        await client.until("id: 3\n")
        feed.add()
        await client.until("id: 4\n")
        assert "\n:\n\n" in client.text, "a comment keeps the connection open"

    async def test_database_away_is_waited_for(self, connect, feed, monkeypatch) -> None:
        monkeypatch.setattr(stream, "POLL_SECONDS", 0.01)
        feed.away = True
        client = connect(cursor=1)
        await client.until(":\n\n")
        feed.away = False
        await client.until("id: 3\n")
        assert client.ids == [2, 3]

    async def test_ends_with_its_token(self, connect) -> None:
        client = connect(lifetime=0.05)
        async with asyncio.timeout(5):
            await client.task

    async def test_client_that_takes_nothing_is_cut_off(self, connect, hub, monkeypatch) -> None:
        monkeypatch.setattr(stream, "OVERTIME_SECONDS", 0.0)
        client = connect(lifetime=0.05)
        client.tap.clear()
        async with asyncio.timeout(5):
            await client.task
        assert hub.count("u1") == 0

    async def test_ends_when_the_service_does(self, connect, hub) -> None:
        client = connect()
        await client.until("id: 3\n")
        hub.close()
        async with asyncio.timeout(5):
            await client.task

    async def test_leaves_nothing_behind(self, connect, hub) -> None:
        client = connect()
        await client.until("id: 3\n")
        assert hub.count("u1") == 1
        await client.close()
        assert hub.count("u1") == 0
        assert not hub._channels

    async def test_slow_client_holds_up_nobody(self, connect, hub, feed) -> None:
        slow, quick = connect(), connect()
        await slow.until("id: 3\n")
        await quick.until("id: 3\n")
        slow.tap.clear()
        for seq in range(4, 300):
            feed.add()
            hub.wake("u1")
            if seq % 50 == 0:
                await quick.until(f"id: {seq}\n")
        await quick.until("id: 299\n")
        slow.tap.set()
        await slow.until("id: 299\n")
        assert slow.ids == quick.ids == list(range(3, 300))


class TestChannel:
    async def test_streams_of_a_user_share_a_read(self, connect, hub, feed) -> None:
        clients = [connect() for _ in range(10)]
        for client in clients:
            await client.until("id: 3\n")
        before = feed.reads
        feed.add()
        hub.wake("u1")
        for client in clients:
            await client.until("id: 4\n")
        assert feed.reads == before + 1

    async def test_another_cursor_is_served_from_the_same_page(self, feed) -> None:
        channel = Channel("u1", feed)
        await channel.after(0)
        assert [row["seq"] for row in (await channel.after(2)).rows] == [3]
        assert feed.reads == 1

    async def test_older_cursor_reads_again(self, feed) -> None:
        channel = Channel("u1", feed)
        await channel.after(2)
        assert len((await channel.after(0)).rows) == 3
        assert feed.reads == 2

    async def test_a_wake_up_during_the_read_outdates_it(self, feed) -> None:
        channel = Channel("u1", feed)
        reading = asyncio.create_task(channel.after(3))
        await asyncio.sleep(0)
        channel.wake()
        await reading
        feed.add()
        assert [row["seq"] for row in (await channel.after(3)).rows] == [4]
