"""One supervisor a state directory: an advisory lock with its holder's id in it."""

import fcntl
import os
from pathlib import Path
from typing import TextIO

from todoku_local.errors import Running


class Holding:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._handle: TextIO | None = None

    def take(self) -> None:
        """Raises Running, with the holder's process id."""
        handle = self._path.open("a+")
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            handle.close()
            raise Running(
                f"already running here (process {self.holder()}, {self._path.parent}):"
                " stop it with Ctrl-C there or `make down`, or use another TODOKU_STATE."
            ) from error
        handle.truncate(0)
        handle.write(str(os.getpid()))
        handle.flush()
        self._handle = handle

    @property
    def held(self) -> bool:
        return self._handle is not None

    def release(self) -> None:
        if self._handle is not None:
            self._handle.truncate(0)
            self._handle.close()
            self._handle = None

    def free(self) -> bool:
        """True when nobody holds it."""
        if not self._path.exists():
            return True
        with self._path.open("r") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
        return True

    def holder(self) -> int | None:
        text = self._path.read_text().strip() if self._path.exists() else ""
        return int(text) if text else None
