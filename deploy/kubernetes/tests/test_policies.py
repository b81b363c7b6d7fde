"""Pods run with few rights, read their own secrets only, and end in order."""

from collections.abc import Callable

import pytest
from manifests.render import judged, of_the_smoke_test
from manifests.resources import WORKLOADS, Document
from manifests.spoiling import KAFKA, VALKEY, annotations_of, pod_of, spoiled
from policies import pods, secrets

Change = Callable[[Document], object]


def app_of(workload: Document) -> Document:
    container: Document = pod_of(workload)["containers"][0]
    return container


def variable(workload: Document, name: str) -> Document:
    found: Document = next(v for v in app_of(workload)["env"] if v["name"] == name)
    return found


class TestPods:
    def test_run_with_few_rights(self) -> None:
        assert judged(pods.findings, "Namespace", *WORKLOADS) == {}
        assert pods.findings(of_the_smoke_test()) == []

    @pytest.mark.parametrize(
        ("change", "finding"),
        [
            (lambda d: pod_of(d)["securityContext"].update(runAsUser=1000), "runs as user 1000"),
            (lambda d: pod_of(d)["securityContext"].pop("runAsNonRoot"), "may run as root"),
            (lambda d: pod_of(d)["securityContext"].pop("seccompProfile"), "no seccomp profile"),
            (lambda d: pod_of(d).pop("automountServiceAccountToken"), "account's token"),
            (lambda d: pod_of(d).pop("enableServiceLinks"), "variable for every Service"),
            (lambda d: pod_of(d).update(hostNetwork=True), "has hostNetwork"),
            (lambda d: app_of(d)["securityContext"].pop("capabilities"), "keeps capabilities"),
            (
                lambda d: app_of(d)["securityContext"].pop("readOnlyRootFilesystem"),
                "writes to its root file system",
            ),
            (
                lambda d: app_of(d)["securityContext"].pop("allowPrivilegeEscalation"),
                "may escalate privileges",
            ),
            (lambda d: app_of(d)["resources"].pop("limits"), "has no limits of memory"),
            (lambda d: app_of(d)["resources"]["requests"].pop("cpu"), "has no requests of cpu"),
            (lambda d: app_of(d).update(image="python:latest"), "image python is not pinned"),
            (lambda d: app_of(d).update(image="redis"), "image redis is not pinned"),
            (
                lambda d: app_of(d)["readinessProbe"]["httpGet"].update(path="/livez"),
                "judged alive and ready by the same path",
            ),
            (lambda d: app_of(d).pop("livenessProbe"), "has no liveness probe"),
            (
                lambda d: pod_of(d).update(terminationGracePeriodSeconds=25),
                "is killed after 25 s",
            ),
            (
                lambda d: annotations_of(d).update({"dapr.io/block-shutdown-duration": "8s"}),
                "its sidecar goes after 8 s",
            ),
            (
                lambda d: variable(d, "DRAIN_SECONDS").update(value="0"),
                "stops listening at once",
            ),
        ],
    )
    def test_right_too_many_is_found(self, change: Change, finding: str) -> None:
        (found,) = pods.findings(spoiled(VALKEY, "Deployment", "task", change))
        assert finding in found

    def test_namespace_without_pod_security_is_found(self) -> None:
        spoil = spoiled(VALKEY, "Namespace", "todoku", lambda d: d["metadata"].pop("labels"))
        assert pods.findings(spoil) == ["Namespace todoku: Pod Security restricted is not enforced"]


class TestSecrets:
    def test_are_read_by_their_owners(self) -> None:
        assert judged(secrets.findings, "Secret", "Component", *WORKLOADS) == {}

    @pytest.mark.parametrize(
        ("change", "finding"),
        [
            (lambda d: annotations_of(d).pop("dapr.io/api-token-secret"), "sidecar's api token"),
            (lambda d: annotations_of(d).pop("dapr.io/app-token-secret"), "sidecar's app token"),
            (lambda d: annotations_of(d).pop("dapr.io/enabled"), "has no sidecar"),
            (
                lambda d: variable(d, "APP_API_TOKEN").update(value="abc", valueFrom={}),
                "APP_API_TOKEN stands in the manifest",
            ),
            (
                lambda d: variable(d, "DAPR_API_TOKEN")["valueFrom"]["secretKeyRef"].update(
                    name="dapr-api-token-notification"
                ),
                "reads dapr-api-token-notification, which is not its own",
            ),
            (
                lambda d: annotations_of(d).update(
                    {"dapr.io/env-from-secret": "TASK_DB_DSN=database-task-owner:dsn"}
                ),
                "reads database-task-owner, which is not its own",
            ),
            (
                lambda d: annotations_of(d).update({"dapr.io/env": "BROKER_PASSWORD=abc"}),
                "BROKER_PASSWORD of its sidecar stands in the manifest",
            ),
            (
                lambda d: annotations_of(d).pop("dapr.io/env"),
                "its sidecar lacks BROKER_USERNAME",
            ),
            (
                lambda d: annotations_of(d).update({"dapr.io/env": "BROKER_USERNAME=task,A=b"}),
                "its sidecar has no use for A",
            ),
            (
                lambda d: app_of(d).update(envFrom=[{"secretRef": {"name": "model"}}]),
                "takes variables wholesale",
            ),
        ],
    )
    def test_wrong_reader_is_found(self, change: Change, finding: str) -> None:
        found = secrets.findings(spoiled(VALKEY, "Deployment", "task", change))
        assert any(finding in text for text in found)

    def test_broker_without_authority_is_found(self) -> None:
        def spoil(deployment: Document) -> None:
            annotations = annotations_of(deployment)
            given = annotations["dapr.io/env-from-secret"].partition(",KAFKA_CA_CERT")[0]
            annotations["dapr.io/env-from-secret"] = given

        found = secrets.findings(spoiled(KAFKA, "Deployment", "task", spoil))
        assert found == [
            "Deployment task: reads no authority of a broker",
            "Deployment task: its sidecar lacks KAFKA_CA_CERT",
        ]

    def test_secret_in_the_manifests_is_found(self) -> None:
        secret = {"kind": "Secret", "metadata": {"name": "model"}, "data": {}}
        assert secrets.findings([secret]) == ["Secret model is in the manifests"]
