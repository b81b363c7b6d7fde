"""What is done around skaffold: Jobs make way, data stays."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from harness.kubectl import FakeKubectl
from todoku_cluster import overlay, rollout
from todoku_cluster.images import RECIPES
from todoku_local.errors import LocalError
from todoku_local.places import REPOSITORY

DIGESTS = {app: f"sha256:{number:064}" for number, app in enumerate(RECIPES)}
PUBLIC = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "public-4k"}}


def kinds(*names: str) -> list[dict[str, Any]]:
    return [{"apiVersion": "v1", "kind": name, "metadata": {"name": "x"}} for name in names]


@pytest.fixture
def cluster(kubectl: FakeKubectl, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeKubectl:
    monkeypatch.setattr(overlay, "folder", lambda _: tmp_path)
    kubectl.renders(PUBLIC | {"data": {"url": "http://localhost:3000"}})
    return kubectl


def skaffold() -> dict[str, Any]:
    modules = yaml.safe_load_all((REPOSITORY / "skaffold.yaml").read_text())
    (found,) = (each for each in modules if each["metadata"]["name"] == "todoku")
    return dict(found)


@pytest.mark.parametrize("name", ["minikube", "doks", "ci"])
def test_every_job_makes_way_for_its_next_version(name: str) -> None:
    """By skaffold's hook, so that `skaffold dev` works as well: a Job cannot be changed."""
    (hook,) = skaffold()["deploy"]["kubectl"]["hooks"]["before"]
    label, _, value = hook["host"]["command"][-1].rpartition(" ")[2].partition("=")
    jobs = [each for each in overlay.render(name) if each["kind"] == "Job"]
    assert jobs
    assert {job["metadata"]["labels"].get(label) for job in jobs} == {value}


@pytest.fixture
def ran(program: Callable[[str, str], None], tmp_path: Path) -> Callable[[], list[str]]:
    """What skaffold was called with; what it builds is built."""
    program("skaffold", f'#!/bin/sh\necho "$@" >> {tmp_path}/skaffold\n')
    return lambda: (tmp_path / "skaffold").read_text().splitlines()


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Where skaffold is told what is built."""
    monkeypatch.setenv("TODOKU_STATE", str(tmp_path))
    return tmp_path / "images/build.json"


class TestUp:
    def test_it_is_built_deployed_and_tried_and_the_way_in_is_told(
        self, cluster: FakeKubectl, ran: Callable[[], list[str]], built: Path
    ) -> None:
        told = rollout.up("minikube", "todoku")
        assert ran() == [
            f"build --profile minikube --file-output {built}",
            f"deploy --profile minikube --build-artifacts {built} {' '.join(rollout.SAME)}",
            f"verify --profile minikube --build-artifacts {built}",
        ]
        assert told.endswith("kubectl port-forward -n todoku service/frontend 3000:80")

    @pytest.mark.parametrize(
        ("registry", "place"), [("registry.test/x", "registry.test/x"), ("", "todoku")]
    )
    def test_what_is_built_already_is_deployed_by_its_tag(
        self,
        cluster: FakeKubectl,
        ran: Callable[[], list[str]],
        built: Path,
        monkeypatch: pytest.MonkeyPatch,
        registry: str,
        place: str,
    ) -> None:
        """Every artifact: skaffold refuses to deploy while one has no tag."""
        monkeypatch.setenv("SKAFFOLD_DEFAULT_REPO", registry)
        rollout.up("doks", "todoku", "v1")
        assert [command.split()[0] for command in ran()] == ["deploy", "verify"]
        images = [artifact["image"] for artifact in skaffold()["build"]["artifacts"]]
        names = [image.removeprefix("todoku/") for image in images]
        assert json.loads(built.read_text())["builds"] == [
            {"imageName": f"todoku/{name}", "tag": f"{place}/{name}:v1"} for name in names
        ]

    def test_a_tag_that_was_moved_is_not_followed(
        self, cluster: FakeKubectl, ran: Callable[[], list[str]], built: Path
    ) -> None:
        rollout.up("doks", "todoku", "v1", json.dumps(DIGESTS))
        builds = json.loads(built.read_text())["builds"]
        ends = {build["imageName"]: build["tag"].partition(":v1@")[2] for build in builds}
        assert ends == {f"todoku/{app}": digest for app, digest in DIGESTS.items()}

    @pytest.mark.parametrize(
        ("tag", "digests", "said"),
        [
            ("v1", "{}", "must have a sha256:… of task, recurring-task, "),
            ("v1", json.dumps(DIGESTS | {"frontend": ""}), "must have a sha256:… of frontend$"),
            ("v1", "3", "must be a JSON object"),
            ("v1", "task=sha256:0", "must be a JSON object"),
            ("", json.dumps(DIGESTS), "say their --tag"),
        ],
    )
    def test_without_every_digest_nothing_is_deployed(
        self, program: Callable[[str, str], None], tag: str, digests: str, said: str
    ) -> None:
        program("skaffold", "#!/bin/sh\nexit 3\n")
        with pytest.raises(LocalError, match=said):
            rollout.up("doks", "todoku", tag, digests)

    def test_the_workflow_hands_over_every_digest(self) -> None:
        workflow = yaml.safe_load((REPOSITORY / ".github/workflows/images.yml").read_text())
        job = workflow["jobs"]["image"]
        built = {each["app"] for each in job["strategy"]["matrix"]["include"]}
        assert built == DIGESTS.keys()
        assert job["outputs"] == {app: f"${{{{ steps.digest.outputs.{app} }}}}" for app in built}
        handed = {app: {"value": f"${{{{ jobs.image.outputs.{app} }}}}"} for app in built}
        # YAML 1.1 takes the key `on` for true.
        assert workflow[True]["workflow_call"]["outputs"] == handed

    def test_what_changes_is_deployed_again_and_stays_at_the_end(
        self, cluster: FakeKubectl, ran: Callable[[], list[str]], built: Path
    ) -> None:
        rollout.watch("minikube")
        assert [command.split()[0] for command in ran()] == ["build", "deploy", "dev"]
        assert "--module todoku " in ran()[-1]
        assert "--cleanup=false" in ran()[-1]

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
