"""Policies of other kinds, as NetworkPolicies: Cilium's own, and what Strimzi's operator adds."""

from manifests.resources import Document

from policies.network import NAMESPACE_NAME, Party

KAFKA = Party("kafka", {"strimzi.io/cluster": "todoku", "strimzi.io/name": "todoku-kafka"})
KAFKA_OPERATORS = Party(
    "kafka operators",
    {"strimzi.io/cluster": "todoku", "strimzi.io/name": "todoku-entity-operator"},
)


def of_cilium(cilium: Document) -> Document:
    """The little of Cilium's own kind that is used: whole pods, from entities, to ports."""
    spec = cilium["spec"]
    if spec.keys() - {"endpointSelector", "ingress"}:
        raise AssertionError(f"not understood here: {sorted(spec)}")
    return {
        "spec": {
            "podSelector": spec["endpointSelector"],
            "policyTypes": ["Ingress"],
            "ingress": [_cilium_rule(rule) for rule in spec["ingress"]],
        }
    }


def _cilium_rule(rule: Document) -> Document:
    names = [{NAMESPACE_NAME: entity} for entity in rule["fromEntities"]]
    ports = [entry for group in rule["toPorts"] for entry in group["ports"]]
    return {
        "from": [{"namespaceSelector": {"matchLabels": name}} for name in names],
        "ports": [{"protocol": p["protocol"], "port": int(p["port"])} for p in ports],
    }


def of_strimzi(kafka: Document) -> Document:
    """What Strimzi's operator makes of a Kafka: who may come in to its brokers."""
    brokers, operators = (
        {"podSelector": {"matchLabels": p.labels}} for p in (KAFKA, KAFKA_OPERATORS)
    )
    ingress = [
        {"from": [brokers], "ports": [{"port": 9090}]},
        {"from": [brokers, operators], "ports": [{"port": 9091}]},
    ]
    for listener in kafka["spec"]["kafka"]["listeners"]:
        peers = listener.get("networkPolicyPeers", [])
        ingress.append({"from": peers, "ports": [{"port": listener["port"]}]})
    selector = {"matchLabels": KAFKA.labels}
    return {"spec": {"podSelector": selector, "policyTypes": ["Ingress"], "ingress": ingress}}
