"""What the brokers on a cluster are told: the rights of `topology.access`, in their own words."""

from collections.abc import Iterable, Mapping
from typing import Any

from todoku_contracts.topics import Topic
from todoku_contracts.topology import Access

KAFKA = {"strimzi.io/cluster": "todoku"}
REPLICAS = 3
PARTITIONS = 12
"""Of a topic whose order hangs on its key: more consumers than this would have nothing to do."""
MILLISECONDS = {"m": 60_000, "h": 3_600_000, "d": 86_400_000}
VALKEY_READS = "+xreadgroup +xgroup|create +xack +xpending +xclaim"


def valkey_rules(own: Access) -> str:
    """The end of a user's line in an ACL file: writing and reading are separate rights on
    named streams."""
    rules = "resetchannels -@all +@connection +info"
    if own.publishes:
        rules += f" (+xadd {_keys(own.publishes)})"
    if own.subscribes:
        rules += f" ({VALKEY_READS} {_keys(own.subscribes)})"
    return rules


def _keys(topics: Iterable[str]) -> str:
    return " ".join(f"~{topic}" for topic in topics)


def valkey_users_secret(access: Mapping[str, Access]) -> dict[str, Any]:
    """The ExternalSecret of Valkey's user file; each digest is of the password in the store."""
    lines = ["user default off resetchannels -@all"]
    lines += [
        f'user {app_id} on #{{{{ index . "{app_id}" | sha256sum }}}} {valkey_rules(own)}'
        for app_id, own in access.items()
    ]
    data = [
        {
            "secretKey": app_id,
            "remoteRef": {"key": f"todoku-broker-{app_id}", "property": "password"},
        }
        for app_id in access
    ]
    template = {"engineVersion": "v2", "data": {"users.acl": "\n".join(lines) + "\n"}}
    spec = {"target": {"template": template}, "data": data}
    return _object("external-secrets.io/v1", "ExternalSecret", {"name": "valkey-users"}, spec)


def kafka_topics(topics: Iterable[Topic]) -> list[dict[str, Any]]:
    """Strimzi's KafkaTopics: each topic, and the dead letters of its consumers."""
    made = []
    for topic in topics:
        ordered = topic.component == "pubsub"
        made.append(_kafka_topic(topic.name, PARTITIONS if ordered else 1, topic.retention))
        made += [_kafka_topic(dead, 1, topic.retention) for dead in topic.dead_letters.values()]
    return made


def _kafka_topic(name: str, partitions: int, retention: str) -> dict[str, Any]:
    kept = int(retention[:-1]) * MILLISECONDS[retention[-1]]
    spec = {"partitions": partitions, "replicas": REPLICAS, "config": {"retention.ms": kept}}
    return _object("kafka.strimzi.io/v1", "KafkaTopic", {"name": name, "labels": KAFKA}, spec)


def kafka_users(access: Mapping[str, Access], live: Mapping[str, Access]) -> list[dict[str, Any]]:
    """Strimzi's KafkaUsers. Consumer groups are named as the app; on the component `live` their
    names are random, so whoever reads there may join any."""
    made = []
    for app_id, own in access.items():
        acls = [_acl("topic", name, "Describe", "Write") for name in own.publishes]
        acls += [_acl("topic", name, "Describe", "Read") for name in own.subscribes]
        group = "*" if app_id in live else app_id
        acls += [_acl("group", group, "Read")] if own.subscribes else []
        spec = {
            "authentication": {"type": "scram-sha-512"},
            "authorization": {"type": "simple", "acls": acls},
        }
        metadata = {"name": app_id, "labels": KAFKA}
        made.append(_object("kafka.strimzi.io/v1", "KafkaUser", metadata, spec))
    return made


def _acl(kind: str, name: str, *operations: str) -> dict[str, Any]:
    return {"resource": {"type": kind, "name": name}, "operations": list(operations)}


def _object(
    version: str, kind: str, metadata: dict[str, Any], spec: dict[str, Any]
) -> dict[str, Any]:
    return {"apiVersion": version, "kind": kind, "metadata": metadata, "spec": spec}
