import yaml
from todoku_contracts.topology import Access
from todoku_local import kafka, secrets, valkey
from todoku_local.places import REPOSITORY

COMPONENTS = REPOSITORY / "dapr-components/local"
TASK = {"task": Access(publishes=("a",), subscribes=("b",))}


class TestComponents:
    def test_resiliency_is_alone_in_its_file(self) -> None:
        for path in COMPONENTS.rglob("*.yaml"):
            kinds = [document["kind"] for document in yaml.safe_load_all(path.read_text())]
            assert "Resiliency" not in kinds or kinds == ["Resiliency"]


class TestBrokerRules:
    def test_valkey_user_may_only_write_what_it_publishes(self) -> None:
        known = secrets.complete({})
        text = valkey.users(TASK, known)
        line = next(one for one in text.splitlines() if one.startswith("user task "))
        assert "(+xadd ~a)" in line
        assert line.endswith("~b)")
        assert known["BROKER_PASSWORD_TASK"] not in text

    def test_valkey_lets_nobody_in_without_a_name(self) -> None:
        assert "user default off" in valkey.users({}, secrets.complete({}))

    def test_kafka_rules_tell_writing_from_reading(self) -> None:
        write, read, group = kafka.rule_arguments(TASK)
        assert {"Write", "a"} <= set(write)
        assert {"Read", "b"} <= set(read)
        assert not {"b", "Read"} & set(write)
        assert not {"a", "Write"} & set(read)
        assert group[-2:] == ["--group", "*"]
