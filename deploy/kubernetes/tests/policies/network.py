"""Which connections a set of NetworkPolicies lets through, by the rules of networking.k8s.io/v1."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network

from manifests.resources import Document

NAMESPACE = "todoku"
NAMESPACE_NAME = "kubernetes.io/metadata.name"
Port = tuple[str, int]
"""Protocol and number."""


@dataclass(frozen=True)
class Party:
    """A pod, or an address when it has one."""

    name: str
    labels: Mapping[str, str] = field(default_factory=dict, hash=False)
    namespace: str = NAMESPACE
    address: str | None = None

    @property
    def ours(self) -> bool:
        return self.address is None and self.namespace == NAMESPACE


@dataclass(frozen=True, order=True)
class Flow:
    source: str
    target: str
    port: int
    protocol: str = "TCP"

    def __str__(self) -> str:
        return f"{self.source} → {self.target}:{self.port}/{self.protocol}"


class Network:
    def __init__(self, policies: Iterable[Document]) -> None:
        self._specs = [policy["spec"] for policy in policies]
        self._known: dict[tuple[str, str], list[Document] | None] = {}

    def flows(self, parties: list[Party], ports: Iterable[Port]) -> set[Flow]:
        """All that pass from or to a party of ours; a pod's traffic with itself aside."""
        return {
            Flow(source.name, target.name, number, protocol)
            for source in parties
            for target in parties
            if source != target and (source.ours or target.ours)
            for protocol, number in ports
            if self.passes(source, target, (protocol, number))
        }

    def passes(self, source: Party, target: Party, port: Port) -> bool:
        """Both sides must let it through."""
        return self._lets("Egress", source, target, port) and self._lets(
            "Ingress", target, source, port
        )

    def _lets(self, direction: str, subject: Party, peer: Party, port: Port) -> bool:
        rules, peers = self._rules(direction, subject), "to" if direction == "Egress" else "from"
        return rules is None or any(
            _names_port(rule.get("ports"), port) and _names_peer(rule.get(peers), peer)
            for rule in rules
        )

    def _rules(self, direction: str, subject: Party) -> list[Document] | None:
        """Of all policies that select it; None where none does: then everything passes."""
        key = direction, subject.name
        if key not in self._known:
            selecting = [
                spec
                for spec in self._specs
                if subject.ours
                and direction in spec["policyTypes"]
                and selects(spec["podSelector"], subject.labels)
            ]
            rules = [rule for spec in selecting for rule in spec.get(direction.lower(), [])]
            self._known[key] = rules if selecting else None
        return self._known[key]


def _names_port(ports: list[Document] | None, port: Port) -> bool:
    protocol, number = port
    return not ports or any(
        entry.get("protocol", "TCP") == protocol and entry.get("port", number) == number
        for entry in ports
    )


def _names_peer(peers: list[Document] | None, party: Party) -> bool:
    return not peers or any(_is_peer(peer, party) for peer in peers)


def _is_peer(peer: Document, party: Party) -> bool:
    if (block := peer.get("ipBlock")) is not None:
        return party.address is not None and _inside(block, party.address)
    if party.address is not None:
        return False
    if (namespaces := peer.get("namespaceSelector")) is not None:
        if not selects(namespaces, {NAMESPACE_NAME: party.namespace}):
            return False
    elif party.namespace != NAMESPACE:
        return False
    return selects(peer.get("podSelector", {}), party.labels)


def _inside(block: Document, address: str) -> bool:
    excepted = block.get("except", [])
    return _within(block["cidr"], address) and not any(_within(net, address) for net in excepted)


def _within(network: str, address: str) -> bool:
    return ip_address(address) in ip_network(network)


def selects(selector: Document, labels: Mapping[str, str]) -> bool:
    """A label selector; the empty one selects everything."""
    wanted = selector.get("matchLabels", {})
    return all(labels.get(key) == value for key, value in wanted.items()) and all(
        _fits(expression, labels) for expression in selector.get("matchExpressions", [])
    )


def _fits(expression: Document, labels: Mapping[str, str]) -> bool:
    key, values = expression["key"], expression.get("values", [])
    match expression["operator"]:
        case "In":
            return labels.get(key) in values
        case "NotIn":
            return labels.get(key) not in values
        case "Exists":
            return key in labels
        case "DoesNotExist":
            return key not in labels
    raise AssertionError(f"no such operator: {expression['operator']}")
