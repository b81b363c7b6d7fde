"""Kafka on one machine: one KRaft node on loopback, one SASL user an app, ACLs."""

import hashlib
import re
import shutil
import subprocess
import uuid
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from todoku_contracts.topology import Access

from todoku_local.dapr import locked
from todoku_local.errors import Missing
from todoku_local.launcher import Command, Launcher, base_environment
from todoku_local.places import REPOSITORY, State, cache
from todoku_local.ports import LOOPBACK, Ports
from todoku_local.services import BY_ID
from todoku_local.supervised import Say

MODULE = REPOSITORY / "deploy/local/kafka"
VERSION = "4.3.1"
OLDEST_JAVA = 17
DOWNLOAD_SECONDS = 900
TOOL_SECONDS = 60
ADMIN = "admin"
LOGIN = "org.apache.kafka.common.security.plain.PlainLoginModule required"
CREDENTIALS = LOGIN + ' username="{name}" password="{password}"'


def require_java() -> str:
    java = shutil.which("java")
    if java is None:
        raise Missing("BROKER=kafka needs Java 17 or newer: https://adoptium.net")
    answer = subprocess.run([java, "-version"], capture_output=True, text=True, timeout=20)
    found = re.search(r'version "(\d+)', answer.stderr + answer.stdout)
    if found is None or int(found[1]) < OLDEST_JAVA:
        raise Missing(f"BROKER=kafka needs Java 17 or newer; `{java}` is older")
    return java


def ensure_jars(launcher: Launcher, logs: Path, say: Say) -> Path:
    """The folder with the broker's jars, downloaded once."""
    folder = cache() / "kafka" / VERSION
    folder.mkdir(parents=True, exist_ok=True)
    with locked(folder / "lock", say):
        if not (folder / "complete").exists():
            maven = shutil.which("mvn")
            if maven is None:
                raise Missing(
                    "BROKER=kafka needs Maven once, for the download: https://maven.apache.org"
                )
            say(f"downloading Kafka {VERSION} from Maven (120 MB) …")
            goal = ["dependency:copy-dependencies", f"-DoutputDirectory={folder}"]
            argv = [maven, "-q", "-B", "-f", str(MODULE / "pom.xml"), *goal]
            log = logs / "kafka-download.log"
            launcher.run(Command("Kafka download", argv, base_environment(), log), DOWNLOAD_SECONDS)
            (folder / "complete").touch()
    return folder


class Kafka:
    """One broker: its files, its command and its access rules."""

    def __init__(
        self, state: State, ports: Ports, secrets: Mapping[str, str], launcher: Launcher, say: Say
    ) -> None:
        self._java = require_java()
        self._jars = ensure_jars(launcher, state.logs, say)
        self._state, self._ports, self._secrets, self._launcher = state, ports, secrets, launcher
        self._data = state.data / "kafka"

    def prepare(self) -> Command:
        """Write the settings, format the storage once, say how to start the broker."""
        self._data.mkdir(parents=True, exist_ok=True)
        self._write(self._settings_file, server_settings(self._ports, self._secrets, self._data))
        admin = CREDENTIALS.format(name=ADMIN, password=self._secrets["BROKER_ADMIN_PASSWORD"])
        self._write(
            self._admin_file,
            f"security.protocol=SASL_PLAINTEXT\nsasl.mechanism=PLAIN\nsasl.jaas.config={admin};\n",
        )
        if not (self._data / "log" / "meta.properties").exists():
            cluster = hashlib.sha256(uuid.uuid4().bytes).hexdigest()[:22]
            settings = ["-t", cluster, "-c", str(self._settings_file)]
            self._tool("format", "kafka.tools.StorageTool", "format", "--standalone", *settings)
        env = base_environment()
        log = self._state.logs / "kafka.log"
        argv = [*self._call(256), "kafka.Kafka", str(self._settings_file)]
        return Command("kafka", argv, env, log, cwd=self._data)

    def allow(self, access: Mapping[str, Access]) -> None:
        """Add the access rules that are not in the broker yet (needs it running)."""
        rules = rule_arguments(access)
        stamp = self._data / "rules"
        value = hashlib.sha256(repr(rules).encode()).hexdigest()
        if stamp.exists() and stamp.read_text() == value:
            return
        server = ["--bootstrap-server", f"{LOOPBACK}:{self._ports.kafka}"]
        server += ["--command-config", str(self._admin_file)]
        with ThreadPoolExecutor(2) as pool:
            done = [
                pool.submit(self._tool, f"acl-{number}", "org.apache.kafka.tools.AclCommand",
                            *server, "--add", *rule)
                for number, rule in enumerate(rules)
            ]  # fmt: skip
            for future in done:
                future.result()
        stamp.write_text(value)

    @property
    def _settings_file(self) -> Path:
        return self._data / "server.properties"

    @property
    def _admin_file(self) -> Path:
        return self._data / "admin.properties"

    def _write(self, path: Path, text: str) -> None:
        path.touch(0o600)
        path.chmod(0o600)
        path.write_text(text)

    def _call(self, heap: int) -> list[str]:
        logging = f"-Dlog4j2.configurationFile={MODULE / 'log4j2.properties'}"
        classes = f"{self._jars}/*"
        return [self._java, f"-Xmx{heap}m", "-XX:TieredStopAtLevel=1", logging, "-cp", classes]

    def _tool(self, name: str, main: str, *arguments: str) -> None:
        log = self._state.logs / f"kafka-{name}.log"
        argv = [*self._call(128), main, *arguments]
        self._launcher.run(Command(f"kafka {name}", argv, base_environment(), log), TOOL_SECONDS)


def server_settings(ports: Ports, secrets: Mapping[str, str], data: Path) -> str:
    """One node that is broker and controller; both listeners ask for a password."""
    admin_password = secrets["BROKER_ADMIN_PASSWORD"]
    users = {ADMIN: admin_password} | {
        app_id: secrets[f"BROKER_PASSWORD_{service.variable}"] for app_id, service in BY_ID.items()
    }
    admin = CREDENTIALS.format(name=ADMIN, password=admin_password)
    known = " ".join(f'user_{name}="{password}"' for name, password in users.items())
    itself = f'user_{ADMIN}="{admin_password}"'
    settings = {
        "process.roles": "broker,controller",
        "node.id": "1",
        "controller.quorum.bootstrap.servers": f"{LOOPBACK}:{ports.kafka_controller}",
        "listeners": f"CLIENT://{LOOPBACK}:{ports.kafka},"
        f"CONTROLLER://{LOOPBACK}:{ports.kafka_controller}",
        "advertised.listeners": f"CLIENT://{LOOPBACK}:{ports.kafka},"
        f"CONTROLLER://{LOOPBACK}:{ports.kafka_controller}",
        "listener.security.protocol.map": "CLIENT:SASL_PLAINTEXT,CONTROLLER:SASL_PLAINTEXT",
        "inter.broker.listener.name": "CLIENT",
        "controller.listener.names": "CONTROLLER",
        "sasl.enabled.mechanisms": "PLAIN",
        "sasl.mechanism.inter.broker.protocol": "PLAIN",
        "sasl.mechanism.controller.protocol": "PLAIN",
        "listener.name.client.plain.sasl.jaas.config": f"{admin} {known};",
        "listener.name.controller.plain.sasl.jaas.config": f"{admin} {itself};",
        "listener.name.controller.sasl.enabled.mechanisms": "PLAIN",
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users": f"User:{ADMIN}",
        "log.dirs": str(data / "log"),
        "num.partitions": "4",
        "auto.create.topics.enable": "true",
        "offsets.topic.replication.factor": "1",
        "offsets.topic.num.partitions": "4",
        "transaction.state.log.replication.factor": "1",
        "transaction.state.log.min.isr": "1",
        "group.initial.rebalance.delay.ms": "0",
    }
    return "".join(f"{name}={value}\n" for name, value in settings.items())


def rule_arguments(access: Mapping[str, Access]) -> list[list[str]]:
    """AclCommand's arguments, one list a call. Both sides may create their topics, which
    the broker makes at first use. Groups are named after the app or, for wake-ups, are
    random: the right to read is on the topic."""
    rules = []
    for app_id, own in access.items():
        who = ["--allow-principal", f"User:{app_id}"]
        for operation, topics in (("Write", own.publishes), ("Read", own.subscribes)):
            named = [part for topic in topics for part in ("--topic", topic)]
            allowed = [
                part for name in (operation, "Describe", "Create") for part in ("--operation", name)
            ]
            rules += [[*who, *allowed, *named]] if named else []
        rules += [[*who, "--operation", "Read", "--group", "*"]] if own.subscribes else []
    return rules
