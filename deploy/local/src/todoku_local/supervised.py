"""One process that is kept running: started again with back-off, and said so."""

import signal
import subprocess
import threading
import time
from collections.abc import Callable

from todoku_local import watchdog
from todoku_local.errors import LocalError, NotReady
from todoku_local.launcher import Command, Launcher, tail

FIRST_BACKOFF_SECONDS = 0.5
LONGEST_BACKOFF_SECONDS = 5.0
STEADY_SECONDS = 10.0
POLL_SECONDS = 0.1
STOP_SECONDS = 3.0

Say = Callable[[str], None]


class Supervised:
    def __init__(
        self,
        command: Command,
        launcher: Launcher,
        say: Say,
        ready: Callable[[], bool],
        reason: Callable[[], str] = str,
    ) -> None:
        """`reason` is asked why it is not ready, where it can tell."""
        self.command = command
        self.starts = 0
        self._launcher = launcher
        self._say = say
        self._ready, self._reason = ready, reason
        self._wanted = threading.Event()
        self._released = threading.Event()
        self._child: subprocess.Popen[bytes] | None = None
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        return self.command.name

    @property
    def pid(self) -> int | None:
        child = self._child
        return child.pid if child and child.poll() is None else None

    def start(self) -> None:
        """Start and keep running; nothing to do when it already is."""
        with self._lock:
            if self._wanted.is_set():
                return
            self._wanted.set()
            self._released.clear()
            self._thread = threading.Thread(target=self._keep, name=self.name, daemon=True)
            self._thread.start()

    def wait_ready(self, timeout: float) -> None:
        """Raises NotReady with the reason it gives and the end of the log."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            if not self._wanted.is_set():
                raise NotReady(f"{self.name} was stopped before it was ready")
            if self.pid is not None and self._ready():
                return
            time.sleep(POLL_SECONDS)
        log, reason = self.command.log, self._reason()
        said = f": {reason}" if reason else ""
        raise NotReady(
            f"{self.name} was not ready in {timeout:.0f} s{said}; the end of {log}:\n{tail(log)}"
        )

    def is_ready(self) -> bool:
        return self.pid is not None and self._ready()

    def crash(self) -> None:
        """SIGKILL it once; it is started again like after any other death."""
        if (pid := self.pid) is not None:
            watchdog.signal_group(pid, signal.SIGKILL)

    def kill(self) -> None:
        """SIGKILL it and keep it down until `start`."""
        self._release()
        self._end(signal.SIGKILL, STOP_SECONDS)

    def stop(self, timeout: float = STOP_SECONDS) -> None:
        """Ask it to end, insist after the timeout in seconds, keep it down until `start`."""
        self._release()
        self._end(self.command.stop_signal, timeout)

    def _release(self) -> None:
        with self._lock:
            self._wanted.clear()
            self._released.set()

    def _end(self, number: int, timeout: float) -> None:
        thread = self._thread
        if thread is None:
            return
        if (pid := self.pid) is not None:
            watchdog.signal_group(pid, number)
        thread.join(timeout)
        if thread.is_alive() and (pid := self.pid) is not None:
            watchdog.signal_group(pid, signal.SIGKILL)
        thread.join(STOP_SECONDS)

    def _keep(self) -> None:
        backoff = FIRST_BACKOFF_SECONDS
        while self._wanted.is_set():
            began = time.monotonic()
            how = self._run_once()
            if not self._wanted.is_set():
                return
            if time.monotonic() - began > STEADY_SECONDS:
                backoff = FIRST_BACKOFF_SECONDS
            self._say(f"{self.name} ended ({how}); again in {backoff:g} s")
            self._released.wait(backoff)
            backoff = min(backoff * 2, LONGEST_BACKOFF_SECONDS)

    def _run_once(self) -> str:
        try:
            child = self._launcher.spawn(self.command)
        except (OSError, LocalError) as error:
            return str(error)
        self._child = child
        self.starts += 1
        if not self._wanted.is_set():
            watchdog.signal_group(child.pid, signal.SIGKILL)
        code = child.wait()
        self._launcher.forget(child)
        return _how(code)


def _how(code: int) -> str:
    return signal.Signals(-code).name if code < 0 else f"code {code}"
