"""Starts processes so that none outlives the stack, and records them for `down`."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from todoku_local import watchdog
from todoku_local.errors import LocalError

LOG_TAIL_LINES = 15


@dataclass(frozen=True)
class Command:
    name: str
    argv: Sequence[str]
    env: Mapping[str, str]
    log: Path
    cwd: Path | None = None
    stop_signal: int = signal.SIGTERM
    identity: tuple[int, int] | None = None
    """(uid, gid) to run as, where the program refuses to be root."""


@dataclass
class Launcher:
    """Every child leads a session of its own: a terminal's Ctrl-C reaches only the
    supervisor, and a signal to the group reaches a child's children too."""

    record: Path
    _live: dict[int, tuple[str, float]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _watchdog: subprocess.Popen[str] | None = None
    _closed: bool = False

    def spawn(self, command: Command) -> subprocess.Popen[bytes]:
        uid, gid = command.identity or (None, None)
        with self._lock, command.log.open("ab") as log:
            if self._closed:
                raise LocalError(f"{command.name} not started: the stack is stopping")
            child = subprocess.Popen(
                list(command.argv),
                env=dict(command.env),
                cwd=command.cwd,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                user=uid,
                group=gid,
                extra_groups=None if uid is None else [],
            )
            self._tell(f"+{child.pid}")
            self._live[child.pid] = (command.name, _created(child.pid))
            self._save()
        return child

    def forget(self, child: subprocess.Popen[bytes]) -> None:
        """After a child's end: end its own children too, and strike it off."""
        watchdog.signal_group(child.pid, signal.SIGKILL)
        with self._lock:
            self._tell(f"-{child.pid}")
            self._live.pop(child.pid, None)
            self._save()

    def run(self, command: Command, timeout: float) -> None:
        """Run to its end. Raises LocalError with the end of its log when it fails."""
        child = self.spawn(command)
        try:
            code = child.wait(timeout)
        except subprocess.TimeoutExpired as error:
            watchdog.signal_group(child.pid, signal.SIGKILL)
            child.wait()
            raise LocalError(f"{command.name} took longer than {timeout:.0f} s") from error
        finally:
            if child.poll() is not None:
                self.forget(child)
        if code:
            raise LocalError(
                f"{command.name} failed ({code}); the end of {command.log}:\n{tail(command.log)}"
            )

    def close(self) -> None:
        """Refuse new children and end those that are left, at once."""
        with self._lock:
            self._closed = True
            left = list(self._live)
            for group in left:
                watchdog.signal_group(group, signal.SIGKILL)
            if self._watchdog and self._watchdog.stdin:
                self._watchdog.stdin.close()
                self._watchdog.wait(watchdog.GRACE_SECONDS + 1)
            self.record.unlink(missing_ok=True)

    def _tell(self, line: str) -> None:
        if self._watchdog is None:
            self._watchdog = subprocess.Popen(
                [sys.executable, "-I", "-S", watchdog.__file__],
                stdin=subprocess.PIPE,
                text=True,
                start_new_session=True,
            )
        if self._watchdog.stdin is not None:
            self._watchdog.stdin.write(line + "\n")
            self._watchdog.stdin.flush()

    def _save(self) -> None:
        lines = [f"{pid} {created} {name}" for pid, (name, created) in self._live.items()]
        self.record.write_text("\n".join(lines) + "\n")


def end_recorded(record: Path) -> list[str]:
    """End what a dead supervisor left behind; the names of what was ended.

    A process counts only if it was created when the record says: ids are reused."""
    if not record.exists():
        return []
    ended = []
    groups = set()
    for line in record.read_text().split("\n"):
        if not line:
            continue
        pid, created, name = line.split(" ", 2)
        if _created(int(pid)) == float(created):
            groups.add(int(pid))
            ended.append(name)
    watchdog.end(groups)
    record.unlink()
    return ended


def tail(log: Path, lines: int = LOG_TAIL_LINES) -> str:
    if not log.exists():
        return "(no log)"
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])


def base_environment() -> dict[str, str]:
    """This process's environment without what could redirect, slow or leak to a child."""
    hidden = {"DATABASE_URL", "REDIS_URL", "VIRTUAL_ENV", "PYTHONPATH"}
    # With it every start of a service would compile all it imports again: seconds each time.
    hidden.add("PYTHONDONTWRITEBYTECODE")
    return {name: value for name, value in os.environ.items() if name not in hidden}


def _created(pid: int) -> float:
    try:
        return float(psutil.Process(pid).create_time())
    except psutil.NoSuchProcess:
        return -1.0
