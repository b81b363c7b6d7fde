"""What is done around skaffold: Jobs that ended make way, data stays."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from harness.kubectl import FakeKubectl
from todoku_cluster import overlay, rollout
from todoku_local.errors import LocalError

PUBLIC = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "public-4k"}}


def kinds(*names: str) -> list[dict[str, Any]]:
    return [{"apiVersion": "v1", "kind": name, "metadata": {"name": "x"}} for name in names]


@pytest.fixture
def cluster(kubectl: FakeKubectl, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeKubectl:
    monkeypatch.setattr(overlay, "folder", lambda _: tmp_path)
    kubectl.answer({"get jobs": json.dumps({"items": []})})
    kubectl.renders(PUBLIC | {"data": {"url": "http://localhost:3000"}})
    return kubectl


class TestUp:
    def test_jobs_that_ended_make_way(self, cluster: FakeKubectl) -> None:
        states = {"done": {"succeeded": 1}, "failed": {"failed": 7}, "running": {"active": 1}}
        jobs = [{"metadata": {"name": name}, "status": state} for name, state in states.items()]
        cluster.answer({"get jobs": json.dumps({"items": jobs})})
        rollout.clear_migrations("todoku")
        assert cluster.calls[-1] == "delete jobs -n todoku done failed"

    def test_skaffold_gets_the_profile_and_the_way_in_is_told(
        self, cluster: FakeKubectl, program: Callable[[str, str], None], tmp_path: Path
    ) -> None:
        program("skaffold", f'#!/bin/sh\necho "$@" > {tmp_path}/skaffold\n')
        told = rollout.up("minikube", "todoku")
        assert (tmp_path / "skaffold").read_text() == "run --profile minikube\n"
        assert told.endswith("kubectl port-forward -n todoku service/frontend 3000:80")

    def test_what_is_built_already_is_deployed_by_its_tag(
        self, cluster: FakeKubectl, program: Callable[[str, str], None], tmp_path: Path
    ) -> None:
        program("skaffold", f'#!/bin/sh\necho "$@" > {tmp_path}/skaffold\n')
        rollout.up("doks", "todoku", "registry.example.org", "v1")
        ran = (tmp_path / "skaffold").read_text()
        assert ran.startswith(
            "deploy --profile doks --images=todoku/task=registry.example.org/task:v1,"
        )
        assert ran.count("=registry.example.org/") == 6

    def test_a_failure_is_one_line(
        self, cluster: FakeKubectl, program: Callable[[str, str], None]
    ) -> None:
        program("skaffold", "#!/bin/sh\nexit 3\n")
        with pytest.raises(LocalError, match="ended with 3"):
            rollout.up("minikube", "todoku")


class TestDown:
    MADE = ("Namespace", "Deployment", "Secret", "Kafka", "KafkaTopic", "PersistentVolumeClaim")

    def test_data_and_secrets_stay(self, cluster: FakeKubectl) -> None:
        cluster.renders(*kinds(*self.MADE))
        rollout.down("minikube", "todoku")
        assert self.deleted(cluster) == ["Deployment"]

    def test_unless_asked(self, cluster: FakeKubectl) -> None:
        cluster.renders(*kinds(*self.MADE))
        rollout.down("minikube", "todoku", data=True)
        assert self.deleted(cluster) == list(self.MADE)

    @staticmethod
    def deleted(cluster: FakeKubectl) -> list[str]:
        items = json.loads((cluster.home / "deleted").read_text())["items"]
        return [each["kind"] for each in items]
