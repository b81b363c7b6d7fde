"""Who may publish to and read from which topic, in the words of Dapr, Valkey and Kafka.

Dapr's scopes hold only for those who come through a sidecar, so the broker's own rules
must say the same: all are derived here from the topic files.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from todoku_contracts.topics import Topic

# The consumer group of the `live` component: one per replica, under a prefix that an ACL can name.
LIVE_GROUP = "{app_id}-live-"


def subscriptions(topics: Iterable[Topic]) -> list[dict[str, Any]]:
    """Dapr subscriptions (v2alpha1), each followed by the one of its dead-letter topic."""
    made = []
    for topic in topics:
        for app_id in topic.consumers:
            made.append(_subscription(app_id, topic.name, topic.component, topic.name))
            dead = topic.dead_letters.get(app_id)
            if dead:
                made[-1]["spec"]["deadLetterTopic"] = dead
                made.append(_subscription(app_id, dead, topic.component, f"dead/{topic.name}"))
    return made


def _subscription(app_id: str, topic: str, component: str, route: str) -> dict[str, Any]:
    name = f"{app_id}-{topic}".replace(f".{app_id}.dead", "-dead")
    return {
        "apiVersion": "dapr.io/v2alpha1",
        "kind": "Subscription",
        "metadata": {"name": name},
        "spec": {
            "pubsubname": component,
            "topic": topic,
            "routes": {"default": f"/events/{route}"},
        },
        "scopes": [app_id],
    }


@dataclass(frozen=True, slots=True)
class Access:
    """The topics one app may write to and read from, sorted."""

    publishes: tuple[str, ...]
    subscribes: tuple[str, ...]


def access(topics: Iterable[Topic], component: str | None = None) -> dict[str, Access]:
    """App id → its access, on one component or on all.

    A consumer also publishes to and reads its own dead-letter topics: without the first,
    Dapr dead-letters nothing and the message hangs.
    """
    publishes: dict[str, set[str]] = {}
    subscribes: dict[str, set[str]] = {}
    for topic in topics:
        if component not in (None, topic.component):
            continue
        for app_id in topic.producers:
            publishes.setdefault(app_id, set()).add(topic.name)
        for app_id in topic.consumers:
            dead = {topic.dead_letters[app_id]} if topic.dead_letters else set()
            subscribes.setdefault(app_id, set()).update({topic.name}, dead)
            publishes.setdefault(app_id, set()).update(dead)
    return {
        app_id: Access(
            tuple(sorted(publishes.get(app_id, ()))), tuple(sorted(subscribes.get(app_id, ())))
        )
        for app_id in sorted({*publishes, *subscribes})
    }


def scopes(topics: Iterable[Topic], component: str = "pubsub") -> dict[str, str]:
    """The scopes of a pub/sub component, as its metadata names and values."""
    apps = access(topics, component)
    protected = sorted({name for a in apps.values() for name in (*a.publishes, *a.subscribes)})
    return {
        "publishingScopes": ";".join(f"{app}={','.join(a.publishes)}" for app, a in apps.items()),
        "subscriptionScopes": ";".join(
            f"{app}={','.join(a.subscribes)}" for app, a in apps.items()
        ),
        "protectedTopics": ",".join(protected),
    }


def broker_topics(topics: Iterable[Topic]) -> dict[str, str]:
    """Every topic the broker must hold → its retention; dead letters are kept for 90 days."""
    names = {}
    for topic in topics:
        names[topic.name] = topic.retention
        names.update(dict.fromkeys(topic.dead_letters.values(), "90d"))
    return names


def valkey_acl(topics: Iterable[Topic], passwords: Mapping[str, str]) -> list[str]:
    """`user` lines of a Valkey ACL file, one for each app that has a password.

    Each right is a selector of its own, so that the right to read a stream never gives the
    right to add to it. Raises KeyError when an app has no password.
    """
    lines = []
    for app_id, rights in access(list(topics)).items():
        digest = hashlib.sha256(passwords[app_id].encode()).hexdigest()
        words = [f"user {app_id} on #{digest} resetkeys resetchannels -@all"]
        words.append("+ping +hello +auth +info +client|setinfo +client|setname +command")
        if rights.publishes:
            words.append(_selector("+xadd", rights.publishes))
        if rights.subscribes:
            reading = "+xgroup|create +xreadgroup +xack +xpending +xclaim +xgroup|delconsumer"
            words.append(_selector(reading, rights.subscribes))
        lines.append(" ".join(words))
    return lines


def _selector(commands: str, topics: Iterable[str]) -> str:
    return f"({commands} {' '.join(f'~{name}' for name in topics)})"


@dataclass(frozen=True, slots=True)
class KafkaAcl:
    """One `Allow` rule. `pattern` is LITERAL or PREFIXED."""

    principal: str
    resource: str
    name: str
    pattern: str
    operations: tuple[str, ...]


def kafka_acls(topics: Iterable[Topic]) -> list[KafkaAcl]:
    """Rules for each app's principal `User:<app id>`. Topics are made by who runs the broker."""
    topics = list(topics)
    rules = []
    for app_id, rights in access(topics).items():
        user = f"User:{app_id}"
        rules += [
            KafkaAcl(user, "TOPIC", name, "LITERAL", ("WRITE", "DESCRIBE"))
            for name in rights.publishes
        ]
        rules += [
            KafkaAcl(user, "TOPIC", name, "LITERAL", ("READ", "DESCRIBE"))
            for name in rights.subscribes
        ]
        if rights.subscribes:
            rules.append(KafkaAcl(user, "GROUP", app_id, "LITERAL", ("READ", "DESCRIBE")))
    for app_id in access(topics, "live"):
        prefix = LIVE_GROUP.format(app_id=app_id)
        rules.append(KafkaAcl(f"User:{app_id}", "GROUP", prefix, "PREFIXED", ("READ", "DESCRIBE")))
    return rules
