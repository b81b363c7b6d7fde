"""The components of every broker give each app the rights that the topic files name."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from todoku_contracts.brokers import kafka_users
from todoku_contracts.registry import TOPICS
from todoku_contracts.topology import access, scopes

COMPONENTS = Path(__file__).parents[2] / "dapr-components"
BROKERS = ("local/redis", "local/kafka", "kubernetes/valkey", "kubernetes/kafka")
PLACES = ("local", "kubernetes")
APPS = {"task", "recurring-task", "notification", "mcp-tool", "chat-agent", "frontend"}


def component(broker: str, name: str) -> dict[str, Any]:
    documents = yaml.safe_load_all((COMPONENTS / broker / "pubsub.yaml").read_text())
    return next(d for d in documents if d["metadata"]["name"] == name)


def rules(scope: str) -> set[tuple[str, str]]:
    """`app=a,b;other=c` as pairs, because their order means nothing."""
    pairs = set()
    for rule in filter(None, scope.split(";")):
        app, _, names = rule.partition("=")
        pairs |= {(app, name) for name in names.split(",")}
    return pairs


@pytest.mark.parametrize("broker", BROKERS)
@pytest.mark.parametrize("name", ["pubsub", "live"])
class TestComponents:
    def test_scopes_equal_the_topic_files(self, broker: str, name: str) -> None:
        metadata = {m["name"]: m.get("value") for m in component(broker, name)["spec"]["metadata"]}
        expected = scopes(TOPICS.values(), name)
        for scope in ("publishingScopes", "subscriptionScopes"):
            assert rules(str(metadata[scope])) == rules(expected[scope])
        protected = str(metadata["protectedTopics"]).split(",")
        assert sorted(protected) == expected["protectedTopics"].split(",")

    def test_only_apps_with_topics_get_the_component(self, broker: str, name: str) -> None:
        assert set(component(broker, name)["scopes"]) == set(access(TOPICS.values(), name))


class TestTopics:
    def test_name_known_apps_only(self) -> None:
        for topic in TOPICS.values():
            assert {topic.owner, *topic.producers, *topic.consumers} <= APPS

    def test_owner_takes_part(self) -> None:
        for topic in TOPICS.values():
            assert topic.owner in {*topic.producers, *topic.consumers}

    def test_commands_come_from_two_services_only(self) -> None:
        assert set(TOPICS["task-commands"].producers) == {"recurring-task", "task"}

    def test_each_consumer_owns_its_dead_letters(self) -> None:
        apps = access(TOPICS.values())
        for topic in TOPICS.values():
            for app_id, dead in topic.dead_letters.items():
                holders = {app for app, rights in apps.items() if dead in rights.publishes}
                assert holders == {app_id}
                assert dead in apps[app_id].subscribes


class TestKafkaUsers:
    def operations(self, app_id: str) -> dict[tuple[str, str], set[str]]:
        apps, live = access(TOPICS.values()), access(TOPICS.values(), "live")
        users = {user["metadata"]["name"]: user["spec"] for user in kafka_users(apps, live)}
        found: dict[tuple[str, str], set[str]] = {}
        for acl in users[app_id]["authorization"]["acls"]:
            resource = (acl["resource"]["type"], acl["resource"]["name"])
            found.setdefault(resource, set()).update(acl["operations"])
        return found

    def test_write_what_they_publish_and_read_what_they_consume(self) -> None:
        assert self.operations("task") == {
            ("topic", "task-commands"): {"Describe", "Read", "Write"},
            ("topic", "task-commands.task.dead"): {"Describe", "Read", "Write"},
            ("topic", "task-events"): {"Describe", "Write"},
            ("topic", "task-updates"): {"Describe", "Write"},
            ("topic", "user-events"): {"Describe", "Write"},
            ("group", "task"): {"Read"},
        }

    def test_only_who_wakes_up_joins_groups_of_any_name(self) -> None:
        free = [app for app in access(TOPICS.values()) if ("group", "*") in self.operations(app)]
        assert free == ["notification"]


@pytest.mark.parametrize("place", PLACES)
class TestSubscriptions:
    def subscriptions(self, place: str) -> list[dict[str, Any]]:
        text = (COMPONENTS / place / "common/subscriptions.yaml").read_text()
        return list(yaml.safe_load_all(text))

    def test_names_are_unique(self, place: str) -> None:
        names = [s["metadata"]["name"] for s in self.subscriptions(place)]
        assert len(names) == len(set(names))

    def test_dead_letter_topics_have_no_dead_letter(self, place: str) -> None:
        for subscription in self.subscriptions(place):
            if subscription["spec"]["topic"].endswith(".dead"):
                assert "deadLetterTopic" not in subscription["spec"]

    def test_every_event_topic_has_one(self, place: str) -> None:
        for subscription in self.subscriptions(place):
            spec, (app_id,) = subscription["spec"], subscription["scopes"]
            if spec["pubsubname"] == "pubsub" and not spec["topic"].endswith(".dead"):
                assert spec["deadLetterTopic"] == f"{spec['topic']}.{app_id}.dead"
