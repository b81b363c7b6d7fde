"""How a service starts while something it needs is missing, and how it ends without a loss."""

import asyncio
import dataclasses
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import httpx2
import pytest
from harness.machine import free_base
from todoku_cluster.waiting import eventually
from todoku_local import Stack, environment, frontend
from todoku_local.sidecar import COMPONENTS

SIDECAR = "task sidecar"
EXAMPLE = Path(__file__).parents[2] / "contracts/examples/task.create/successor.json"
WITHIN = 30.0


@pytest.fixture(scope="module")
def lone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The task service alone."""
    base = free_base()
    state = tmp_path_factory.mktemp("todoku-lone")
    with Stack(state, port_base=base, web_port=base + 600, services=["task"]) as made:
        yield made


@pytest.fixture
def down(lone: Stack) -> Iterator[Stack]:
    """Service and sidecar stopped; afterwards as they were, and ready."""
    commands = {name: lone.process(name).command for name in ("task", SIDECAR)}
    for name in commands:
        lone.process(name).stop()
    yield lone
    for name, command in commands.items():
        lone.process(name).stop()
        lone.process(name).command = command
        lone.process(name).start()
    lone.process("task").wait_ready(WITHIN)


def start(stack: Stack, *, resources: Path = COMPONENTS, **env: str) -> None:
    """Both, the sidecar with other resources or variables than its own."""
    sidecar = stack.process(SIDECAR)
    argv = [word.replace(str(COMPONENTS), str(resources)) for word in sidecar.command.argv]
    sidecar.command = dataclasses.replace(
        sidecar.command, argv=argv, env={**sidecar.command.env, **env}
    )
    sidecar.start()
    stack.process("task").start()


def get(stack: Stack, path: str) -> httpx2.Response:
    return httpx2.get(f"{stack.app_url('task')}{path}", timeout=5, trust_env=False)


def says(stack: Stack, reason: str) -> None:
    """Alive, not ready, and the reason stands in `/readyz`."""

    def said() -> bool:
        try:
            answer = get(stack, "/readyz")
        except httpx2.TransportError:
            return False
        return answer.status_code == 503 and reason in answer.json()["reason"]

    eventually(said, WITHIN, f"/readyz: {reason}")
    assert get(stack, "/livez").status_code == 200


def logs(stack: Stack, reason: str) -> None:
    eventually(lambda: reason in stack.log("task").read_text(), WITHIN, f"the log: {reason}")


def as_admin(stack: Stack, *statements: str) -> None:
    async def execute() -> None:
        connection = await asyncpg.connect(stack.admin_dsn)
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()

    asyncio.run(execute())


def migration(stack: Stack, app: str = "task") -> subprocess.Popen[str]:
    if app == "task":
        argv = [sys.executable, "-m", "todoku_platform.migrations", "todoku_task"]
        env = {"MIGRATIONS_DATABASE_URL": stack.variables["TASK_DB_OWNER_DSN"]}
    else:
        own = environment.of_frontend(stack.ports, stack.variables)
        command = frontend.migration(own, stack.state.logs, built=False)
        argv, env = [*command.argv], {**command.env}
    return subprocess.Popen(argv, env=env, cwd=frontend.FOLDER, stderr=subprocess.PIPE, text=True)


class TestSchema:
    def test_that_is_not_migrated(self, down: Stack) -> None:
        new = "CREATE SCHEMA task AUTHORIZATION todoku_task_owner"
        as_admin(down, "ALTER SCHEMA task RENAME TO before", new)
        start(down)
        reason = "schema task is at revision none, this version needs 0001: run `python -m"
        says(down, reason)
        logs(down, reason)

        answer = get(down, "/api/me/tasks")
        assert (answer.status_code, int(answer.headers["retry-after"]) > 0) == (503, True)
        answer = httpx2.post(
            f"{down.app_url('task')}/events/task-commands",
            json=json.loads(EXAMPLE.read_text()),
            headers={"dapr-api-token": down.variables["APP_API_TOKEN"]},
            trust_env=False,
        )
        assert answer.json() == {"status": "RETRY"}

        starts = down.process("task").starts
        with migration(down) as migrating:
            assert migrating.wait(60) == 0, migrating.communicate()
        down.process("task").wait_ready(WITHIN)
        assert down.process("task").starts == starts
        assert get(down, "/api/me/tasks").status_code == 401

    @pytest.mark.parametrize("app", ["task", "frontend"])
    def test_migrations_wait_for_the_database(self, down: Stack, app: str) -> None:
        down.process("postgres").stop()
        with migration(down, app) as migrating:
            assert migrating.stderr
            assert any("waiting for the database" in line for line in migrating.stderr)
            down.process("postgres").start()
            assert migrating.wait(60) == 0, migrating.communicate()


class TestSidecar:
    @pytest.fixture
    def resources(self, tmp_path: Path) -> Path:
        """A copy of the components that a test may spoil."""
        return shutil.copytree(COMPONENTS, tmp_path / "components")

    def test_without_a_component(self, down: Stack, resources: Path) -> None:
        file = resources / "redis/pubsub.yaml"
        file.write_text(file.read_text().replace("scopes:\n  - task\n", "scopes:\n", 1))
        start(down, resources=resources)
        says(down, "the sidecar has no component pubsub (pubsub)")

    def test_with_a_component_twice(self, down: Stack, resources: Path) -> None:
        """Dapr itself refuses that, and ends: the service waits and points at its log."""
        shutil.copy(resources / "redis/pubsub.yaml", resources / "redis/again.yaml")
        start(down, resources=resources)
        says(down, "it cannot load a component; its own log says which")
        assert "duplicate definition of Component name" in down.log(SIDECAR).read_text()

    def test_whose_password_for_the_database_is_wrong(self, down: Stack) -> None:
        right = down.variables["TASK_DB_DSN"]
        wrong = right.replace(right.split(":")[2].split("@")[0], "wrong")
        start(down, TASK_DB_DSN=wrong)
        says(down, "waiting for the sidecar on port")
        assert "password authentication failed" in down.log(SIDECAR).read_text()

    def test_whose_broker_is_away(self, down: Stack) -> None:
        down.broker.kill()
        start(down)
        says(down, "waiting for the sidecar on port")
        logs(down, "waiting for the sidecar on port")
        down.bring_back(down.broker.name)
        down.process("task").wait_ready(60)


class TestEnd:
    """While it drains a service goes on answering and sends its callers elsewhere."""

    @pytest.mark.parametrize(("drain", "served"), [("3", True), ("0", False)])
    def test_new_connections_while_it_ends(self, lone: Stack, drain: str, served: bool) -> None:
        lone.restart("task", {"DRAIN_SECONDS": drain})
        with ended(lone, "task"):
            time.sleep(0.5)
            if served:
                answer = get(lone, "/readyz")
                assert (answer.status_code, answer.json()["reason"]) == (503, "it is ending")
                assert answer.headers["connection"] == "close"
            else:
                with pytest.raises(httpx2.ConnectError):
                    get(lone, "/readyz")
        lone.bring_back("task")

    def test_callers_that_keep_connections_lose_nothing(self, lone: Stack) -> None:
        lone.restart("task", {"DRAIN_SECONDS": "2"})
        lone.start_replica("task")
        callers = [Caller([lone.app_url("task"), lone.app_url("task", 2)]) for _ in range(4)]
        with ThreadPoolExecutor(4) as pool, ended(lone, "task"):
            running = [pool.submit(caller.call_until, 2.5) for caller in callers]
            for each in running:
                each.result()
        assert all(caller.calls > 20 for caller in callers), [caller.calls for caller in callers]
        assert [caller.at for caller in callers] == [1] * 4
        lone.process("task-2 sidecar").stop()
        lone.process("task-2").stop()
        lone.bring_back("task")


@contextmanager
def ended(stack: Stack, name: str) -> Iterator[None]:
    """Told to end at the start of the block; gone after it."""
    with ThreadPoolExecutor(1) as pool:
        ending = pool.submit(stack.process(name).stop, 15)
        yield
        ending.result()


@dataclass
class Caller:
    """Keeps its connection, and goes to the next replica when an answer closes it."""

    replicas: list[str]
    at: int = 0
    calls: int = 0

    def call_until(self, seconds: float) -> None:
        ends = time.monotonic() + seconds
        with httpx2.Client(trust_env=False, timeout=5) as client:
            while time.monotonic() < ends:
                answer = client.get(f"{self.replicas[self.at]}/api/me/tasks")
                assert answer.status_code == 401
                self.calls += 1
                if answer.headers.get("connection") == "close":
                    self.at = 1
