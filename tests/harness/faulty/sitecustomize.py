"""Loaded by a service that a test starts with this folder on its PYTHONPATH.

Product code has no switches for faults; they are put in here, around the platform's parts.
TODOKU_FAULTS names a folder whose files are the faults that are on (see harness.faults).
"""

import json
import os
import re
import signal
from dataclasses import replace
from pathlib import Path
from typing import Any

from todoku_platform import saving
from todoku_platform.errors import Unavailable
from todoku_platform.inbox import Dispatcher, Event, Handler, Outcome, Subscription
from todoku_platform.outbox import Relay
from todoku_platform.sidecar import Sidecar
from todoku_platform.storage import BindingDriver

FOLDER = Path(os.environ["TODOKU_FAULTS"])
ONE_TASK = "json_build_object('task'"
OWN_ROWS = re.compile(r"[\w.]*\buser_id = (CAST\(\$\d+::VARCHAR AS TEXT\))")


def on(name: str) -> bool:
    return (FOLDER / name).exists()


def die_if(name: str) -> None:
    """SIGKILL to this process, once: the fault is over when the process is back."""
    if on(name):
        (FOLDER / name).rename(FOLDER / f"{name}.done")
        os.kill(os.getpid(), signal.SIGKILL)


real_publish = Sidecar.publish
real_receive = Dispatcher.receive
real_wire = Dispatcher.__init__
real_document = saving.ChangeSet.document
real_query = BindingDriver.query


async def publish(self: Sidecar, pubsub: str, topic: str, entries: Any) -> set[str]:
    die_if("die-before-publish")
    if on("hold"):
        raise Unavailable("held by a test")
    if on("reverse"):
        entries = list(reversed(entries))
        for entry in entries:  # one at a time, or a parallel bulk would mix them
            await real_publish(self, pubsub, topic, [entry])
        return set()
    failed = await real_publish(self, pubsub, topic, entries)
    if on("twice"):
        await real_publish(self, pubsub, topic, entries)
    die_if("die-after-publish")
    return failed


async def receive(self: Dispatcher, topic: str, message: object) -> Outcome:
    outcome = await real_receive(self, topic, message)
    if outcome is Outcome.SUCCESS:
        die_if(f"die-before-ack-{topic}")
    return outcome


def wire(self: Dispatcher, subscriptions: tuple[Subscription, ...], dead: Any) -> None:
    """Every handler has the same bug while it is on."""

    def with_bug(handler: Handler) -> Handler:
        async def handle(event: Event) -> None:
            if on("bug"):
                raise RuntimeError("a bug, for a test")
            await handler(event)

        return handle

    real_wire(
        self,
        tuple(
            replace(each, handlers={kind: with_bug(h) for kind, h in each.handlers.items()})
            for each in subscriptions
        ),
        dead,
    )


async def mark_first(self: Relay, events: list[dict[str, Any]]) -> None:
    ids = json.dumps([event["id"] for event in events])
    await self._storage.execute(self._settle, ids=ids, done=ids)
    for event in events:
        await self._sidecar.publish(self._pubsub, event["topic"], [self._entry(event)])


def without_key(self: saving.ChangeSet, key: saving.Key | None) -> str:
    return real_document(self, None)


async def anybodys(self: BindingDriver, sql: str, arguments: list[Any]) -> str:
    if ONE_TASK in sql:
        sql, replaced = OWN_ROWS.subn(r"\1 IS NOT NULL", sql)
        assert replaced, "the statement no longer reads as this fault expects"
    return await real_query(self, sql, arguments)


Sidecar.publish = publish  # type: ignore[method-assign]
Dispatcher.receive = receive  # type: ignore[method-assign]
Dispatcher.__init__ = wire  # type: ignore[method-assign]
if on("mark-before-publish"):
    Relay._publish = mark_first  # type: ignore[method-assign]
if on("no-inbox"):
    saving.ChangeSet.document = without_key  # type: ignore[method-assign]
if on("no-user-filter"):
    BindingDriver.query = anybodys  # type: ignore[method-assign]
