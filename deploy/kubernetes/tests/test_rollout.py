"""What is done around skaffold: Jobs make way, data stays."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from harness.kubectl import FakeKubectl
from todoku_cluster import overlay, rollout
from todoku_local.errors import LocalError
from todoku_local.places import REPOSITORY

PUBLIC = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "public-4k"}}


def kinds(*names: str) -> list[dict[str, Any]]:
    return [{"apiVersion": "v1", "kind": name, "metadata": {"name": "x"}} for name in names]


@pytest.fixture
def cluster(kubectl: FakeKubectl, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeKubectl:
    monkeypatch.setattr(overlay, "folder", lambda _: tmp_path)
    kubectl.renders(PUBLIC | {"data": {"url": "http://localhost:3000"}})
    return kubectl


@pytest.mark.parametrize("name", ["minikube", "doks", "ci"])
def test_every_job_makes_way_for_its_next_version(name: str) -> None:
    """By skaffold's hook, so that `skaffold dev` works as well: a Job cannot be changed."""
    deploy = yaml.safe_load((REPOSITORY / "skaffold.yaml").read_text())["deploy"]
    (hook,) = deploy["kubectl"]["hooks"]["before"]
    label, _, value = hook["host"]["command"][-1].rpartition(" ")[2].partition("=")
    jobs = [each for each in overlay.render(name) if each["kind"] == "Job"]
    assert jobs
    assert {job["metadata"]["labels"].get(label) for job in jobs} == {value}


class TestUp:
    def test_skaffold_gets_the_profile_and_the_way_in_is_told(
        self, cluster: FakeKubectl, program: Callable[[str, str], None], tmp_path: Path
    ) -> None:
        program("skaffold", f'#!/bin/sh\necho "$@" > {tmp_path}/skaffold\n')
        told = rollout.up("minikube", "todoku")
        assert (tmp_path / "skaffold").read_text() == "run --profile minikube\n"
        assert told.endswith("kubectl port-forward -n todoku service/frontend 3000:80")

    @pytest.mark.parametrize(
        ("registry", "place"), [("registry.test/x", "registry.test/x"), ("", "todoku")]
    )
    def test_what_is_built_already_is_deployed_by_its_tag(
        self,
        cluster: FakeKubectl,
        program: Callable[[str, str], None],
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        registry: str,
        place: str,
    ) -> None:
        """Every artifact: skaffold refuses to deploy while one has no tag."""
        monkeypatch.setenv("SKAFFOLD_DEFAULT_REPO", registry)
        said = 'echo "$SKAFFOLD_DEFAULT_REPO$@"'
        program("skaffold", f"#!/bin/sh\n{said} > {tmp_path}/skaffold\n")
        rollout.up("doks", "todoku", "v1")
        command, _, images = (tmp_path / "skaffold").read_text().strip().partition("--images=")
        assert command == "deploy --profile doks "
        build = yaml.safe_load((REPOSITORY / "skaffold.yaml").read_text())["build"]
        names = [artifact["image"].removeprefix("todoku/") for artifact in build["artifacts"]]
        assert images.split(",") == [f"todoku/{name}={place}/{name}:v1" for name in names]

    def test_a_failure_is_one_line(
        self, cluster: FakeKubectl, program: Callable[[str, str], None]
    ) -> None:
        program("skaffold", "#!/bin/sh\nexit 3\n")
        with pytest.raises(LocalError, match="ended with 3"):
            rollout.up("minikube", "todoku")


class TestDown:
    MADE = ("Namespace", "Deployment", "Secret", "Kafka", "KafkaTopic", "PersistentVolumeClaim")
    BESIDE = ("NetworkPolicy", "NetworkPolicy")
    """The smoke test's."""

    def test_data_and_secrets_stay(self, cluster: FakeKubectl) -> None:
        cluster.renders(*kinds(*self.MADE))
        rollout.down("minikube", "todoku")
        assert self.deleted(cluster) == ["Deployment", *self.BESIDE]

    def test_unless_asked(self, cluster: FakeKubectl) -> None:
        cluster.renders(*kinds(*self.MADE))
        rollout.down("minikube", "todoku", data=True)
        assert self.deleted(cluster) == [*self.MADE, *self.BESIDE]

    @staticmethod
    def deleted(cluster: FakeKubectl) -> list[str]:
        items = json.loads((cluster.home / "deleted").read_text())["items"]
        return [each["kind"] for each in items]
