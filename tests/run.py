"""The test command: sets up what is missing, then runs every check, the quick ones first.

    tests/run.py               everything
    tests/run.py unit chaos    only these stages (see --list)

With CI=true a part that this machine cannot run is an error; otherwise it is named at the end.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from harness.machine import chromium, java
from todoku_cluster import bases, images
from todoku_local import dapr
from todoku_local.errors import Missing
from todoku_local.launcher import Launcher
from todoku_local.places import REPOSITORY, State

FRONTEND = REPOSITORY / "frontend"
CONTRACTS_TS = REPOSITORY / "contracts/typescript"
CLUSTER_TESTS = REPOSITORY / "deploy/kubernetes/tests"
PYTHON = sys.executable
PYTEST = (PYTHON, "-m", "pytest", "-q", "--no-header", "--durations=5")
SCRATCH = Path(tempfile.gettempdir()) / f"todoku-tests-{os.getpid()}"
STAGE_SECONDS = 1800


@dataclass(frozen=True)
class Check:
    name: str
    command: tuple[str, ...]
    folder: Path = REPOSITORY
    port_base: int | None = None


def on_both_brokers(folder: str) -> tuple[Check, ...]:
    """One check a broker: they wait for timers and outages more than they compute.

    Each has ports and a folder of its own: a second pytest shuts the folder that they would share.
    """
    return tuple(
        Check(
            f"{Path(folder).name} on {broker}",
            (
                *PYTEST,
                folder,
                "-m",
                chosen,
                f"--basetemp={SCRATCH / f'{Path(folder).name}-{broker}'}",
            ),
            port_base=base,
        )
        for broker, chosen, base in (("redis", "not kafka", 24000), ("kafka", "kafka", 10000))
    )


STATIC = (
    Check("ruff", (PYTHON, "-m", "ruff", "check", ".")),
    Check("format", (PYTHON, "-m", "ruff", "format", "--check", ".")),
    Check("mypy", (PYTHON, "-m", "mypy")),
    Check("imports", (str(Path(PYTHON).with_name("lint-imports")),)),
    Check("drift", (PYTHON, "contracts/generate.py", "--check")),
    Check("client drift", ("npm", "run", "--silent", "generate", "--", "--check"), FRONTEND),
    Check("tsc", ("npm", "run", "--silent", "typecheck"), FRONTEND),
    Check("eslint", ("npm", "run", "--silent", "lint"), FRONTEND),
)
STAGES = {
    "static": STATIC,
    "unit": (
        Check("python", (*PYTEST, "contracts", "deploy/local", "services")),
        Check("front end", ("npm", "test", "--silent"), FRONTEND),
    ),
    "contract": (Check("contract", (*PYTEST, "tests/contract")),),
    "deploy": (
        Check("tools", (PYTHON, "-m", "manifests.tools"), CLUSTER_TESTS),
        Check("deploy", (*PYTEST, "deploy/kubernetes", "-m", "not images")),
    ),
    "images": (Check("images", (*PYTEST, "deploy/kubernetes", "-m", "images")),),
    "integration": on_both_brokers("tests/integration"),
    "e2e": (
        Check("e2e", (*PYTEST, "tests/e2e")),
        # The stacks before have built the page.
        Check("built page", ("npm", "run", "--silent", "test:built"), FRONTEND),
    ),
    "chaos": on_both_brokers("tests/chaos"),
}
QUIET = ("static",)
BESIDE = ("integration", "e2e", "chaos")


@dataclass
class Run:
    began: float = field(default_factory=time.monotonic)
    failed: list[str] = field(default_factory=list)

    def say(self, line: str) -> None:
        print(f"[{time.monotonic() - self.began:6.1f} s] {line}", flush=True)

    def stage(self, name: str) -> None:
        self.say(f"── {name}")
        if name in QUIET or name in BESIDE:
            run = self.quietly if name in QUIET else self.prefixed
            with ThreadPoolExecutor(os.cpu_count() or 2) as pool:
                list(pool.map(lambda check: run(name, check), STAGES[name]))
            return
        for check in STAGES[name]:
            self.verdict(name, check, subprocess.run(check.command, cwd=check.folder).returncode)

    def quietly(self, stage: str, check: Check) -> None:
        """Its output is shown only when it fails."""
        done = subprocess.run(
            check.command,
            cwd=check.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=STAGE_SECONDS,
        )
        if done.returncode:
            print(done.stdout, flush=True)
        self.verdict(stage, check, done.returncode)

    def prefixed(self, stage: str, check: Check) -> None:
        """Line by line, each with the check's name before it."""
        env = os.environ | {"TODOKU_PORT_BASE": str(check.port_base)} if check.port_base else None
        with subprocess.Popen(
            check.command,
            cwd=check.folder,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as running:
            for line in running.stdout or ():
                print(f"{check.name} | {line}", end="", flush=True)
        self.verdict(stage, check, running.returncode)

    def verdict(self, stage: str, check: Check, code: int) -> None:
        self.say(f"{'ok' if code == 0 else 'FAILED'}: {stage} / {check.name}")
        if code:
            self.failed.append(f"{stage} / {check.name}")

    def set_up(self) -> None:
        """The front end's packages and the Dapr binaries; uv has brought Python's before."""
        self.say("── set-up")
        for folder in (FRONTEND, CONTRACTS_TS):
            lock, installed = folder / "package-lock.json", folder / "node_modules"
            stamp = installed / ".package-lock.json"
            if not stamp.exists() or stamp.stat().st_mtime < lock.stat().st_mtime:
                self.say(f"npm ci in {folder.relative_to(REPOSITORY)}")
                command = ["npm", "ci", "--no-audit", "--no-fund"]
                subprocess.run(command, cwd=folder, check=True)
        state = State(REPOSITORY / ".todoku/tests")
        state.prepare()
        launcher = Launcher(state.root / "processes")
        try:
            dapr.ensure(launcher, state.logs, self.say)
        finally:
            launcher.close()


def lacking() -> list[str]:
    found = []
    if java() is None:
        found.append("integration and chaos on Kafka (no Java 17 or newer)")
    if chromium() is None:
        found.append("end to end in a browser (no Chromium; $CHROMIUM may name one)")
    return found


def not_everywhere() -> list[str]:
    """What even a machine that runs CI may be without: reported, never an error."""
    try:
        if images.builder() == "buildah" and (why := bases.lacking()):
            return [f"images built and run (no base image can be had: {why})"]
    except Missing as error:
        return [f"images built and run ({error})"]
    return [] if os.geteuid() == 0 else ["images run (a root of its own needs root)"]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("stages", nargs="*", metavar="stage", default=list(STAGES))
    parser.add_argument("--list", action="store_true", help="name the stages and end")
    options = parser.parse_args()
    if options.list:
        print(*STAGES, sep="\n")
        return 0
    if unknown := [name for name in options.stages if name not in STAGES]:
        parser.error(f"no stage {', '.join(unknown)}; there are {', '.join(STAGES)}")
    missing = lacking()
    if missing and os.environ.get("CI") == "true":
        print("CI=true and this machine cannot run: " + "; ".join(missing), file=sys.stderr)
        return 2
    return execute(options.stages, missing)


def execute(stages: list[str], missing: list[str]) -> int:
    run = Run()
    SCRATCH.mkdir()
    run.set_up()
    for name in stages:
        run.stage(name)
    for part in [*missing, *not_everywhere()]:
        run.say(f"not run: {part}")
    run.say(f"FAILED: {', '.join(run.failed)}" if run.failed else "all passed")
    if not run.failed:
        shutil.rmtree(SCRATCH, ignore_errors=True)  # after a failure its logs are needed
    return 1 if run.failed else 0


if __name__ == "__main__":
    sys.exit(main())
