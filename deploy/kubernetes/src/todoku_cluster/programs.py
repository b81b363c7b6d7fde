"""Other programs, run to their end: what goes wrong is one line for whoever called."""

import shlex
import subprocess
from pathlib import Path

from todoku_local.errors import LocalError, Missing

CALL_SECONDS = 120


def run(
    *command: str,
    given: str | None = None,
    cwd: Path | None = None,
    timeout: float = CALL_SECONDS,
    where: str = "",
) -> str:
    """What it prints. `given` goes in by standard input, for arguments are seen by every process;
    `where` is the address at which the program can be had.

    Raises Missing, or LocalError with what the program said."""
    called = shlex.join(command)
    try:
        done = subprocess.run(
            command, input=given, cwd=cwd, capture_output=True, text=True, timeout=timeout
        )
    except FileNotFoundError as error:
        at = f": {where}" if where else ""
        raise Missing(f"{command[0]} is not installed{at}") from error
    except subprocess.TimeoutExpired as error:
        raise LocalError(f"`{called}` took longer than {timeout:g} s") from error
    if done.returncode:
        raise LocalError(f"`{called}` failed: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout
