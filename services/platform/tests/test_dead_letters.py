"""Whatever arrives can be kept: a message that cannot would be delivered for ever."""

from datetime import UTC, datetime

import pytest
from todoku_platform.clock import FixedClock
from todoku_platform.dead_letters import DeadLetters
from todoku_platform.ids import new_id
from todoku_platform.ops import FIRST
from todoku_sample.tables import platform

pytestmark = pytest.mark.postgres
TOPIC = "user-events"


@pytest.fixture
def dead(storage) -> DeadLetters:
    return DeadLetters(storage, platform, FixedClock(datetime(2026, 3, 2, tzinfo=UTC)))


async def kept(dead, reason: str) -> dict:
    [found] = [each for each in await dead.list(str(FIRST), 200) if each["reason"] == reason]
    return await dead.get(found["id"])


class TestStore:
    async def test_as_it_came(self, dead):
        reason, message = str(new_id()), {"id": "e1", "type": "t", "data": {"title": "Ü"}}
        await dead.store(TOPIC, message, reason)
        assert (await kept(dead, reason))["envelope"] == message

    @pytest.mark.parametrize(
        "content",
        [
            pytest.param("\0", id="what jsonb refuses: U+0000"),
            pytest.param("\ud800", id="what jsonb refuses: half a surrogate pair"),
            pytest.param(float("nan"), id="what Python's parser takes for JSON"),
        ],
    )
    async def test_what_the_database_cannot_hold_as_json_is_kept_as_text(self, dead, content):
        reason = str(new_id())
        await dead.store(TOPIC, {"id": str(new_id()), "data": content}, reason)
        assert '"data": ' in (await kept(dead, reason))["envelope"]["raw"]

    async def test_a_name_and_a_reason_that_no_text_column_takes(self, dead):
        reason = str(new_id())
        message = {"id": f"\0\ud800{reason}", "type": "\0\ud800"}
        await dead.store(TOPIC, message, f"{reason}\0\ud800")
        found = await kept(dead, f"{reason}\ufffd?")
        assert found["event_id"] == f"\ufffd?{reason}"
