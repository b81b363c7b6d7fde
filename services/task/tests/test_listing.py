"""Filters, orders and pages, on a real PostgreSQL."""

from base64 import urlsafe_b64encode as b64encode
from itertools import product

import pytest
from todoku_platform.statements import MAX_SQL
from todoku_task import listing

pytestmark = pytest.mark.postgres
SORTS = ["created", "due", "priority", "title", "updated"]


def due(date: str, time: str | None = None, timezone: str | None = None) -> dict[str, str | None]:
    return {"date": date, "time": time, "timezone": timezone}


@pytest.fixture
def titles(client):
    async def read(query: str) -> list[str]:
        answer = await client.get(f"/tasks?{query}")
        assert answer.status_code == 200, answer.text
        return [task["title"] for task in answer.json()["items"]]

    return read


class TestFilters:
    async def test_status(self, client, add, titles):
        await add("a")
        await add("b")
        await client.patch("/tasks/1/complete")
        assert await titles("status=open") == ["b"]
        assert await titles("status=done") == ["a"]
        assert await titles("status=all") == await titles("") == ["a", "b"]

    async def test_priority_tag_and_text(self, add, titles):
        await add("Pay 100% rent", priority="high", tags=["home", "money"])
        await add("pay_tax", tags=["money"])
        assert await titles("priority=high") == ["Pay 100% rent"]
        assert await titles("priority=none") == ["pay_tax"]
        assert await titles("tag=MONEY") == ["Pay 100% rent", "pay_tax"]
        assert await titles("tag=money&tag=home") == ["Pay 100% rent"]
        assert await titles("q=PAY") == ["Pay 100% rent", "pay_tax"]
        assert await titles("q=0%25") == ["Pay 100% rent"]
        assert await titles("q=_") == ["pay_tax"]
        assert await titles("q=%5C") == []

    async def test_due_by_the_users_day(self, client, add, titles, clock):
        # 23:00 on 2 March in UTC is 4:00 on 3 March in Karachi.
        clock.instant = clock.instant.replace(hour=23)
        await client.patch("/settings", json={"timezone": "Asia/Karachi"})
        await add("yesterday", due=due("2026-03-02"))
        await add("today", due=due("2026-03-03"))
        await add("just gone", due=due("2026-03-03", "03:59"))
        await add("soon", due=due("2026-03-03", "04:01"))
        await add("today there, tomorrow here", due=due("2026-03-03", "23:00", "America/New_York"))
        await add("in six days", due=due("2026-03-09", "23:59"))
        await add("in a week", due=due("2026-03-10"))
        await add("whenever")
        assert await titles("due=today") == ["today", "just gone", "soon"]
        assert await titles("due=overdue") == ["yesterday", "just gone"]
        assert await titles("due=week") == [
            "today",
            "just gone",
            "soon",
            "today there, tomorrow here",
            "in six days",
        ]
        assert await titles("due=none") == ["whenever"]
        await client.patch("/tasks/1/complete")
        assert await titles("due=overdue") == ["just gone"]


class TestOrder:
    async def test_due(self, add, titles):
        await add("none")
        await add("day", due=due("2026-03-03"))
        await add("hour", due=due("2026-03-03", "22:00"))
        await add("before", due=due("2026-03-02", "23:00"))
        assert await titles("sort=due") == ["before", "hour", "day", "none"]
        assert await titles("sort=-due") == ["none", "day", "hour", "before"]

    async def test_priority(self, add, titles):
        for priority in (None, "low", "high", "medium"):
            await add(str(priority), priority=priority)
        assert await titles("sort=priority") == ["high", "medium", "low", "None"]


class TestPages:
    @pytest.mark.parametrize("sort", [*SORTS, *(f"-{sort}" for sort in SORTS)])
    async def test_every_task_once_in_order(self, client, add, titles, clock, sort):
        dues = [None, due("2026-03-03"), due("2026-03-03", "09:00")]
        for n, (when, priority) in enumerate(product(dues, [None, "high"])):
            await add(f"{'Tt'[n % 2]}ask {n // 2}", due=when, priority=priority)
        whole = await titles(f"sort={sort}")
        paged, cursor = [], ""
        while True:
            answer = await client.get(f"/tasks?sort={sort}&limit=2{cursor}")
            page = answer.json()
            paged += [task["title"] for task in page["items"]]
            if page["next_cursor"] is None:
                break
            cursor = f"&cursor={page['next_cursor']}"
        assert paged == whole
        assert len(paged) == 6

    async def test_cursors_that_are_none(self, client, add):
        await add("a")
        await add("b")
        good = (await client.get("/tasks?sort=title&limit=1")).json()["next_cursor"]
        assert (await client.get(f"/tasks?sort=title&cursor={good}")).status_code == 200
        made = (
            listing.cursor({"title": "a\0", "number": 1, "due": None}, "title"),
            listing.cursor({"updated_at": "x", "number": 1, "due": None}, "updated"),
            listing.cursor({"number": 2**40, "due": None}, "created"),
        )
        for sort, cursor in (
            ("created", good),
            ("title", made[0]),
            ("updated", made[1]),
            ("created", made[2]),
            ("title", "!"),
            ("title", "W" * 2000),
            ("title", b64encode(b'["title", "\\ud800", 1]').decode()),
            ("title", b64encode(b"[" * 1400).decode()),
            ("title", "bnVsbA"),
            ("title", b64encode(b'["title", null, 1]').decode()),
            ("created", b64encode(b'["created", null]').decode()),
            ("updated", b64encode(b'["updated", "0001-01-01T00:00:00+14:00", 1]').decode()),
        ):
            answer = await client.get(f"/tasks?sort={sort}&cursor={cursor}")
            assert answer.status_code == 422
            assert answer.json()["errors"][0]["field"] == "cursor"

    async def test_a_time_of_day_with_an_offset_the_database_would_refuse(self, client, add):
        await add("a")
        made = b64encode(b'["due", "2026-01-01", "10:00+23:59", 1]').decode().rstrip("=")
        assert (await client.get(f"/tasks?sort=due&cursor={made}")).status_code == 200


def test_the_longest_statement_passes():
    for sort, due_ in product(SORTS, ["today", "overdue", "week"]):
        widest = listing.Shape(sort, True, "open", False, due_, True, True, True, True)
        assert len(listing.statement(widest).sql) < MAX_SQL
