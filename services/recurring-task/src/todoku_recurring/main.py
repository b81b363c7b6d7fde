"""Wires the service once: `python -m todoku_recurring.main`."""

from fastapi import FastAPI
from todoku_platform.app import Context, create_app
from todoku_platform.server import run

from todoku_recurring.endpoints import router
from todoku_recurring.repository import SeriesStore
from todoku_recurring.settings import Settings
from todoku_recurring.subscriptions import SeriesKeeper, subscriptions


def create(settings: Settings, context: Context | None = None) -> FastAPI:
    context = context or Context.build(settings)
    store = SeriesStore(context.storage)
    keeper = SeriesKeeper(store, context.clock, context.relay.wake)
    app = create_app(
        context,
        title="Todoku recurrence",
        routers=[router],
        subscriptions=subscriptions(keeper),
    )
    app.state.series = store
    return app


if __name__ == "__main__":
    run("todoku_recurring.main:create", Settings)
