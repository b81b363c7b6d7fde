"""Scanners and linters find nothing but what is listed with a reason."""

from pathlib import Path

import pytest
import yaml
from manifests.linters import actionlint, yamllint, zizmor
from manifests.render import Combination, of_the_smoke_test, text
from manifests.scanners import Exempt, Finding, exceptions, lay_out, scan, unexpected
from manifests.spoiling import KAFKA
from todoku_local.places import REPOSITORY

CARELESS = "careless"
WORKFLOWS = sorted((REPOSITORY / ".github/workflows").glob("*.yml"))


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> list[Finding]:
    """Of overlays, components, smoke test and recipes, and of some with faults."""
    folder = tmp_path_factory.mktemp("scanned")
    texts = {name: text(Combination(f"overlays/{name}")) for name in ("minikube", "doks", "ci")}
    texts["strimzi"] = text(Combination("base", tuple(KAFKA.split("+")[1:])))
    texts["smoke"] = yaml.safe_dump_all(of_the_smoke_test(), sort_keys=False)
    texts[CARELESS] = texts["ci"].replace("readOnlyRootFilesystem: true", "privileged: true")
    lay_out(folder, texts)
    recipe = folder / CARELESS / "Dockerfile"
    recipe.parent.mkdir()
    recipe.write_text("FROM debian:13\nUSER root\nRUN sudo true\n")
    return scan(folder)


class TestScanners:
    def test_find_only_what_is_listed(self, found: list[Finding]) -> None:
        ours = [finding for finding in found if CARELESS not in finding.where]
        assert unexpected(ours, exceptions()) == []

    @pytest.mark.parametrize("check", ["KSV-0017", "CKV_K8S_16", "DS-0002", "DL3004"])
    def test_find_carelessness(self, found: list[Finding], check: str) -> None:
        assert check in {finding.check for finding in found if CARELESS in finding.where}

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
            "      - run: echo ${{ github.event.pull_request.title }}\n"
        )
        return [path]

    def test_carelessness_is_found(self, careless: list[Path]) -> None:
        assert any("potentially untrusted" in line for line in actionlint(careless))
        assert any("template-injection" in line for line in zizmor(careless))


class TestYaml:
    def test_is_tidy(self) -> None:
        assert yamllint("deploy", "dapr-components", ".github", "contracts/topics") == []

    def test_untidiness_is_found(self, tmp_path: Path) -> None:
        (tmp_path / "untidy.yaml").write_text("a: 1\na: 2\n")
        assert any("duplication of key" in line for line in yamllint(str(tmp_path)))
