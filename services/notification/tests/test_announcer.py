import asyncio

import pytest
from todoku_notification.announcer import Announcer


@pytest.fixture
async def announcer(scheduler):
    announcer = Announcer(scheduler, "live", "feed-wakeups")
    running = asyncio.create_task(announcer.run())
    yield announcer
    running.cancel()


async def until_quiet() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


class TestAnnounce:
    async def test_names_the_user_and_nothing_else(self, announcer, scheduler) -> None:
        announcer.announce("u1")
        await until_quiet()
        data = {"user_id": "u1", "origin": announcer.origin}
        assert scheduler.published == [("live", "feed-wakeups", data)]

    async def test_what_comes_together_goes_out_as_one(self, announcer, scheduler) -> None:
        for _ in range(100):
            announcer.announce("u1")
        await until_quiet()
        assert len(scheduler.published) == 1

    async def test_broker_away_costs_the_wake_up_only(self, announcer, scheduler) -> None:
        scheduler.away = True
        announcer.announce("u1")
        await until_quiet()
        scheduler.away = False
        announcer.announce("u2")
        await until_quiet()
        assert [data["user_id"] for _, _, data in scheduler.published] == ["u2"]
