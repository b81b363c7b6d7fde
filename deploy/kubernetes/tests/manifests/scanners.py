"""Checkov, trivy and hadolint over what is rendered and the images' recipes, all offline."""

import json
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import yaml
from todoku_cluster.images import RECIPES
from todoku_local.places import REPOSITORY

from manifests.tools import tools

EXCEPTIONS = Path(__file__).parents[1] / "scan-exceptions.yaml"
DIGEST = "@sha256:" + "0" * 64
SCAN_SECONDS = 300


@dataclass(frozen=True)
class Finding:
    check: str
    where: str
    text: str

    def __str__(self) -> str:
        return f"{self.check} {self.where}: {self.text}"


@dataclass(frozen=True)
class Exempt:
    checks: tuple[str, ...]
    where: str
    reason: str

    def covers(self, finding: Finding) -> bool:
        return finding.check in self.checks and fnmatchcase(finding.where, self.where)


def exceptions() -> list[Exempt]:
    entries = yaml.safe_load(EXCEPTIONS.read_text())
    return [Exempt(tuple(e["checks"]), e["where"], e["reason"]) for e in entries]


def lay_out(folder: Path, rendered: Mapping[str, str]) -> None:
    """Our images as whoever deploys names them: by digest."""
    for name, text in rendered.items():
        lines = (
            line + DIGEST if line.strip().startswith("image: todoku/") else line
            for line in text.splitlines()
        )
        (folder / f"{name}.yaml").write_text("\n".join(lines))
    for recipe in {recipe for recipe, _ in RECIPES.values()}:
        target = folder / recipe
        target.parent.mkdir(parents=True)
        shutil.copyfile(REPOSITORY / recipe, target)


def scan(folder: Path) -> list[Finding]:
    with ThreadPoolExecutor() as pool:
        runs = [pool.submit(scanner, folder) for scanner in (trivy, checkov, hadolint)]
        return [finding for run in runs for finding in run.result()]


def unexpected(findings: Iterable[Finding], exempt: list[Exempt]) -> list[str]:
    """What no exception covers, and exceptions that cover nothing."""
    found, used = [], set()
    for finding in findings:
        covering = {e for e in exempt if e.covers(finding)}
        used |= {(check, e) for e in covering for check in e.checks if check == finding.check}
        if not covering:
            found.append(str(finding))
    for entry in exempt:
        found += [
            f"the exception for {check} at {entry.where} covers nothing any more"
            for check in entry.checks
            if (check, entry) not in used
        ]
    return found


def trivy(folder: Path) -> Iterator[Finding]:
    options = ["--skip-check-update", "--skip-version-check", "--quiet", "--format", "json"]
    cache = ["--cache-dir", str(tools().root / "trivy")]
    report = _json([tools().program("trivy"), "config", *options, *cache, folder])
    for result in report["Results"]:
        for found in result.get("Misconfigurations", []):
            where = f"{result['Target']} {found['Message']}"
            yield Finding(found["ID"], where, found["Title"])


def checkov(folder: Path) -> Iterator[Finding]:
    options = ["--skip-download", "--quiet", "--compact", "--output", "json"]
    kinds = ["--framework", "kubernetes", "dockerfile"]
    for report in _json([tools().program("checkov"), *options, *kinds, "--directory", folder]):
        for found in report["results"]["failed_checks"]:
            where = f"{found['file_path']} {found['resource']}"
            yield Finding(found["check_id"], where, found["check_name"])


def hadolint(folder: Path) -> Iterator[Finding]:
    recipes = sorted(folder.rglob("Dockerfile"))
    for found in _json([tools().program("hadolint"), "--format", "json", *recipes]):
        where = f"{Path(found['file']).relative_to(folder)} line {found['line']}"
        yield Finding(found["code"], where, found["message"])


def _json(argv: list[str | Path]) -> Any:
    """These programs end with 1 when they find something, and with nothing to read on a fault."""
    done = subprocess.run(argv, capture_output=True, text=True, timeout=SCAN_SECONDS)
    try:
        return json.loads(done.stdout)
    except ValueError as error:
        raise AssertionError(f"{Path(argv[0]).name} failed:\n{done.stdout}{done.stderr}") from error
