import asyncio
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from todoku_platform.errors import Unavailable
from todoku_platform.storage import Storage

sys.path.insert(0, str(Path(__file__).parent / "sample"))


@pytest.fixture
async def storage(open_storage) -> AsyncIterator[Storage]:
    return await open_storage("todoku_sample")


class FakeSidecar:
    """Stands for the broker: remembers what was published, refuses when told to."""

    def __init__(self) -> None:
        self.published: list[tuple[str, dict]] = []
        self.away = False
        self.refuse: set[str] = set()
        self.first = asyncio.Event()

    async def publish(self, pubsub: str, topic: str, entries) -> set[str]:
        if self.away:
            raise Unavailable("broker away")
        kept = [entry for entry in entries if entry.entry_id not in self.refuse]
        self.published += [(topic, json.loads(entry.envelope)) for entry in kept]
        self.first.set()
        return {entry.entry_id for entry in entries} & self.refuse


@pytest.fixture
def sidecar() -> FakeSidecar:
    return FakeSidecar()


@pytest.fixture
def settings_changed() -> dict:
    return {
        "specversion": "1.0",
        "id": "01999999-0000-7000-8000-000000000001",
        "type": "dev.todoku.settings.changed.v1",
        "source": "/todoku/task",
        "subject": "users/u1/settings",
        "time": "2026-11-23T12:00:00+00:00",
        "sequence": "2",
        "correlationid": "c1",
        "actor": "user",
        "data": {
            "settings": {
                "timezone": "Europe/Berlin",
                "locale": "en",
                "week_start": "monday",
                "default_reminders": [],
                "version": 2,
            },
            "changed": ["timezone"],
        },
    }
