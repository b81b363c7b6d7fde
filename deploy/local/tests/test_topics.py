from pathlib import Path

import yaml
from todoku_local import kafka, secrets, valkey
from todoku_local.places import REPOSITORY
from todoku_local.topics import Rights, rights

COMPONENTS = REPOSITORY / "dapr-components/local"


def metadata(broker: str, component: str) -> dict[str, str]:
    documents = yaml.safe_load_all((COMPONENTS / broker / "pubsub.yaml").read_text())
    found = next(one for one in documents if one["metadata"]["name"] == component)
    return {item["name"]: item.get("value", "") for item in found["spec"]["metadata"]}


def scoped(text: str) -> dict[str, set[str]]:
    pairs = (part.split("=") for part in text.split(";"))
    return {app: set(topics.split(",")) for app, topics in pairs}


class TestRights:
    def test_consumer_owns_the_dead_letters_of_its_subscription(self) -> None:
        own = rights()["recurring-task"]
        assert "task-events.recurring-task.dead" in own.reads & own.publishes
        assert "task-events" in own.reads - own.publishes

    def test_wake_ups_have_no_dead_letters(self, tmp_path: Path) -> None:
        described = {
            "topic": "wake",
            "component": "live",
            "producers": ["notification"],
            "consumers": ["notification"],
        }
        (tmp_path / "wake.yaml").write_text(yaml.safe_dump(described))
        assert rights(tmp_path) == {"notification": Rights({"wake"}, {"wake"})}


class TestComponents:
    def test_scopes_of_both_brokers_are_the_topic_files(self) -> None:
        for broker in ("redis", "kafka"):
            for component in ("pubsub", "live"):
                wanted, found = rights(component=component), metadata(broker, component)
                publishes = {app: own.publishes for app, own in wanted.items() if own.publishes}
                reads = {app: own.reads for app, own in wanted.items() if own.reads}
                assert scoped(found["publishingScopes"]) == publishes
                assert scoped(found["subscriptionScopes"]) == reads
                every = set().union(*publishes.values(), *reads.values())
                assert set(found["protectedTopics"].split(",")) == every

    def test_resiliency_is_alone_in_its_file(self) -> None:
        for path in COMPONENTS.rglob("*.yaml"):
            kinds = [document["kind"] for document in yaml.safe_load_all(path.read_text())]
            assert "Resiliency" not in kinds or kinds == ["Resiliency"]


class TestBrokerRules:
    def test_valkey_user_may_only_write_what_it_publishes(self) -> None:
        known = secrets.complete({})
        text = valkey.users({"task": Rights({"a"}, {"b"})}, known)
        line = next(one for one in text.splitlines() if one.startswith("user task "))
        assert "(+xadd ~a)" in line
        assert line.endswith("~b)")
        assert known["BROKER_PASSWORD_TASK"] not in text

    def test_valkey_lets_nobody_in_without_a_name(self) -> None:
        assert "user default off" in valkey.users({}, secrets.complete({}))

    def test_kafka_rules_tell_writing_from_reading(self) -> None:
        write, read, group = kafka.rule_arguments({"task": Rights({"a"}, {"b"})})
        assert {"Write", "a"} <= set(write)
        assert {"Read", "b"} <= set(read)
        assert not {"b", "Read"} & set(write)
        assert not {"a", "Write"} & set(read)
        assert group[-2:] == ["--group", "*"]
