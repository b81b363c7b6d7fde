"""Which loopback port belongs to whom; one base moves them all."""

import os
import socket
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from todoku_local.errors import LocalError

LOOPBACK = "127.0.0.1"
DEFAULT_BASE = 8100
DEFAULT_WEB = 3000


@dataclass(frozen=True)
class Ports:
    base: int = DEFAULT_BASE
    web: int = DEFAULT_WEB

    @classmethod
    def from_environment(cls) -> "Ports":
        base = int(os.environ.get("TODOKU_PORT_BASE", DEFAULT_BASE))
        return cls(base, int(os.environ.get("TODOKU_WEB_PORT", DEFAULT_WEB)))

    def app(self, index: int) -> int:
        return self.base + index

    def dapr_http(self, index: int) -> int:
        return self.base + 100 + index

    def dapr_grpc(self, index: int) -> int:
        return self.base + 200 + index

    def dapr_internal(self, index: int) -> int:
        return self.base + 300 + index

    def dapr_metrics(self, index: int) -> int:
        return self.base + 400 + index

    def of_sidecar(self, index: int) -> list[int]:
        return [
            self.dapr_http(index),
            self.dapr_grpc(index),
            self.dapr_internal(index),
            self.dapr_metrics(index),
        ]

    @property
    def valkey(self) -> int:
        return self.base + 501

    @property
    def kafka(self) -> int:
        return self.base + 502

    @property
    def kafka_controller(self) -> int:
        return self.base + 503

    @property
    def scheduler(self) -> int:
        return self.base + 511

    @property
    def scheduler_health(self) -> int:
        return self.base + 512

    @property
    def etcd_client(self) -> int:
        return self.base + 514

    @property
    def etcd_peer(self) -> int:
        return self.base + 515

    @property
    def of_scheduler(self) -> list[int]:
        return list(range(self.base + 511, self.base + 516))


def taken(port: int) -> bool:
    """True when something on loopback holds the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return True
    return False


def answers(port: int) -> bool:
    """True when a connection to the port is accepted."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex((LOOPBACK, port)) == 0


def require_free(named: dict[int, str]) -> None:
    """Raise LocalError naming every taken port and who needed it."""
    with ThreadPoolExecutor(16) as pool:
        busy = [
            port for port, is_taken in zip(named, pool.map(taken, named), strict=True) if is_taken
        ]
    if busy:
        listed = ", ".join(f"{port} ({named[port]})" for port in sorted(busy))
        raise LocalError(
            f"taken on {LOOPBACK}: {listed}. Stop what holds them, or move Todoku's:"
            " TODOKU_PORT_BASE (all but the page), TODOKU_WEB_PORT (the page)."
        )
