"""Scopes, subscriptions and the brokers' own rules follow what the code publishes and reads."""

from collections.abc import Callable

import pytest
from manifests.render import judged
from manifests.resources import Document, named
from manifests.spoiling import KAFKA, VALKEY, rendered, spoiled, without
from policies import topics
from policies.code import published
from policies.topics import rights, valkey_findings
from todoku_contracts.registry import TOPICS
from todoku_contracts.topology import access
from todoku_local import valkey
from todoku_local.services import BY_ID


def setting(component: Document, name: str) -> Document:
    found: Document = next(m for m in component["spec"]["metadata"] if m["name"] == name)
    return found


class TestTopics:
    def test_rights_follow_the_code(self) -> None:
        assert judged(topics.findings, *topics.KINDS) == {}

    def test_topic_files_name_what_the_code_does(self) -> None:
        by_file = {app: (set(own.publishes), set(own.subscribes)) for app, own in FILES.items()}
        by_code = {app: (set(own.publishes), set(own.reads)) for app, own in rights().items()}
        assert by_file == by_code

    def test_code_is_read_right(self) -> None:
        assert published("task") == {"task-events", "task-updates", "user-events"}
        assert published("notification") == {"reminders", "feed-wakeups"}
        assert published("mcp-tool") == set()

    def test_every_reservation_is_still_one(self) -> None:
        assert topics.unused_reservations() == set()

    def test_every_subscribed_topic_has_an_owner(self) -> None:
        read = {topic for own in rights().values() for topic in own.reads}
        owners = {topic: TOPICS[topic].owner for topic in read if not topic.endswith(".dead")}
        assert set(owners.values()) <= BY_ID.keys()

    @pytest.mark.parametrize(
        ("scope", "old", "new", "finding"),
        [
            ("publishingScopes", "task-events,", "", "task may not task-events"),
            (
                "publishingScopes",
                "recurring-task=",
                "recurring-task=task-events,",
                "recurring-task may task-events and does not",
            ),
            (
                "subscriptionScopes",
                "task=task-commands",
                "task=reminders,task-commands",
                "task may reminders and does not",
            ),
            ("protectedTopics", "user-events,", "", "are not all topics"),
        ],
    )
    def test_wrong_scope_is_found(self, scope: str, old: str, new: str, finding: str) -> None:
        def spoil(component: Document) -> None:
            item = setting(component, scope)
            head, _, rest = item["value"].rpartition(old)
            item["value"] = head + new + rest

        found = topics.findings(spoiled(VALKEY, "Component", "pubsub", spoil))
        assert any(finding in text for text in found)

    def test_component_given_to_others_is_found(self) -> None:
        spoil = spoiled(VALKEY, "Component", "live", lambda d: d["scopes"].append("task"))
        (found,) = topics.findings(spoil)
        assert found.startswith("live: is given to ['notification', 'task']")


class TestSubscriptions:
    @pytest.mark.parametrize(
        ("change", "finding"),
        [
            (lambda d: d["spec"].pop("deadLetterTopic"), "has no dead letter"),
            (
                lambda d: d["spec"].update(deadLetterTopic="task-events.notification.dead"),
                "has no dead letter that task reads",
            ),
            (
                lambda d: d["spec"]["routes"].update(default="/events/other"),
                "task: has no route /events/other",
            ),
            (lambda d: d["scopes"].append("frontend"), "belongs to ['task', 'frontend']"),
            (lambda d: d["spec"].update(pubsubname="live"), "is not on live"),
        ],
    )
    def test_wrong_one_is_found(self, change: Callable[[Document], object], finding: str) -> None:
        found = topics.findings(spoiled(VALKEY, "Subscription", "task-task-commands", change))
        assert any(finding in text for text in found)

    @pytest.mark.parametrize("name", ["task-task-commands", "task-task-commands-dead"])
    def test_lack_of_one_is_found(self, name: str) -> None:
        assert topics.findings(without(VALKEY, "Subscription", name)) != []


class TestKafka:
    def test_right_too_many_is_found(self) -> None:
        def spoil(user: Document) -> None:
            resource = {"type": "topic", "name": "user-events"}
            user["spec"]["authorization"]["acls"].append(
                {"resource": resource, "operations": ["All"]}
            )

        found = topics.findings(spoiled(KAFKA, "KafkaUser", "recurring-task", spoil))
        assert found == ["Kafka: may write: recurring-task may user-events and does not"]

    def test_right_too_few_is_found(self) -> None:
        def spoil(user: Document) -> None:
            del user["spec"]["authorization"]["acls"][0]

        assert topics.findings(spoiled(KAFKA, "KafkaUser", "task", spoil)) != []

    def test_lack_of_a_topic_is_found(self) -> None:
        found = topics.findings(without(KAFKA, "KafkaTopic", "reminders"))
        assert found == ["Kafka: there is no topic reminders"]


class TestValkey:
    def acl(self) -> str:
        secret = named(rendered()[VALKEY], "ExternalSecret", "valkey-users")
        text: str = secret["spec"]["target"]["template"]["data"]["users.acl"]
        return text

    @pytest.mark.parametrize(
        ("old", "new", "finding"),
        [
            ("user default off resetchannels -@all\n", "", "whoever has no name"),
            ("+xadd ~feed-wakeups", "+xadd", "notification may not feed-wakeups"),
            ("+xadd ~task-commands", "+xadd ~*", "recurring-task may * and does not"),
            ("resetchannels -@all +@connection", "~* +@all", "has rights beside those"),
        ],
    )
    def test_wrong_rule_is_found(self, old: str, new: str, finding: str) -> None:
        assert list(valkey_findings(self.acl())) == []
        assert any(finding in text for text in valkey_findings(self.acl().replace(old, new)))

    def test_file_made_by_hand_has_the_same_rules(self) -> None:
        passwords = {f"BROKER_PASSWORD_{service.variable}": "x" for service in BY_ID.values()}
        assert list(valkey_findings(valkey.users(FILES, passwords))) == []


FILES = access(TOPICS.values())
