"""Dapr's scheduler: keeps the jobs, in an etcd of its own."""

from pathlib import Path

from todoku_local.launcher import Command, base_environment
from todoku_local.places import State
from todoku_local.ports import LOOPBACK, Ports

ID = "dapr-scheduler-server-0"


def command(binary: Path, state: State, ports: Ports) -> Command:
    argv = [
        str(binary),
        *("--id", ID),
        *("--port", str(ports.scheduler)),
        *("--listen-address", LOOPBACK),
        *("--override-broadcast-host-port", f"{LOOPBACK}:{ports.scheduler}"),
        *("--healthz-port", str(ports.scheduler_health)),
        *("--healthz-listen-address", LOOPBACK),
        # Its metrics server listens on all interfaces whatever it is told.
        "--enable-metrics=false",
        *("--etcd-data-dir", str(state.data / "scheduler")),
        *("--etcd-client-port", str(ports.etcd_client)),
        *("--etcd-client-listen-address", LOOPBACK),
        *("--etcd-initial-cluster", f"{ID}=http://{LOOPBACK}:{ports.etcd_peer}"),
        *("--identity-directory-write", str(state.root / "run" / "scheduler-identity")),
    ]
    return Command("scheduler", argv, base_environment(), state.logs / "scheduler.log")
