"""Where things are: the repository, the state of one stack, the caches of one user."""

import os
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[4]


def cache() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "todoku"


@dataclass(frozen=True)
class State:
    """One stack's directory: data, logs, secrets, records of what runs."""

    root: Path

    @classmethod
    def default(cls) -> "State":
        named = os.environ.get("TODOKU_STATE")
        return cls(Path(named).resolve() if named else REPOSITORY / ".todoku")

    @property
    def env_file(self) -> Path:
        return self.root / "env"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def data(self) -> Path:
        return self.root / "data"

    @property
    def names(self) -> Path:
        """The SQLite file in which sidecars find each other."""
        return self.root / "run" / "names.db"

    @property
    def dapr_home(self) -> Path:
        """What `dapr run -f` is given as its runtimePath."""
        return self.root / "dapr"

    def prepare(self) -> None:
        """Make the folders; others may pass through but not list (a database
        server started by root runs as somebody else and must reach its data)."""
        for path in (self.root, self.logs, self.data, self.names.parent):
            path.mkdir(parents=True, exist_ok=True)
            path.chmod(0o711)
