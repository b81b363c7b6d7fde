"""PostgreSQL, the broker and Dapr's scheduler: started, provisioned, ready."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from todoku_contracts.registry import TOPICS
from todoku_contracts.topology import access

from todoku_local import postgres, roles, scheduler, valkey
from todoku_local.dapr import Binaries
from todoku_local.errors import LocalError
from todoku_local.kafka import Kafka
from todoku_local.launcher import Command, Launcher
from todoku_local.places import State
from todoku_local.ports import LOOPBACK, Ports, answers
from todoku_local.probes import healthy
from todoku_local.supervised import Say, Supervised

READY_SECONDS = 60
BROKERS = {"redis": "valkey", "kafka": "kafka"}


@dataclass
class Infrastructure:
    state: State
    ports: Ports
    broker: str
    launcher: Launcher
    say: Say
    database_url: str | None = None
    redis_url: str | None = None
    processes: dict[str, Supervised] = field(default_factory=dict)

    @classmethod
    def external(cls) -> tuple[str | None, str | None]:
        """DATABASE_URL and REDIS_URL of this process."""
        return os.environ.get("DATABASE_URL") or None, os.environ.get("REDIS_URL") or None

    @property
    def runs_valkey(self) -> bool:
        return self.broker == "redis" and not self.redis_url

    def needed_ports(self) -> dict[int, str]:
        needed = dict.fromkeys(self.ports.of_scheduler, "scheduler")
        if self.runs_valkey:
            needed[self.ports.valkey] = "valkey"
        if self.broker == "kafka":
            needed |= {self.ports.kafka: "kafka", self.ports.kafka_controller: "kafka"}
        return needed

    def variables(self, secrets: Mapping[str, str]) -> dict[str, str]:
        """Addresses of database and broker, with their credentials."""
        if self.broker not in BROKERS:
            raise LocalError(f"BROKER is {self.broker!r}; it may be redis or kafka")
        found = {"BROKER": self.broker, "TODOKU_STATE": str(self.state.root)}
        found["POSTGRES_ADMIN_URL"] = self.admin_url(secrets)
        found |= roles.addresses(found["POSTGRES_ADMIN_URL"], secrets)
        if self.broker == "kafka":
            found["KAFKA_BROKERS"] = f"{LOOPBACK}:{self.ports.kafka}"
        elif self.redis_url:
            found |= valkey.external(self.redis_url)
        else:
            found |= {"REDIS_HOST": f"{LOOPBACK}:{self.ports.valkey}", "REDIS_TLS": "false"}
        found["SCHEDULER"] = f"{LOOPBACK}:{self.ports.scheduler}"
        return found

    def admin_url(self, secrets: Mapping[str, str], database: str = postgres.DATABASE) -> str:
        if self.database_url:
            return self.database_url
        socket = postgres.socket_folder(self.state)
        return postgres.url(postgres.SUPERUSER, secrets["POSTGRES_PASSWORD"], socket, database)

    def start_database(self, secrets: Mapping[str, str]) -> None:
        """The server, the database, the roles and their schemas."""
        if not self.database_url:
            postgres.initialise(self.state, secrets["POSTGRES_PASSWORD"], self.say)
            maintenance = self.admin_url(secrets, "postgres")
            self._keep(postgres.command(self.state), lambda: roles.accepts(maintenance))
            roles.create_database(maintenance, postgres.DATABASE)
        roles.provision(self.admin_url(secrets), secrets)
        self.say("PostgreSQL ready" + (" (DATABASE_URL)" if self.database_url else ""))

    def start_broker(self, secrets: Mapping[str, str]) -> None:
        rights = access(TOPICS.values())
        if self.broker == "kafka":
            server = Kafka(self.state, self.ports, secrets, self.launcher, self.say)
            self._keep(server.prepare(), lambda: answers(self.ports.kafka))
            server.allow(rights)
        elif self.runs_valkey:
            password = secrets["BROKER_ADMIN_PASSWORD"]
            command = valkey.command(self.state, self.ports.valkey, rights, secrets)
            self._keep(command, lambda: valkey.ready(self.ports.valkey, password))
        self.say(f"broker ready ({'REDIS_URL' if self.redis_url else BROKERS[self.broker]})")

    def start_scheduler(self, binaries: Binaries) -> None:
        health = f"http://{LOOPBACK}:{self.ports.scheduler_health}/healthz"
        command = scheduler.command(binaries.scheduler, self.state, self.ports)
        self._keep(command, lambda: healthy(health))
        self.say("Dapr scheduler ready")

    def _keep(self, command: Command, ready: Callable[[], bool]) -> None:
        process = Supervised(command, self.launcher, self.say, ready)
        self.processes[command.name] = process
        process.start()
        process.wait_ready(READY_SECONDS)
