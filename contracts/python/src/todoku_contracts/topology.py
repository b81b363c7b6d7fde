"""Who may publish to and read from which topic, in the words of Dapr.

Dapr's scopes hold only for those who come through a sidecar, so the broker's own rules
must say the same: they are derived from `access` too.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from todoku_contracts.topics import Topic


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
