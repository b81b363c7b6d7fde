"""Network policies let through what the code and its settings call for, and nothing else."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlsplit

from manifests.resources import WORKLOADS, Document, Pod, dapr_components, metadata, of_kind, pods
from todoku_local.services import BY_ID

from policies.code import invoked
from policies.network import Flow, Network, Party, selects
from policies.operators import KAFKA, KAFKA_OPERATORS, of_cilium, of_strimzi

KINDS = (
    *("NetworkPolicy", "CiliumNetworkPolicy", "Service", "Component", *WORKLOADS),
    *("Kafka", "ScaledObject", "Gateway", "HTTPRoute"),
)
"""All that these rules read."""
SIDECAR_PORT = 50002
"""Where sidecars answer each other."""
DAPR = {"dapr-operator": 6500, "dapr-sentry": 50001, "dapr-scheduler-server": 50006}
"""The pods of Dapr's chart that sidecars call, and their ports."""
DATABASE_PORT = 5432
HTTPS = 443
KUBERNETES_API = (443, 6443)
CHALLENGE = {"acme.cert-manager.io/http01-solver": "true"}
CHALLENGE_PORT = 8089
DNS = (("UDP", 53), ("TCP", 53))
OTHER_PORTS = (22, 80, 443, 3500, 8080, 9090, 50001)
"""Beside those that something names: what a policy without ports would open."""

OUTSIDE = Party("outside", address="203.0.113.7")
PRIVATE = Party("private network", address="10.9.8.7")
CLOUD_METADATA = Party("cloud metadata", address="169.254.169.254")
DNS_SERVER = Party("dns", {"k8s-app": "kube-dns"}, "kube-system")
KEDA = Party("keda", {"app": "keda-operator"}, "keda")
GATEWAY = Party("gateway", namespace="ingress")
"""Cilium's entity of that name, no pod: in the policies below its name stands as a namespace."""
STRANGERS = (
    OUTSIDE,
    PRIVATE,
    CLOUD_METADATA,
    DNS_SERVER,
    KEDA,
    GATEWAY,
    Party("stranger"),
    Party("other namespace", {"app.kubernetes.io/component": "service"}, "default"),
    *(Party(name, {"app": name}, "dapr-system") for name in DAPR),
)


def findings(documents: list[Document]) -> list[str]:
    plan = Plan(documents)
    wanted = set(plan.flows())
    allowed = Network(plan.policies).flows(plan.parties, plan.ports)
    return [
        *(f"{flow} is needed and not allowed" for flow in sorted(wanted - allowed)),
        *(f"{flow} is allowed and never used" for flow in sorted(allowed - wanted)),
    ]


@dataclass(frozen=True)
class Plan:
    """Who is there, and who has to reach whom."""

    documents: list[Document]

    @cached_property
    def pods(self) -> dict[str, Pod]:
        return {pod.workload["metadata"]["name"]: pod for pod in pods(self.documents)}

    @cached_property
    def strimzi(self) -> list[Document]:
        return of_kind(self.documents, "Kafka")

    @cached_property
    def parties(self) -> list[Party]:
        ours = [Party(name, pod.labels) for name, pod in self.pods.items()]
        ours += [KAFKA, KAFKA_OPERATORS] if self.strimzi else []
        ours += [Party("challenge", CHALLENGE)] if self._has_gateway else []
        return [*ours, *STRANGERS]

    @property
    def ports(self) -> set[tuple[str, int]]:
        named = {flow.port for flow in self.flows()} | set(OTHER_PORTS)
        for policy in self.policies:
            for rule in [*policy["spec"].get("ingress", []), *policy["spec"].get("egress", [])]:
                named |= {entry["port"] for entry in rule.get("ports", [])}
        return {("TCP", port) for port in named} | {("UDP", 53), ("UDP", HTTPS)}

    @property
    def policies(self) -> list[Document]:
        cilium = map(of_cilium, of_kind(self.documents, "CiliumNetworkPolicy"))
        strimzi = map(of_strimzi, self.strimzi)
        return [*of_kind(self.documents, "NetworkPolicy"), *cilium, *strimzi]

    @property
    def _has_gateway(self) -> bool:
        return bool(of_kind(self.documents, "Gateway"))

    def flows(self) -> Iterator[Flow]:
        for name, pod in self.pods.items():
            yield from (flow for url in _urls(pod) for flow in self._http(name, url))
            yield from self._outside(name, pod)
            if pod.has_sidecar:
                yield from (Flow(name, target, port) for target, port in DAPR.items())
        for party in self.parties:
            if party.ours:
                yield from (Flow(party.name, "dns", port, protocol) for protocol, port in DNS)
        for app_id in BY_ID:
            yield from (Flow(app_id, target, SIDECAR_PORT) for target in invoked(app_id))
        yield from self._brokers()
        yield from self._kafka_itself()
        yield from self._gateway()

    def _http(self, source: str, url: str) -> Iterator[Flow]:
        address = urlsplit(url)
        yield from self._to(source, str(address.hostname), address.port or 80)

    def _to(self, source: str, host: str, port: int) -> Iterator[Flow]:
        """To the pods behind a Service of ours, or out of the cluster."""
        if host == "todoku-kafka-bootstrap":
            yield Flow(source, KAFKA.name, port)
        elif "." in host:
            # A bought broker is often in a private network beside the cluster's.
            yield from (Flow(source, party.name, port) for party in (OUTSIDE, PRIVATE))
        else:
            yield from (
                Flow(source, target, number)
                for target, number in self._behind(host, port)
                if target != source
            )

    def _behind(self, host: str, port: int) -> list[tuple[str, int]]:
        for service in of_kind(self.documents, "Service"):
            if service["metadata"]["name"] != host:
                continue
            (wanted,) = (p["targetPort"] for p in service["spec"]["ports"] if p["port"] == port)
            return [
                (name, _number(pod, wanted))
                for name, pod in self.pods.items()
                if selects({"matchLabels": service["spec"]["selector"]}, pod.labels)
            ]
        raise AssertionError(f"no Service is called {host}")

    def _outside(self, name: str, pod: Pod) -> Iterator[Flow]:
        """Whoever has an address of the database, or of a model, among its secrets."""
        if any(secret.startswith("database-") for secret in pod.secrets):
            target = "postgres" if "postgres" in self.pods else OUTSIDE.name
            yield Flow(name, target, DATABASE_PORT)
        if "OPENAI_BASE_URL" in pod.app_secrets:
            yield Flow(name, OUTSIDE.name, HTTPS)

    def _brokers(self) -> Iterator[Flow]:
        for component in dapr_components(self.documents):
            settings = metadata(component)
            address = settings.get("redisHost") or settings.get("brokers")
            if address:
                host, _, port = address.partition(":")
                for app_id in component["scopes"]:
                    yield from self._to(app_id, host, int(port))

    def _kafka_itself(self) -> Iterator[Flow]:
        """Strimzi's brokers keep step on 9091 and vote on 9090; its operators use the first, and
        watch Kubernetes, whose API may have any address."""
        if not self.strimzi:
            return
        yield Flow(KAFKA_OPERATORS.name, KAFKA.name, 9091)
        for party in STRANGERS:
            if not party.ours:
                yield from (Flow(KAFKA_OPERATORS.name, party.name, p) for p in KUBERNETES_API)
        if of_kind(self.documents, "ScaledObject"):
            yield Flow(KEDA.name, KAFKA.name, 9093)

    def _gateway(self) -> Iterator[Flow]:
        if self._has_gateway:
            yield Flow(GATEWAY.name, "challenge", CHALLENGE_PORT)
        for route in of_kind(self.documents, "HTTPRoute"):
            for rule in route["spec"]["rules"]:
                for backend in rule.get("backendRefs", []):
                    yield from self._to(GATEWAY.name, backend["name"], backend["port"])


def _urls(pod: Pod) -> Iterator[str]:
    """What the app calls: the values of its variables that name an address, not an issuer."""
    for container in pod.containers:
        for variable in container.get("env", []):
            value = variable.get("value", "")
            if variable["name"].endswith("_URL") and value.startswith("http"):
                yield value


def _number(pod: Pod, port: str | int) -> int:
    if isinstance(port, int):
        return port
    found: dict[str, int] = {
        entry["name"]: entry["containerPort"]
        for container in pod.containers
        for entry in container.get("ports", [])
    }
    return found[port]
