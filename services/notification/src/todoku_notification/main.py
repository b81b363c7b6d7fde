"""Wires the notification service: `python -m todoku_notification.main`."""

from fastapi import FastAPI
from todoku_platform.app import Context, create_app
from todoku_platform.server import run

from todoku_notification.announcer import Announcer
from todoku_notification.armer import Armer
from todoku_notification.endpoints import Parts, router
from todoku_notification.repository import Repository
from todoku_notification.service import Reminders
from todoku_notification.settings import Settings
from todoku_notification.stream import Hub
from todoku_notification.subscriptions import job, subscriptions, wakeups
from todoku_notification.sweep import Sweeper


def create(settings: Settings, context: Context | None = None) -> FastAPI:
    context = context or Context.build(settings)
    repository = Repository(context.storage)
    hub = Hub(repository.feed)
    context.on_stop.append(hub.close)
    announcer = Announcer(context.sidecar, "live", settings.live_topic)
    sweeper = Sweeper(repository, context.clock, settings.feed_kept)
    armer = Armer(repository, context.sidecar)

    def on_feed(user_id: str) -> None:
        hub.wake(user_id)
        announcer.announce(user_id)

    def on_ledger() -> None:
        sweeper.wake()
        armer.wake()

    reminders = Reminders(
        repository,
        context.clock,
        window=settings.catch_up_window,
        on_ledger=on_ledger,
        on_events=context.relay.wake,
        on_feed=on_feed,
    )
    app = create_app(
        context,
        title="Todoku notification",
        routers=[router, wakeups(hub, settings.live_topic, announcer.origin)],
        subscriptions=subscriptions(reminders),
        job=job(reminders),
        background=[announcer.run, lambda: sweeper.run(reminders), armer.run],
    )
    app.state.parts = Parts(context, repository, reminders, hub, announcer.origin)
    return app


if __name__ == "__main__":
    run("todoku_notification.main:create", Settings)
