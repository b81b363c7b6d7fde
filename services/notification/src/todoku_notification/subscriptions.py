"""What comes in through the sidecar: events, wake-ups of streams, jobs."""

import json
import logging
from collections.abc import Awaitable, Callable

from fastapi import APIRouter, Depends, Request
from todoku_platform.identity import require_sidecar
from todoku_platform.inbox import Subscription

from todoku_notification.domain import parse_job_name
from todoku_notification.service import REMINDER_DUE, Reminders
from todoku_notification.stream import Hub

log = logging.getLogger(__name__)
TASK_FACTS = ("created", "updated", "completed", "reopened", "rescheduled", "deleted", "restored")


def subscriptions(reminders: Reminders) -> list[Subscription]:
    facts = (f"dev.todoku.task.{fact}.v1" for fact in TASK_FACTS)
    return [
        Subscription("task-events", dict.fromkeys(facts, reminders.task_changed)),
        Subscription("task-updates", {"dev.todoku.task.changed.v1": reminders.task_updated}),
        Subscription("user-events", {"dev.todoku.settings.changed.v1": reminders.settings_changed}),
        Subscription("reminders", {REMINDER_DUE: reminders.reminder_due}),
    ]


def wakeups(hub: Hub, topic: str, origin: str) -> APIRouter:
    """Every replica hears that a user's feed has grown; those with an open stream read it."""
    routes = APIRouter(dependencies=[Depends(require_sidecar)], include_in_schema=False)

    @routes.post(f"/events/{topic}")
    async def woken(request: Request) -> dict[str, str]:
        user_id = _announced(await request.body(), origin)
        if user_id:
            hub.wake(user_id)
        return {"status": "SUCCESS"}

    return routes


def _announced(body: bytes, origin: str) -> str | None:
    """Whose feed grew; None for what this replica said itself and for what is no announcement."""
    try:
        data = json.loads(body)["data"]
        return None if data["origin"] == origin else str(data["user_id"])
    except (ValueError, KeyError, TypeError):
        log.warning("a wake-up could not be read")
        return None


def job(reminders: Reminders) -> Callable[[str], Awaitable[None]]:
    async def run(name: str) -> None:
        arming = parse_job_name(name)
        if arming is None:
            log.warning("there is no work for the job %s", name[:100])
            return
        await reminders.wake(*arming)

    return run
