"""Who publishes and reads what: the code, the sidecars' scopes and the brokers say the same."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from manifests.resources import Document, dapr_components, metadata, of_kind
from todoku_contracts.registry import TOPICS
from todoku_local.services import BY_ID

from policies.code import event_routes, published

KINDS = ("Component", "Subscription", "Kafka", "KafkaUser", "KafkaTopic", "ExternalSecret")
"""All that these rules read."""
RESERVED = {("task", "task-commands")}
"""Rights given ahead of code: the architecture lets task send itself commands too."""
ACL_USER = re.compile(r"user (?P<app>\S+) on \S+ (?P<rules>.*)")
ACL_SELECTOR = re.compile(r"\((?P<rule>[^)]*)\)")
Names = frozenset[str]


@dataclass(frozen=True)
class Rights:
    publishes: Names = frozenset()
    reads: Names = frozenset()


@cache
def rights(component: str | None = None) -> dict[str, Rights]:
    """Of each app, from its code, on one pub/sub component or on all.

    Who reads a topic also writes and reads the dead letters of that subscription.
    """
    found = {}
    for app_id in BY_ID:
        reads = {r.removeprefix("/events/") for r in event_routes(app_id) if "/dead/" not in r}
        writes = published(app_id) | {topic for app, topic in RESERVED if app == app_id}
        dead = {f"{topic}.{app_id}.dead" for topic in _on("pubsub", reads)}
        dead = dead if component in (None, "pubsub") else set()
        own = Rights(
            frozenset(_on(component, writes) | dead), frozenset(_on(component, reads) | dead)
        )
        if own != Rights():
            found[app_id] = own
    return found


def _on(component: str | None, topics: Iterable[str]) -> set[str]:
    return {topic for topic in topics if component in (None, TOPICS[topic].component)}


def findings(documents: list[Document]) -> list[str]:
    return [
        *_scopes(documents),
        *_subscriptions(documents),
        *_kafka(documents),
        *_valkey(documents),
    ]


def unused_reservations() -> set[tuple[str, str]]:
    """Those that the code has come to use, or that no topic file names any more."""
    return {
        (app, topic)
        for app, topic in RESERVED
        if topic in published(app) or app not in TOPICS[topic].producers
    }


def _scopes(documents: list[Document]) -> Iterator[str]:
    for component in dapr_components(documents):
        if not component["spec"]["type"].startswith("pubsub."):
            continue
        name, settings = component["metadata"]["name"], metadata(component)
        expected = rights(name)
        for scope, wanted in (
            ("publishingScopes", {app: own.publishes for app, own in expected.items()}),
            ("subscriptionScopes", {app: own.reads for app, own in expected.items()}),
        ):
            yield from _differences(f"{name}: {scope}", _rules(settings[scope]), wanted)
        every = {topic for own in expected.values() for topic in own.publishes | own.reads}
        if set(settings["protectedTopics"].split(",")) != every:
            yield f"{name}: protectedTopics are not all topics"
        if set(component["scopes"]) != expected.keys():
            yield f"{name}: is given to {sorted(component['scopes'])}, used by {sorted(expected)}"


def _rules(scope: str) -> dict[str, Names]:
    rules = (rule.partition("=") for rule in scope.split(";"))
    return {app: frozenset(filter(None, names.split(","))) for app, _, names in rules}


def _differences(title: str, found: dict[str, Names], wanted: dict[str, Names]) -> Iterator[str]:
    for app in sorted(found.keys() | wanted.keys()):
        given, used = found.get(app, frozenset()), wanted.get(app, frozenset())
        yield from (f"{title}: {app} may {topic} and does not" for topic in sorted(given - used))
        yield from (f"{title}: {app} may not {topic}" for topic in sorted(used - given))


def _subscriptions(documents: list[Document]) -> Iterator[str]:
    """The routes of each app are all subscribed to, and every event topic has a dead letter that
    its owner reads."""
    found: dict[str, set[str]] = {app_id: set() for app_id in BY_ID}
    subscribed = of_kind(documents, "Subscription")
    pairs = {(app, s["spec"]["topic"]) for s in subscribed for app in s["scopes"]}
    for subscription in subscribed:
        name, spec = subscription["metadata"]["name"], subscription["spec"]
        if len(subscription["scopes"]) != 1:
            yield f"{name}: belongs to {subscription['scopes']}"
            continue
        (app,) = subscription["scopes"]
        found.setdefault(app, set()).add(spec["routes"]["default"])
        dead = spec.get("deadLetterTopic")
        if spec["topic"].endswith(".dead"):
            if dead:
                yield f"{name}: dead letters have a dead letter"
        elif TOPICS[spec["topic"]].component != spec["pubsubname"]:
            yield f"{name}: {spec['topic']} is not on {spec['pubsubname']}"
        elif spec["pubsubname"] == "pubsub" and (not dead or (app, dead) not in pairs):
            yield f"{name}: has no dead letter that {app} reads"
    for app, routes in found.items():
        expected = event_routes(app) if app in BY_ID else set()
        yield from (f"{app}: nothing is sent to {route}" for route in sorted(expected - routes))
        yield from (f"{app}: has no route {route}" for route in sorted(routes - expected))


def _kafka(documents: list[Document]) -> Iterator[str]:
    if not of_kind(documents, "Kafka"):
        return
    wanted, users = rights(), of_kind(documents, "KafkaUser")
    for title, operation, names in (
        ("may write", "Write", {app: own.publishes for app, own in wanted.items()}),
        ("may read", "Read", {app: own.reads for app, own in wanted.items()}),
    ):
        given = {user["metadata"]["name"]: _acl_topics(user, operation) for user in users}
        yield from _differences(f"Kafka: {title}", given, names)
    topics = {topic["metadata"]["name"] for topic in of_kind(documents, "KafkaTopic")}
    every = {topic for own in wanted.values() for topic in own.publishes | own.reads}
    yield from (f"Kafka: there is no topic {topic}" for topic in sorted(every - topics))
    yield from (f"Kafka: nobody uses topic {topic}" for topic in sorted(topics - every))


def _acl_topics(user: Document, operation: str) -> Names:
    return frozenset(
        acl["resource"]["name"]
        for acl in user["spec"]["authorization"]["acls"]
        if acl["resource"]["type"] == "topic" and {operation, "All"} & set(acl["operations"])
    )


def _valkey(documents: list[Document]) -> Iterator[str]:
    for document in of_kind(documents, "ExternalSecret"):
        if document["metadata"]["name"] == "valkey-users":
            text = document["spec"]["target"]["template"]["data"]["users.acl"]
            yield from valkey_findings(text)


def valkey_findings(acl: str) -> Iterator[str]:
    """Of an ACL file: its users' rights on streams, and that nobody else gets in."""
    lines = acl.strip().splitlines()
    if "user default off resetchannels -@all" not in lines:
        yield "Valkey: whoever has no name may come in"
    users = {match["app"]: match["rules"] for match in map(ACL_USER.fullmatch, lines) if match}
    for title, command, names in (
        ("may write", "+xadd", {app: own.publishes for app, own in rights().items()}),
        ("may read", "+xreadgroup", {app: own.reads for app, own in rights().items()}),
    ):
        given = {app: _keys(rules, command) for app, rules in users.items()}
        yield from _differences(f"Valkey: {title}", given, names)
    for app, rules in users.items():
        plain = ACL_SELECTOR.sub("", rules)
        if "~" in plain or "+@all" in plain or "-@all" not in plain:
            yield f"Valkey: {app} has rights beside those on its streams"


def _keys(rules: str, command: str) -> Names:
    selectors = [match["rule"].split() for match in ACL_SELECTOR.finditer(rules)]
    return frozenset(
        word.removeprefix("~")
        for words in selectors
        if command in words
        for word in words
        if word.startswith("~")
    )
