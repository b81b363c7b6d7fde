"""One thing scales each app, and at full scale the database has connections left."""

from manifests.render import judged
from manifests.resources import WORKLOADS, Document
from manifests.spoiling import KAFKA, VALKEY, spoiled, without
from policies.scaling import SCALERS, budget_findings, frontend_pool, read_budget, scaler_findings


class TestScaling:
    def test_each_app_by_one_thing(self) -> None:
        assert judged(scaler_findings, "Deployment", "PodDisruptionBudget", *SCALERS) == {}

    def test_none_is_found(self) -> None:
        found = scaler_findings(without(VALKEY, "HorizontalPodAutoscaler", "task"))
        assert found == ["Deployment task: scaled by nothing"]

    def test_two_are_found(self) -> None:
        def spoil(scaler: Document) -> None:
            scaler["spec"]["scaleTargetRef"]["name"] = "notification"

        found = scaler_findings(spoiled(KAFKA, "HorizontalPodAutoscaler", "task", spoil))
        assert found == [
            "Deployment notification: scaled by HorizontalPodAutoscaler and ScaledObject",
            "Deployment task: scaled by nothing",
        ]

    def test_number_of_pods_in_the_manifest_is_found(self) -> None:
        documents = spoiled(VALKEY, "Deployment", "task", lambda d: d["spec"].update(replicas=2))
        (found,) = scaler_findings(documents)
        assert "number of pods stands in the manifest too" in found

    def test_lack_of_a_disruption_budget_is_found(self) -> None:
        found = scaler_findings(without(VALKEY, "PodDisruptionBudget", "task"))
        assert found == ["Deployment task: has no PodDisruptionBudget"]


class TestConnections:
    def test_are_enough_for_a_full_cluster(self) -> None:
        assert judged(budget_findings, "Component", *WORKLOADS, *SCALERS) == {}

    def test_pool_of_the_front_end_is_the_code_s(self) -> None:
        assert read_budget()["frontendPool"] == frontend_pool()

    def test_larger_pool_is_found(self) -> None:
        def spoil(component: Document) -> None:
            setting = next(m for m in component["spec"]["metadata"] if m["name"] == "maxConns")
            setting["value"] = "40"

        found = budget_findings(spoiled(VALKEY, "Component", "task-db", spoil))
        assert any(text.startswith("task: 200 connections") for text in found)
        assert any("connections of 202" in text for text in found)

    def test_more_pods_are_found(self) -> None:
        def spoil(scaler: Document) -> None:
            scaler["spec"]["maxReplicas"] = 20

        found = budget_findings(spoiled(VALKEY, "HorizontalPodAutoscaler", "task", spoil))
        assert any("connections of 202" in text for text in found)

    def test_more_pods_by_lag_are_found(self) -> None:
        def spoil(scaler: Document) -> None:
            scaler["spec"]["maxReplicaCount"] = 20

        assert budget_findings(spoiled(KAFKA, "ScaledObject", "notification", spoil)) != []
