"""Scanners and linters find nothing but what is listed with a reason."""

from pathlib import Path

import pytest
from manifests.linters import actionlint, yamllint, zizmor
from manifests.render import Combination, text
from manifests.scanners import (
    Exempt,
    Finding,
    checkov,
    exceptions,
    hadolint,
    lay_out,
    scan,
    trivy,
    unexpected,
)
from manifests.spoiling import KAFKA
from todoku_local.places import REPOSITORY

SCANNED = ("minikube", "doks", "ci")
WORKFLOWS = sorted((REPOSITORY / ".github/workflows").glob("*.yml"))


class TestScanners:
    def test_find_only_what_is_listed(self, tmp_path: Path) -> None:
        overlays = {name: text(Combination(f"overlays/{name}")) for name in SCANNED}
        strimzi = text(Combination("base", tuple(KAFKA.split("+")[1:])))
        lay_out(tmp_path, overlays | {"strimzi": strimzi})
        assert unexpected(scan(tmp_path), exceptions()) == []

    def test_see_a_pod_with_rights(self, tmp_path: Path) -> None:
        good = text(Combination("overlays/ci"))
        lay_out(tmp_path, {"ci": good.replace("readOnlyRootFilesystem: true", "privileged: true")})
        assert "KSV-0017" in {finding.check for finding in trivy(tmp_path)}
        assert "CKV_K8S_16" in {finding.check for finding in checkov(tmp_path)}

    def test_see_a_recipe_that_runs_as_root(self, tmp_path: Path) -> None:
        lay_out(tmp_path, {})
        recipe = tmp_path / "services/Dockerfile"
        recipe.write_text(recipe.read_text() + "\nUSER root\nRUN sudo true\n")
        assert "DL3004" in {finding.check for finding in hadolint(tmp_path)}
        assert "DS-0002" in {finding.check for finding in trivy(tmp_path)}

    def test_exception_that_covers_nothing_is_found(self) -> None:
        found = Finding("A", "here", "is wrong")
        old = Exempt(("A", "B"), "h*", "because")
        assert unexpected([found], [old]) == ["the exception for B at h* covers nothing any more"]
        assert unexpected([found], []) == ["A here: is wrong"]

    def test_every_exception_has_a_reason(self) -> None:
        assert all(len(entry.reason) > 20 for entry in exceptions())


class TestWorkflows:
    def test_there_are_some(self) -> None:
        assert WORKFLOWS != []

    def test_are_correct(self) -> None:
        assert actionlint(WORKFLOWS) == []

    def test_are_safe(self) -> None:
        assert zizmor(WORKFLOWS) == []

    @pytest.fixture
    def careless(self, tmp_path: Path) -> list[Path]:
        path = tmp_path / "careless.yml"
        path.write_text(
            "on: pull_request_target\n"
            "jobs:\n"
            "  test:\n"
            "    runs-on: ubuntu-latest\n"
            "    steps:\n"
            "      - uses: actions/checkout@v4\n"
            "      - run: echo ${{ github.event.pull_request.title }} ${{ steps.no.outputs.a }}\n"
        )
        return [path]

    def test_carelessness_is_found(self, careless: list[Path]) -> None:
        assert any('"no" is not defined' in line for line in actionlint(careless))
        assert any("template-injection" in line for line in zizmor(careless))


class TestYaml:
    def test_is_tidy(self) -> None:
        assert yamllint("deploy", "dapr-components", ".github", "contracts/topics") == []

    def test_untidiness_is_found(self, tmp_path: Path) -> None:
        (tmp_path / "untidy.yaml").write_text("a: 1\na: 2\n")
        assert any("duplication of key" in line for line in yamllint(str(tmp_path)))
