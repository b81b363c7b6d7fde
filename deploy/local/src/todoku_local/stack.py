"""The whole of Todoku on one machine, as one object: for the command line and for tests."""

import asyncio
import dataclasses
import sys
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from functools import partial
from pathlib import Path
from typing import Self

from todoku_local import dapr, environment, frontend, migrations, run_file, secrets, sidecar
from todoku_local.errors import LocalError
from todoku_local.holding import Holding
from todoku_local.infrastructure import Infrastructure
from todoku_local.launcher import Command, Launcher, base_environment, end_recorded
from todoku_local.places import REPOSITORY, State
from todoku_local.ports import LOOPBACK, Ports, require_free
from todoku_local.probes import healthy, reason
from todoku_local.replicas import Replica
from todoku_local.services import BY_ID, FRONTEND, Service
from todoku_local.sidecar import SidecarPorts
from todoku_local.supervised import Say, Supervised

READY_SECONDS = 60
MIGRATION_SECONDS = 120
STOP_ORDER_SECONDS = (3.0, 2.5, 3.0)
"""For the services, their sidecars, the infrastructure: together under 10 s."""


def quiet(_: str) -> None:
    """Says nothing: the logs have it."""


class Stack:
    """Names of processes: `postgres`, `valkey` or `kafka`, `scheduler`, `<app-id>`,
    `<app-id> sidecar`, `<app-id>-2` (a replica), `<app-id>-2 sidecar`, `frontend`."""

    def __init__(
        self,
        state_dir: Path | None = None,
        *,
        port_base: int | None = None,
        web_port: int | None = None,
        broker: str = "redis",
        services: Iterable[str] = tuple(BY_ID),
        migrate: Iterable[str] | None = None,
        web: str = "none",
        env: Mapping[str, str] | None = None,
        database_url: str | None = None,
        redis_url: str | None = None,
        say: Say = quiet,
    ) -> None:
        """`migrate` names the services whose schemas are brought up to date (those that
        start, unless given); `web` is none, prepare (dependencies and tables only), start
        (a production build) or dev; `env` is added to every service's environment; `say`
        gets one line of progress at a time, from several threads."""
        here = Ports.from_environment()
        self.state = State(state_dir.resolve()) if state_dir else State.default()
        self.ports = Ports(port_base or here.base, web_port or here.web)
        self.say = say
        self.launcher = Launcher(self.state.root / "processes")
        self.infrastructure = Infrastructure(
            self.state, self.ports, broker, self.launcher, say, database_url, redis_url
        )
        self.variables: dict[str, str] = {}
        """Every secret and address of this stack by name; also in the file `env`."""
        self._services = [BY_ID[name] for name in services]
        self._migrated = self._services if migrate is None else [BY_ID[name] for name in migrate]
        self._web, self._env = web, dict(env or {})
        self._processes: dict[str, Supervised] = {}
        self._binaries: dapr.Binaries | None = None
        self._holding = Holding(self.state.root / "lock")

    def start(self) -> None:
        """Start all and wait until all is ready. Raises LocalError; nothing is left then."""
        self.state.prepare()
        self._holding.take()
        try:
            for name in end_recorded(self.launcher.record):
                self.say(f"ended {name}, left by a run that was killed")
            self._prepare()
            self._start_all()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End everything, in order, within 10 s; nothing to do when nothing was started."""
        if not self._holding.held:
            return
        names = self.processes()
        apps = [name for name in names if name in self._processes and "sidecar" not in name]
        sidecars = [name for name in names if "sidecar" in name]
        groups = (apps, sidecars, list(self.infrastructure.processes))
        for group, seconds in zip(groups, STOP_ORDER_SECONDS, strict=True):
            if group:
                with ThreadPoolExecutor(len(group)) as pool:
                    list(pool.map(lambda name: self.process(name).stop(seconds), group))  # noqa: B023
        self.launcher.close()
        self._holding.release()

    @property
    def running(self) -> bool:
        """True from the beginning of start() to the end of stop()."""
        return self._holding.held

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    async def __aenter__(self) -> Self:
        await asyncio.to_thread(self.start)
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.to_thread(self.stop)

    def processes(self) -> list[str]:
        return [*self.infrastructure.processes, *self._processes]

    def process(self, name: str) -> Supervised:
        """To crash, stop, kill (both keep it down) and start one process."""
        return self.infrastructure.processes.get(name) or self._processes[name]

    @property
    def broker(self) -> Supervised:
        return self.process("kafka" if self.infrastructure.broker == "kafka" else "valkey")

    def bring_back(self, name: str, timeout: float = READY_SECONDS) -> None:
        """Start again what was killed or stopped, and wait until it is ready (seconds)."""
        self.process(name).start()
        self.process(name).wait_ready(timeout)

    def restart(self, name: str, env: Mapping[str, str] | None = None) -> None:
        """Stop, then start with these variables added to its environment."""
        process = self.process(name)
        process.stop()
        process.command = dataclasses.replace(
            process.command, env={**process.command.env, **(env or {})}
        )
        self.bring_back(name)

    def app_url(self, app_id: str, replica: int = 1) -> str:
        """The address of a service itself."""
        return f"http://{LOOPBACK}:{self.ports.app(Replica(BY_ID[app_id], replica).index)}"

    def sidecar_url(self, app_id: str, replica: int = 1) -> str:
        """The address of its sidecar's HTTP API."""
        return f"http://{LOOPBACK}:{self.ports.dapr_http(Replica(BY_ID[app_id], replica).index)}"

    @property
    def web_url(self) -> str:
        return f"http://localhost:{self.ports.web}"

    @property
    def admin_dsn(self) -> str:
        """The database as its superuser (or as DATABASE_URL's user), for assertions."""
        return self.variables["POSTGRES_ADMIN_URL"]

    def log(self, name: str) -> Path:
        return self.process(name).command.log

    def start_replica(
        self, app_id: str, replica: int = 2, env: Mapping[str, str] | None = None
    ) -> str:
        """Another process and sidecar under the same app-id; the process's name."""
        made = Replica(BY_ID[app_id], replica)
        require_free(made.needs(self.ports))
        self._start_service(made, env)
        return made.name

    def _prepare(self) -> None:
        known = secrets.read(self.state.env_file)
        own = secrets.complete(known)
        self.variables = (
            own | environment.addresses(self.ports) | self.infrastructure.variables(own)
        )
        secrets.write(self.state.env_file, self.variables)
        needed = self.infrastructure.needed_ports()
        for service in self._services:
            needed |= Replica(service).needs(self.ports)
        if self._web in {"start", "dev"}:
            needed[self.ports.web] = FRONTEND
        require_free(needed)

    def _start_all(self) -> None:
        steps: list[Callable[[], None]] = [
            self._start_database,
            lambda: self.infrastructure.start_broker(self.variables),
            self._start_scheduler,
        ]
        with ThreadPoolExecutor(len(self._services) + 4) as pool:
            page = pool.submit(self._prepare_page)
            _all(pool, steps, page)
            services = [self._starter(service) for service in self._services]
            _all(pool, [*services, lambda: self._start_page(page)], page)

    def _start_database(self) -> None:
        self.infrastructure.start_database(self.variables)
        stores = [service for service in self._migrated if service.schema]
        # An external database may be another one next time: there Alembic is always asked.
        stamps = None if self.infrastructure.database_url else self.state.data / "postgres.migrated"
        stale = [service for service in stores if not migrations.current(service, stamps)]
        if stale:
            with ThreadPoolExecutor(len(stale)) as pool:
                list(pool.map(self._migrate, stale))
            migrations.stamp(stale, stamps)
            self.say("database migrated")

    def _migrate(self, service: Service) -> None:
        command = migrations.command(service, self.variables, self.state.logs)
        self.launcher.run(command, MIGRATION_SECONDS)

    def _start_scheduler(self) -> None:
        self._binaries = dapr.ensure(self.launcher, self.state.logs, self.say)
        sidecar.write_wrapper(self.state, self._binaries, self.infrastructure.broker)
        run_file.write_own(self.ports, self.state)
        self.infrastructure.start_scheduler(self._binaries)

    def _prepare_page(self) -> None:
        if self._web != "none":
            build = self._web == "start"
            frontend.prepare(self.launcher, self.state.logs, self.say, build=build)

    def _start_page(self, prepared: Future[None]) -> None:
        prepared.result()
        if self._web == "none":
            return
        env = environment.of_frontend(self.ports, self.variables)
        logs, built = self.state.logs, self._web == "start"
        self.launcher.run(frontend.migration(env, logs, built=built), MIGRATION_SECONDS)
        if self._web == "prepare":
            return
        health = f"http://{LOOPBACK}:{self.ports.web}/readyz"
        self._keep(frontend.command(env, logs, built=built), health).wait_ready(READY_SECONDS)
        self.say("page ready")

    def _starter(self, service: Service) -> Callable[[], None]:
        return lambda: self._start_service(Replica(service), None)

    def _start_service(self, replica: Replica, env: Mapping[str, str] | None) -> None:
        service, name = replica.service, replica.name
        own = SidecarPorts.of(self.ports, replica.index)
        port = self.ports.app(replica.index)
        variables = environment.of_service(service, port, own.http, own.grpc, self.variables)
        argv = [sys.executable, "-m", service.module]
        log = self.state.logs / f"{name}.log"
        command = Command(name, argv, variables | self._env | dict(env or {}), log, cwd=REPOSITORY)
        app = self._keep(command, f"http://{LOOPBACK}:{port}/readyz")
        beside = self._keep(
            self._sidecar(name, service.app_id, port, own),
            f"http://{LOOPBACK}:{own.http}/v1.0/healthz",
        )
        beside.wait_ready(READY_SECONDS)
        app.wait_ready(READY_SECONDS)
        self.say(f"{name} ready")

    def _sidecar(self, name: str, app_id: str, port: int, own: SidecarPorts) -> Command:
        if self._binaries is None:
            raise LocalError("Dapr's binaries are found by start() first")
        return sidecar.command(
            name,
            app_id,
            port,
            own,
            binary=self._binaries.daprd,
            scheduler=self.variables["SCHEDULER"],
            broker=self.infrastructure.broker,
            state=self.state,
            variables=self.variables | {"PATH": base_environment().get("PATH", "")},
        )

    def _keep(self, command: Command, health: str) -> Supervised:
        ready, why = partial(healthy, health), partial(reason, health)
        process = Supervised(command, self.launcher, self.say, ready, why)
        self._processes[command.name] = process
        process.start()
        return process


def _all(pool: ThreadPoolExecutor, steps: list[Callable[[], None]], page: Future[None]) -> None:
    """Run the steps beside each other; the first failure, also the page's, is raised."""
    running = {pool.submit(step) for step in steps}
    while running:
        done, running = wait({*running, page} if not page.done() else running,
                             return_when=FIRST_EXCEPTION)  # fmt: skip
        for future in done:
            future.result()
        running.discard(page)
