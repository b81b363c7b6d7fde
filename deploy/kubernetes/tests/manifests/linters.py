"""The linters of workflows and YAML; each finding is a line of their output."""

import subprocess
from pathlib import Path

from todoku_local.places import REPOSITORY

from manifests.tools import tools

LINT_SECONDS = 120


def actionlint(workflows: list[Path]) -> list[str]:
    # Without the programs that it would use where they are installed: the same everywhere.
    return _lines([tools().actionlint, "-oneline", "-shellcheck=", "-pyflakes=", *workflows])


def zizmor(workflows: list[Path]) -> list[str]:
    options = ["--offline", "--no-progress", "--quiet", "--format", "plain"]
    return _lines([tools().program("zizmor"), *options, *workflows])


def yamllint(*folders: str) -> list[str]:
    return _lines([tools().program("yamllint"), "--strict", "--format", "parsable", *folders])


def _lines(argv: list[str | Path]) -> list[str]:
    done = subprocess.run(
        argv, cwd=REPOSITORY, capture_output=True, text=True, timeout=LINT_SECONDS
    )
    lines = (done.stdout + done.stderr).splitlines()
    if done.returncode and not lines:
        raise AssertionError(f"{Path(argv[0]).name} ended with {done.returncode}")
    return lines if done.returncode else []
