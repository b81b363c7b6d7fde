"""Faults that a test puts into a running service from outside (see faulty/sitecustomize.py)."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from todoku_cluster.waiting import eventually
from todoku_local import Stack

FAULTY = Path(__file__).parent / "faulty"


@dataclass(frozen=True)
class Faults:
    """The faults of one process. On and off are files, read by the process at each occasion;
    those that replace a guard are read when it starts and need `restart`."""

    stack: Stack
    name: str
    folder: Path

    def put(self, fault: str) -> None:
        (self.folder / fault).touch()

    def clear(self, fault: str) -> None:
        (self.folder / fault).unlink(missing_ok=True)

    def happened(self, fault: str, timeout: float = 20) -> None:
        """Wait until a `die-…` fault has struck and the process is back and ready."""
        eventually((self.folder / f"{fault}.done").exists, timeout, f"{self.name}: {fault}")
        (self.folder / f"{fault}.done").unlink()
        self.stack.process(self.name).wait_ready(30)

    @contextmanager
    def during(self, fault: str, *, restart: bool = False) -> Iterator[None]:
        self.put(fault)
        try:
            if restart:
                self.stack.restart(self.name)
            yield
        finally:
            self.clear(fault)
            if restart:
                self.stack.restart(self.name)


def prepare(stack: Stack, name: str, folder: Path) -> Faults:
    """Start a process again so that faults can be put into it."""
    folder.mkdir(parents=True, exist_ok=True)
    stack.restart(name, {"PYTHONPATH": str(FAULTY), "TODOKU_FAULTS": str(folder)})
    return Faults(stack, name, folder)
