"""Tells the other replicas that a user's feed has grown. Losing one costs a poll, no more."""

import asyncio
import logging

from todoku_platform.errors import Unavailable
from todoku_platform.ids import new_id
from todoku_platform.sidecar import Sidecar, SidecarError

log = logging.getLogger(__name__)
LARGEST = 10_000


class Announcer:
    """Announcements of one user that come together go out as one."""

    def __init__(self, sidecar: Sidecar, pubsub: str, topic: str) -> None:
        self._sidecar, self._pubsub, self._topic = sidecar, pubsub, topic
        self.origin = str(new_id())
        """Names this replica, which hears its own announcements too and need not heed them."""
        self._users: dict[str, None] = {}
        self._woken = asyncio.Event()

    def announce(self, user_id: str) -> None:
        if len(self._users) < LARGEST:
            self._users[user_id] = None
            self._woken.set()

    async def run(self) -> None:
        while True:
            await self._woken.wait()
            self._woken.clear()
            users, self._users = self._users, {}
            for user_id in users:
                await self._publish(user_id)

    async def _publish(self, user_id: str) -> None:
        message = {"user_id": user_id, "origin": self.origin}
        try:
            await self._sidecar.publish_raw(self._pubsub, self._topic, message)
        except (Unavailable, SidecarError) as exc:
            log.warning("a wake-up was not sent: %s", exc)
