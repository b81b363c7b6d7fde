"""Requests a second of the task service and of the bare routes, one after the other."""

import asyncio
import itertools
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from harness.rows import rows
from todoku_cluster.waiting import eventually
from todoku_local import Stack
from todoku_local.ports import answers

from bench.bare import TOPIC
from bench.issuer import Issuer
from bench.load import CALLERS, Request, connect, rate

USERS = 10
TASKS_EACH = 40
LIST = 20
Work = Callable[[int], Iterator[Request]]
OPERATIONS = ("list 20", "get", "create", "complete")


async def seed(port: int, tokens: dict[str, str]) -> dict[str, list[str]]:
    """User → the ids of tasks made through the address under test."""
    made: dict[str, list[str]] = {user: [] for user in tokens}
    connection = await connect(port)
    for user, token in tokens.items():
        for number in range(TASKS_EACH):
            body = {"title": f"Task {number}"}
            status, answer = await connection.send(
                Request("POST", f"/api/{user}/tasks", token, body)
            )
            assert status == 201, answer
            made[user].append(json.loads(answer)["id"])
    connection.close()
    return made


def works(tokens: dict[str, str], tasks: dict[str, list[str]]) -> dict[str, Work]:
    users = list(tokens)

    def of(caller: int) -> tuple[str, str, list[str]]:
        user = users[caller % USERS]
        mine = tasks[user][caller // USERS :: 2]  # two callers of one user never meet
        return user, tokens[user], mine

    def lists(caller: int) -> Iterator[Request]:
        user, token, _ = of(caller)
        return itertools.repeat(Request("GET", f"/api/{user}/tasks?limit={LIST}", token))

    def gets(caller: int) -> Iterator[Request]:
        user, token, mine = of(caller)
        for id_ in itertools.cycle(mine):
            yield Request("GET", f"/api/{user}/tasks/{id_}", token)

    def creates(caller: int) -> Iterator[Request]:
        user, token, _ = of(caller)
        return itertools.repeat(Request("POST", f"/api/{user}/tasks", token, {"title": "Pay rent"}))

    def completes(caller: int) -> Iterator[Request]:
        user, token, mine = of(caller)
        for id_ in itertools.cycle(mine):
            yield Request("PATCH", f"/api/{user}/tasks/{id_}/complete", token, {})

    return dict(zip(OPERATIONS, (lists, gets, creates, completes), strict=True))


async def measure(port: int, tokens: dict[str, str]) -> dict[str, float]:
    work = works(tokens, await seed(port, tokens))
    return {name: await rate(port, work[name]) for name in OPERATIONS}


@contextmanager
def bare(stack: Stack) -> Iterator[int]:
    """The bare routes as a process of their own; its port."""
    port = stack.ports.base + 650
    env = os.environ | {
        "PORT": str(port),
        "DATABASE_URL": stack.variables["TASK_DB_DSN"],
        "PYTHONPATH": str(Path(__file__).parents[1]),
    }
    child = subprocess.Popen([sys.executable, "-m", "bench.bare"], env=env)
    try:
        eventually(lambda: answers(port), 60, "the bare routes")
        yield port
    finally:
        child.terminate()
        child.wait(10)
        rows(stack, "DELETE FROM task.events WHERE topic = $1", TOPIC)


def run(stack: Stack, issuer: Issuer) -> dict[str, dict[str, float]]:
    """Column → operation → answers a second."""

    def tokens(prefix: str) -> dict[str, str]:
        return {f"{prefix}-{n}": issuer.token(f"{prefix}-{n}") for n in range(USERS)}

    def service(prefix: str) -> dict[str, float]:
        return asyncio.run(measure(stack.ports.app(1), tokens(prefix)))

    with bare(stack) as port:
        found = {"bare": asyncio.run(measure(port, tokens("bare")))}
    found["binding"] = service("binding")
    direct = {"STORAGE": "direct", "DATABASE_URL": stack.variables["TASK_DB_DSN"]}
    stack.restart("task", direct)
    found["direct"] = service("direct")
    return found


__all__ = ["CALLERS", "OPERATIONS", "run"]
