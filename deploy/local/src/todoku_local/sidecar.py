"""A Dapr sidecar: how it is called, what it may know, that it listens on loopback only."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from todoku_local.dapr import Binaries
from todoku_local.launcher import Command
from todoku_local.places import REPOSITORY, State
from todoku_local.ports import LOOPBACK, Ports
from todoku_local.services import BY_ID

COMPONENTS = REPOSITORY / "dapr-components/local"
CONFIGURATION = COMPONENTS / "common/configuration.yaml"
LOOPBACK_FLAGS = (
    *("--dapr-listen-addresses", LOOPBACK),
    *("--dapr-internal-grpc-listen-address", LOOPBACK),
    *("--metrics-listen-address", LOOPBACK),
)
SHARED = ("APP_API_TOKEN", "DAPR_API_TOKEN", "DAPR_HOST_IP", "TODOKU_STATE")
BROKER = ("REDIS_HOST", "REDIS_TLS", "KAFKA_BROKERS")


@dataclass(frozen=True)
class SidecarPorts:
    http: int
    grpc: int
    internal: int
    metrics: int

    @classmethod
    def of(cls, ports: Ports, index: int) -> "SidecarPorts":
        return cls(*ports.of_sidecar(index))


def environment(app_id: str, variables: Mapping[str, str]) -> dict[str, str]:
    """The sidecar's whole environment: of the secrets only those of its own app."""
    names = [*SHARED, *BROKER, *(name for name in ("PATH", "HOME", "TZ") if name in variables)]
    found = {name: variables[name] for name in names if name in variables}
    found["BROKER_USERNAME"] = variables.get("BROKER_USERNAME", app_id)
    if (service := BY_ID.get(app_id)) is not None:
        own = f"BROKER_PASSWORD_{service.variable}"
        found["BROKER_PASSWORD"] = variables.get("BROKER_PASSWORD", variables[own])
        if service.schema:
            dsn = f"{service.schema.upper()}_DB_DSN"
            found[dsn] = variables[dsn]
    return found


def command(
    name: str,
    app_id: str,
    app_port: int,
    own: SidecarPorts,
    *,
    binary: Path,
    scheduler: str,
    broker: str,
    state: State,
    variables: Mapping[str, str],
) -> Command:
    argv = [
        str(binary),
        *("--app-id", app_id, "--app-port", str(app_port), "--app-protocol", "http"),
        *("--app-channel-address", LOOPBACK),
        *("--dapr-http-port", str(own.http), "--dapr-grpc-port", str(own.grpc)),
        *("--dapr-internal-grpc-port", str(own.internal), "--metrics-port", str(own.metrics)),
        *LOOPBACK_FLAGS,
        *("--config", str(CONFIGURATION)),
        *("--resources-path", str(COMPONENTS / "common")),
        *("--resources-path", str(COMPONENTS / broker)),
        *("--scheduler-host-address", scheduler),
        *("--read-buffer-size", "16Ki"),
        *("--dapr-graceful-shutdown-seconds", "2"),
    ]
    env = environment(app_id, variables)
    return Command(f"{name} sidecar", argv, env, state.logs / f"{name}.sidecar.log")


WRAPPER = """#!/bin/sh
# Generated. The daprd that `dapr run -f dapr.yaml` starts: it gives each sidecar the
# broker user of its own app and closes the two listeners that dapr.yaml has no field for.
app=
previous=
for word in "$@"; do
  [ "$previous" = --app-id ] && app=$word
  previous=$word
done
if [ -z "$app" ]; then exec {binary} "$@"; fi
own=BROKER_PASSWORD_$(printf %s "$app" | tr a-z- A-Z_)
: "${{BROKER_USERNAME=$app}}"
eval ": \\"\\${{BROKER_PASSWORD=\\${{$own-}}}}\\""
export BROKER_USERNAME BROKER_PASSWORD
exec {binary} "$@" {flags}
"""


def write_wrapper(state: State, binaries: Binaries, broker: str) -> None:
    """What `dapr.yaml` points at: a daprd and the broker's components; and the CLI."""
    folder = state.dapr_home / ".dapr" / "bin"
    folder.mkdir(parents=True, exist_ok=True)
    wrapper = folder / "daprd"
    wrapper.write_text(WRAPPER.format(binary=f"'{binaries.daprd}'", flags=" ".join(LOOPBACK_FLAGS)))
    wrapper.chmod(0o755)
    for name, target in (("broker", COMPONENTS / broker), ("dapr", binaries.cli)):
        link = state.dapr_home / name
        link.unlink(missing_ok=True)
        link.symlink_to(target)
