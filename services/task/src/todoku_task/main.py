"""Wires the service once: `python -m todoku_task.main`."""

from fastapi import FastAPI
from todoku_platform.app import Context, create_app
from todoku_platform.server import run

from todoku_task.endpoints import router
from todoku_task.repository import Tasks
from todoku_task.service import TaskService
from todoku_task.settings import Settings
from todoku_task.subscriptions import Successors, subscription


def create(settings: Settings, context: Context | None = None) -> FastAPI:
    context = context or Context.build(settings)
    tasks = Tasks(context.storage)
    successors = Successors(tasks, context.clock, context.relay.wake)
    app = create_app(
        context,
        title="Todoku tasks",
        routers=[router],
        subscriptions=[subscription(successors)],
    )
    app.state.tasks = TaskService(tasks, context.clock, context.relay.wake)
    return app


if __name__ == "__main__":
    run("todoku_task.main:create", Settings)
