"""`dapr.yaml`, the components of a laptop and those of a cluster are of one mind."""

import copy

import pytest
from manifests.render import rendered
from manifests.resources import Document, named
from manifests.spoiling import KAFKA, VALKEY
from policies.agreement import app_findings, findings, local_documents, run_file

PAIRS = [("redis", VALKEY), ("redis", "minikube"), ("kafka", KAFKA), ("kafka", "doks")]


class TestComponents:
    @pytest.mark.parametrize(("broker", "combination"), PAIRS)
    def test_agree(self, broker: str, combination: str) -> None:
        assert findings(local_documents(broker), rendered()[combination]) == []

    @pytest.mark.parametrize(
        ("kind", "name", "change", "finding"),
        [
            ("Component", "task-db", {"version": "v2"}, "version is 'v2' on laptops"),
            ("Component", "live", {"type": "pubsub.kafka"}, "type is 'pubsub.kafka' on laptops"),
            ("Subscription", "task-task-commands", {"topic": "reminders"}, "topic is 'reminders'"),
            ("Resiliency", "resiliency", {"targets": {}}, "targets is {} on laptops"),
        ],
    )
    def test_difference_is_found(
        self, kind: str, name: str, change: Document, finding: str
    ) -> None:
        local = local_documents("redis")
        named(local, kind, name)["spec"].update(change)
        assert any(finding in text for text in findings(local, rendered()[VALKEY]))

    @pytest.mark.parametrize("name", ["processingTimeout", "publishingScopes", "redisPassword"])
    def test_setting_that_differs_is_found(self, name: str) -> None:
        local = local_documents("redis")
        component = named(local, "Component", "pubsub")
        component["spec"]["metadata"] = [
            item for item in component["spec"]["metadata"] if item["name"] != name
        ]
        (found,) = findings(local, rendered()[VALKEY])
        assert name in found

    def test_component_only_here_or_there_is_found(self) -> None:
        local, cluster = local_documents("redis"), rendered()[VALKEY]
        assert findings([d for d in local if d["metadata"]["name"] != "secrets"], cluster) == [
            "components: secrets is only on clusters"
        ]
        assert findings(local, [d for d in cluster if d["metadata"]["name"] != "live"]) == [
            "components: live is only on laptops"
        ]


class TestApps:
    @pytest.mark.parametrize("combination", [VALKEY, KAFKA, "minikube", "ci", "doks"])
    def test_agree(self, combination: str) -> None:
        assert app_findings(run_file(), rendered()[combination]) == []

    def test_app_only_here_is_found(self) -> None:
        file = copy.deepcopy(run_file())
        file["apps"][0]["appID"] = "tasks"
        assert app_findings(file, rendered()[VALKEY]) == [
            "tasks is only on laptops",
            "task is only on clusters",
        ]

    def test_variable_only_here_is_found(self) -> None:
        file = copy.deepcopy(run_file())
        file["apps"][0]["env"]["NEW_URL"] = "http://127.0.0.1"
        assert app_findings(file, rendered()[VALKEY]) == ["task lacks NEW_URL on clusters"]
