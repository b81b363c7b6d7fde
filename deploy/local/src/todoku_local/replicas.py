"""One process of a service: the first, or another beside it under the same app-id."""

from dataclasses import dataclass

from todoku_local.errors import LocalError
from todoku_local.ports import Ports
from todoku_local.services import Service

STEP = 10
MOST = 9


@dataclass(frozen=True)
class Replica:
    service: Service
    number: int = 1

    def __post_init__(self) -> None:
        if not 1 <= self.number <= MOST:
            raise LocalError(f"a replica is numbered 1 to {MOST}")

    @property
    def name(self) -> str:
        app_id = self.service.app_id
        return app_id if self.number == 1 else f"{app_id}-{self.number}"

    @property
    def index(self) -> int:
        """Its place in every range of ports."""
        return self.service.index + STEP * (self.number - 1)

    def needs(self, ports: Ports) -> dict[int, str]:
        """The ports of service and sidecar, with the name of who needs them."""
        return dict.fromkeys([ports.app(self.index), *ports.of_sidecar(self.index)], self.name)
