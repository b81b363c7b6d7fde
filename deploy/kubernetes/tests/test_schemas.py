"""Everything renders, and no version of Kubernetes would refuse or drop any of it."""

import json
from pathlib import Path

import pytest
import yaml
from manifests.render import KUBERNETES as FOLDER
from manifests.render import Combination, combinations, of_the_smoke_test, rendered, text
from manifests.resources import Document
from manifests.schemas import KUBERNETES, findings, skaffold_findings, strict
from manifests.spoiling import KAFKA, spoiled
from todoku_local.places import REPOSITORY


def every_document() -> list[Document]:
    rollouts = (*rendered().values(), of_the_smoke_test())
    documents = (document for each in rollouts for document in each)
    return list({json.dumps(document): document for document in documents}.values())


class TestRendering:
    def test_every_component_is_in_a_combination(self) -> None:
        used = {name for combination in combinations() for name in combination.components}
        assert used == {path.name for path in (FOLDER / "components").iterdir()}

    def test_every_combination_brings_all_apps(self) -> None:
        for name, documents in rendered().items():
            apps = [d["metadata"]["name"] for d in documents if d["kind"] == "Deployment"]
            assert len(apps) == 6, name

    def test_objects_are_in_the_namespace_once(self) -> None:
        cluster_wide = {"Namespace", "PriorityClass"}
        for name, documents in rendered().items():
            keys = [(d["apiVersion"], d["kind"], d["metadata"]["name"]) for d in documents]
            assert len(keys) == len(set(keys)), name
            for document in documents:
                if document["kind"] not in cluster_wide:
                    assert document["metadata"]["namespace"] == "todoku", document["metadata"]

    def test_two_brokers_do_not_render(self) -> None:
        both = Combination("base", ("network-policies", "valkey", "kafka-managed"))
        with pytest.raises(AssertionError, match="does not render"):
            text(both)


@pytest.mark.parametrize("version", KUBERNETES)
class TestManifests:
    def test_are_valid(self, version: str) -> None:
        assert [text for d in every_document() for text in findings(d, version)] == []

    @pytest.mark.parametrize(
        ("kind", "name", "field"),
        [
            ("Deployment", "task", "replica"),
            ("Component", "pubsub", "initTimeOut"),
            ("Resiliency", "resiliency", "target"),
            ("Kafka", "todoku", "zookeeper"),
            ("KafkaUser", "task", "acls"),
            ("ScaledObject", "notification", "maxReplicas"),
            ("HTTPRoute", "tokens", "rule"),
            ("Issuer", "letsencrypt", "acmee"),
            ("ExternalSecret", "operator-token", "refresh"),
            ("CiliumNetworkPolicy", "gateway-pages", "ingres"),
        ],
    )
    def test_unknown_field_is_found(self, version: str, kind: str, name: str, field: str) -> None:
        documents = spoiled(KAFKA, kind, name, lambda d: d["spec"].update({field: []}))
        found = [text for document in documents for text in findings(document, version)]
        assert len(found) == 1
        assert field in found[0]

    def test_wrong_type_is_found(self, version: str) -> None:
        def spoil(topic: Document) -> None:
            topic["spec"]["partitions"] = "many"

        documents = spoiled(KAFKA, "KafkaTopic", "task-events", spoil)
        assert any("'many'" in text for d in documents for text in findings(d, version))

    def test_kind_that_is_gone_is_found(self, version: str) -> None:
        gone = {"apiVersion": "policy/v1beta1", "kind": "PodDisruptionBudget"}
        assert findings(gone | {"metadata": {"name": "task"}}, version) != []


class TestStrict:
    def test_closes_objects_but_not_what_is_kept(self) -> None:
        kept = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
        made = strict({"type": "object", "properties": {"a": kept, "b": {"type": "object"}}})
        assert made["additionalProperties"] is False
        assert "additionalProperties" not in made["properties"]["a"]
        assert made["properties"]["b"]["additionalProperties"] is False

    def test_number_or_text(self) -> None:
        made = strict({"anyOf": [{"type": "integer"}], "x-kubernetes-int-or-string": True})
        assert made["type"] == ["integer", "string"]


class TestSkaffold:
    @pytest.fixture
    def skaffold(self, path: Path = REPOSITORY / "skaffold.yaml") -> list[Document]:
        return list(yaml.safe_load_all(path.read_text()))

    def test_is_valid(self, skaffold: list[Document]) -> None:
        assert [text for document in skaffold for text in skaffold_findings(document)] == []

    def test_unknown_field_is_found(self, skaffold: list[Document]) -> None:
        assert skaffold_findings(skaffold[0] | {"deployy": {}}) != []
