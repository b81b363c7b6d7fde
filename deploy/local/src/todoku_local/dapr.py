"""The Dapr binaries: the user's own where they fit, else built from their Go modules."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from todoku_local.errors import LocalError, Missing
from todoku_local.launcher import Command, Launcher, base_environment
from todoku_local.places import REPOSITORY, cache
from todoku_local.supervised import Say

MODULE = REPOSITORY / "deploy/local/dapr"
OLDEST = (1, 16)
VERSION = "1.16.5"
BUILD_SECONDS = 1800
GO_MISSING = (
    "No usable Dapr (~/.dapr/bin or PATH, 1.16 or newer) and no Go to build it:"
    " install Go 1.24.11 or newer (https://go.dev/dl), or the Dapr CLI and `dapr init --slim`."
)

DAPR = "github.com/dapr/dapr"
TARGETS = {
    "daprd": ("./daprd", f"{DAPR}/pkg/buildinfo.version"),
    "scheduler": ("./scheduler", f"{DAPR}/pkg/buildinfo.version"),
    "dapr": ("github.com/dapr/cli", "main.version"),
}
"""What is built: the package, and the variable that holds the version."""


@dataclass(frozen=True)
class Binaries:
    daprd: Path
    scheduler: Path
    cli: Path


def usable(version: str) -> bool:
    """True for a release at least as new as the oldest the code works on."""
    parts = version.strip().removeprefix("v").split(".")
    try:
        return (int(parts[0]), int(parts[1])) >= OLDEST
    except (IndexError, ValueError):
        return False


def installed() -> Binaries | None:
    """What `dapr init` left, when daprd, scheduler and the CLI are all there and fit."""
    home = Path(os.environ.get("DAPR_RUNTIME_PATH", Path.home())) / ".dapr" / "bin"
    search = f"{home}{os.pathsep}{os.environ.get('PATH', '')}"
    found = [shutil.which(name, path=search) for name in ("daprd", "scheduler", "dapr")]
    daprd, scheduler, cli = found
    if not (daprd and scheduler and cli):
        return None
    answer = subprocess.run([daprd, "--version"], capture_output=True, text=True, timeout=10)
    if answer.returncode or not usable(answer.stdout):
        return None
    return Binaries(Path(daprd), Path(scheduler), Path(cli))


def version_key() -> str:
    """Changes with anything that goes into the build."""
    digest = hashlib.sha256()
    for path in sorted(MODULE.rglob("*")):
        if path.suffix in {".go", ".mod", ".sum"}:
            digest.update(path.read_bytes())
    return f"{VERSION}-{digest.hexdigest()[:10]}"


def ensure(launcher: Launcher, logs: Path, say: Say) -> Binaries:
    """Find or build them; safe when several processes ask at once."""
    if (own := installed()) is not None:
        say(f"Dapr: yours, {own.daprd}")
        return own
    folder = cache() / "dapr" / version_key()
    built = Binaries(*(folder / name for name in ("daprd", "scheduler", "dapr")))
    stamp = folder / "complete"
    if stamp.exists():
        return built
    folder.mkdir(parents=True, exist_ok=True)
    with locked(folder / "lock", say):
        if not stamp.exists():
            _build(folder, launcher, logs, say)
            stamp.touch()
    return built


@contextmanager
def locked(path: Path, say: Say) -> Iterator[None]:
    """Hold a file lock; the wait for another process is said."""
    with path.open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"waiting for another process that holds {path.parent}")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _build(folder: Path, launcher: Launcher, logs: Path, say: Say) -> None:
    go = shutil.which("go")
    if go is None:
        raise Missing(GO_MISSING)
    log = logs / "dapr-build.log"
    say(f"building Dapr {VERSION}: 4 to 10 minutes the first time on 2 cores ({log})")
    for number, (name, (package, variable)) in enumerate(TARGETS.items(), 1):
        began = time.monotonic()
        say(f"  {number}/{len(TARGETS)} {name} …")
        fresh = folder / f"{name}.new"
        flags = ["-tags", "stablecomponents", "-ldflags", f"-s -w -X {variable}={VERSION}"]
        flags += ["-o", str(fresh)]
        _go(f"build of {name}", [go, "build", *flags, package], launcher, log)
        fresh.replace(folder / name)
        say(f"  {number}/{len(TARGETS)} {name} built in {time.monotonic() - began:.0f} s")


def _go(name: str, argv: list[str], launcher: Launcher, log: Path) -> None:
    try:
        launcher.run(Command(name, argv, _go_environment(), log, cwd=MODULE), BUILD_SECONDS)
    except LocalError as error:
        raise LocalError(f"Dapr could not be built. {error}") from error


def _go_environment() -> dict[str, str]:
    flags = "-mod=readonly -trimpath -buildvcs=false"
    return base_environment() | {"CGO_ENABLED": "0", "GOFLAGS": flags}
