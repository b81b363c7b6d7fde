import socket

import pytest
from todoku_local.errors import LocalError
from todoku_local.ports import LOOPBACK, Ports, require_free
from todoku_local.services import FRONTEND_INDEX, SERVICES


class TestPorts:
    def test_base_moves_every_port(self) -> None:
        assert Ports(9000).app(1) == Ports(8000).app(1) + 1000
        assert Ports(9000).etcd_peer == Ports(8000).etcd_peer + 1000

    def test_no_port_belongs_to_two(self) -> None:
        ports = Ports()
        indices = [service.index for service in SERVICES] + [FRONTEND_INDEX]
        all_ports = [port for index in indices for port in ports.of_sidecar(index)]
        all_ports += [ports.app(index) for index in indices]
        all_ports += [ports.valkey, ports.kafka, ports.kafka_controller, *ports.of_scheduler]
        assert len(all_ports) == len(set(all_ports))


@pytest.mark.enable_socket
class TestRequireFree:
    def test_names_the_port_and_who_needs_it(self) -> None:
        with socket.socket() as held:
            held.bind((LOOPBACK, 0))
            held.listen()
            port = held.getsockname()[1]
            with pytest.raises(LocalError, match=rf"{port} \(task\)"):
                require_free({port: "task"})
