"""The front end: dependencies when the lock changed, a build when the sources changed."""

import hashlib
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

from todoku_local.dapr import locked
from todoku_local.errors import Missing
from todoku_local.launcher import Command, Launcher, base_environment
from todoku_local.places import REPOSITORY
from todoku_local.ports import LOOPBACK
from todoku_local.supervised import Say

FOLDER = REPOSITORY / "frontend"
OLDEST_NODE = (20, 9)
NOT_SOURCES = {
    "node_modules",
    ".next",
    "tsconfig.tsbuildinfo",
    "next-env.d.ts",
    "test-results",
    ".todoku-lock",
}
INSTALL_SECONDS = 900
BUILD_SECONDS = 900


def require_node() -> None:
    """Raises Missing with the one line that helps."""
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        raise Missing("the page needs Node 20.9 or newer with npm: https://nodejs.org")
    text = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=10).stdout
    version = tuple(int(part) for part in re.findall(r"\d+", text)[:2])
    if version < OLDEST_NODE:
        raise Missing(f"the page needs Node 20.9 or newer; `{node}` is {text.strip()}")


def sources(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.name in NOT_SOURCES:
            continue
        if path.is_dir():
            yield from sources(path)
        else:
            yield path


def digest(paths: Iterator[Path], root: Path) -> str:
    found = hashlib.sha256()
    for path in paths:
        found.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes())
    return found.hexdigest()


def prepare(
    launcher: Launcher, logs: Path, say: Say, *, build: bool, folder: Path = FOLDER
) -> None:
    """Install and build what is stale; safe when two stacks share the sources."""
    require_node()
    with locked(folder / ".todoku-lock", say):
        lock = digest(iter([folder / "package-lock.json"]), folder)
        _when_changed(
            folder / "node_modules" / ".todoku-lock-digest",
            lock,
            Command("npm ci", ["npm", "ci", "--no-audit", "--no-fund"], base_environment(),
                    logs / "npm.log", cwd=folder),
            INSTALL_SECONDS, launcher, say,
        )  # fmt: skip
        if build:
            _when_changed(
                folder / ".next" / "todoku-sources-digest",
                digest(sources(folder), folder),
                Command("front end build", ["npm", "run", "build"],
                        base_environment() | {"NEXT_TELEMETRY_DISABLED": "1"},
                        logs / "frontend-build.log", cwd=folder),
                BUILD_SECONDS, launcher, say,
            )  # fmt: skip


def _when_changed(
    stamp: Path, value: str, command: Command, seconds: float, launcher: Launcher, say: Say
) -> None:
    if stamp.exists() and stamp.read_text() == value:
        return
    say(f"{command.name} … ({command.log})")
    launcher.run(command, seconds)
    stamp.write_text(value)


def migration(env: Mapping[str, str], logs: Path, *, built: bool) -> Command:
    """Better Auth's tables, by the front end's own role."""
    argv = ["node", ".next/standalone/migrate.mjs"] if built else ["npm", "run", "migrate"]
    return Command("front end migrations", argv, env, logs / "frontend.migrations.log", cwd=FOLDER)


def command(env: Mapping[str, str], logs: Path, *, built: bool) -> Command:
    """The page: the production build, or the development server that reloads."""
    development = ["npm", "run", "dev", "--", "--hostname", LOOPBACK]
    argv = ["node", "scripts/start.mjs"] if built else development
    return Command("frontend", argv, env, logs / "frontend.log", cwd=FOLDER)
