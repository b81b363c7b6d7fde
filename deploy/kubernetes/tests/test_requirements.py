"""Everything that is missing is named, each with what to do, and nothing is changed."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from harness.kubectl import FakeKubectl
from todoku_cluster import overlay, requirements
from todoku_cluster.cli import app
from typer.testing import CliRunner

Program = Callable[[str, str], None]
TOOLS = {
    "helm": "v3.19.0",
    "skaffold": "v2.24.0",
    "docker": "Docker version 28.0",
    "doctl": "1.140",
}
CLIENT = "Client Version: v1.35.0"
READER: dict[str, Any] = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "reader", "annotations": {"dapr.io/api-token-secret": "dapr-api-token-x"}},
    "spec": {
        "containers": [{"env": [{"valueFrom": {"secretKeyRef": {"name": "one", "key": "k"}}}]}],
        "volumes": [{"secret": {"secretName": "two"}}, {"secret": {"name": "m", "optional": True}}],
    },
}
TOPIC = {"apiVersion": "kafka.strimzi.io/v1", "kind": "KafkaTopic", "metadata": {"name": "t"}}
SUBSCRIPTION = {"apiVersion": "dapr.io/v2alpha1", "kind": "Subscription", "metadata": {"name": "s"}}


@pytest.fixture
def cluster(
    kubectl: FakeKubectl, program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> FakeKubectl:
    """One on which nothing is missing; only these tools are on the PATH."""
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("SKAFFOLD_DEFAULT_REPO", "registry.example.org/todoku")
    monkeypatch.setattr(overlay, "folder", lambda _: tmp_path)
    for name, version in TOOLS.items():
        program(name, f"#!/bin/sh\necho {version}\n")
    kubectl.answer(
        {
            "version --client": CLIENT,
            "version -o": json.dumps({"serverVersion": {"gitVersion": "v1.33.1"}}),
            "config current-context": "do-fra1-todoku",
            "api-versions": "v1\nkafka.strimzi.io/v1",
        }
    )
    kubectl.renders(READER, SUBSCRIPTION, TOPIC)
    kubectl.hold({name: named(name) for name in ("one", "two", "dapr-api-token-x")})
    return kubectl


def named(name: str, version: str = "") -> dict[str, Any]:
    return {"metadata": {"name": name, "labels": {"app.kubernetes.io/version": version}}}


def missing() -> list[str]:
    return requirements.missing("doks", "todoku")


def test_nothing_is_missing(cluster: FakeKubectl) -> None:
    assert missing() == []
    changing = {"apply", "create", "delete", "patch"}
    assert not [call for call in cluster.calls if call.split()[0] in changing]


def test_every_missing_thing_is_named_at_once(
    cluster: FakeKubectl, program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bin/doctl").unlink()
    program("skaffold", "#!/bin/sh\necho v2.18.3\n")
    monkeypatch.delenv("SKAFFOLD_DEFAULT_REPO")
    cluster.answer({"version -o": json.dumps({"serverVersion": {"gitVersion": "v1.32.9"}})})
    cluster.answer({"api-versions": "v1"})
    cluster.hold({"one": named("one"), "dapr-operator": named("dapr-operator", "1.15.4")})
    whole = "\n".join(missing())
    for said in (
        "doctl is not installed (1.100 or newer): https://",
        "skaffold is 2.18; it must be 2.19 or newer: https://",
        "SKAFFOLD_DEFAULT_REPO is not set",
        "the cluster is Kubernetes v1.32.9; 1.33 or newer",
        "Dapr in the cluster is 1.15.4; 1.16 or newer",
        "does not know kafka.strimzi.io/v1: install Strimzi",
        "Secret two is missing: todoku-cluster secrets doks --apply",
        "Secret dapr-api-token-x is missing",
    ):
        assert said in whole
    assert len(missing()) == 8
    assert "Secret one " not in whole
    assert "Secret m " not in whole


@pytest.mark.parametrize(
    ("does", "said"),
    [
        ("exec /bin/sleep 60", "`doctl version` took longer than 2 s; doctl must be 1.100 or"),
        ("echo lib 1.2 >&2; exit 3", "`doctl version` failed: lib 1.2; doctl must be 1.100 or"),
        ("echo dev", "doctl is of no known version; it must be 1.100 or newer: https://"),
    ],
)
def test_a_tool_that_hangs_or_fails_is_one_line(
    cluster: FakeKubectl, program: Program, monkeypatch: pytest.MonkeyPatch, does: str, said: str
) -> None:
    monkeypatch.setattr(requirements, "PROBE_SECONDS", 2)
    program("doctl", f"#!/bin/sh\n{does}\n")
    (line,) = missing()
    assert line.startswith(said)


def test_a_cluster_that_does_not_answer_is_said_with_the_tools(
    cluster: FakeKubectl, tmp_path: Path
) -> None:
    (tmp_path / "bin/helm").unlink()
    cluster.answer({"api-versions": ""})
    first, second = missing()
    assert first.startswith("helm is not installed")
    assert second.startswith("no cluster answers at context do-fra1-todoku: doctl")


@pytest.mark.parametrize(
    ("context", "target", "wanted"),
    [("production", "doks", "do-…"), ("do-fra1-todoku", "ci", "one for ci")],
)
def test_another_cluster_than_the_targets_is_left_alone(
    cluster: FakeKubectl, context: str, target: str, wanted: str
) -> None:
    cluster.answer({"config current-context": context})
    for command in (["up", target], ["down", target], ["down", target, "--data"]):
        done = CliRunner().invoke(app, command)
        assert done.exit_code == 1
        assert f"kubectl's context is {context}, not {wanted}" in done.output
    assert not [call for call in cluster.calls if call.split()[0] in {"apply", "delete"}]


def test_minikube_must_run_docker_for_skaffold_builds_in_it(
    cluster: FakeKubectl, program: Program
) -> None:
    program("minikube", "#!/bin/sh\necho v1.39.0\n")
    nodes = [running("minikube", "docker://28.5.2"), running("minikube-m02", "containerd://2.2.1")]
    context = {"config current-context": "minikube"}
    cluster.answer(context | {"get nodes": json.dumps({"items": nodes})})
    (said,) = requirements.missing("minikube", "todoku")
    assert said.startswith("minikube-m02 runs containerd://2.2.1, not docker: minikube start --co")


def running(name: str, runtime: str) -> dict[str, Any]:
    return named(name) | {"status": {"nodeInfo": {"containerRuntimeVersion": runtime}}}


def test_example_addresses_are_not_rolled_out(cluster: FakeKubectl) -> None:
    public = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "public"}}
    cluster.renders(public | {"data": {"url": "https://todoku.example.com"}})
    assert missing() == ["overlay doks still names example.com: put your own addresses into it"]


class TestWhatOperatorsMake:
    def test_is_not_missing(self) -> None:
        kafka = {"entityOperator": {"userOperator": {"secretPrefix": "broker-"}}}
        documents = [
            {"kind": "ExternalSecret", "metadata": {"name": "one"}},
            {
                "kind": "ExternalSecret",
                "metadata": {"name": "x"},
                "spec": {"target": {"name": "two"}},
            },
            {"kind": "Kafka", "metadata": {"name": "todoku"}, "spec": kafka},
            {"kind": "KafkaUser", "metadata": {"name": "task"}},
        ]
        assert overlay.provided(documents) == {
            *("one", "two", "todoku-cluster-ca-cert", "broker-task")
        }
        assert "one" not in overlay.provided(documents, stored_elsewhere=False)


def test_a_dapr_components_keys_are_no_secrets() -> None:
    component = {
        "apiVersion": "dapr.io/v1alpha1",
        "spec": {"metadata": [{"secretKeyRef": {"name": "TASK_DB_DSN", "key": "TASK_DB_DSN"}}]},
    }
    assert overlay.references([component]) == set()


def test_a_sidecars_environment_is_read() -> None:
    annotations = {"dapr.io/env-from-secret": "A=one:k,B=two:k"}
    pod = {"apiVersion": "v1", "metadata": {"annotations": annotations}}
    assert {each.secret for each in overlay.references([pod])} == {"one", "two"}
