"""What this machine has for the tests, and which ports are free on it."""

import os
import shutil
import subprocess
from pathlib import Path

from todoku_local.ports import taken

FIRST_BASE = 24000
SPAN = 700
"""A stack uses the ports from its base up to base + 515, its page base + 600."""
OLDEST_JAVA = 17
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def free_base() -> int:
    """The first base, from TODOKU_PORT_BASE or our own default, of whose ports none is held."""
    first = int(os.environ.get("TODOKU_PORT_BASE", FIRST_BASE))
    for base in range(first, first + 20 * SPAN, SPAN):
        wanted = [base + slot + n for slot in (0, 100, 200, 300, 400) for n in range(1, 7)]
        wanted += [base + n for n in (501, 502, 503, 511, 512, 513, 514, 515, 600)]
        if not any(map(taken, wanted)):
            return base
    raise RuntimeError(f"no free ports from {first} on; set TODOKU_PORT_BASE")


def chromium() -> str | None:
    """The browser's program: $CHROMIUM or the first that is installed."""
    named = os.environ.get("CHROMIUM")
    return next(filter(None, map(shutil.which, [named] if named else CHROMIUMS)), None)


def java() -> str | None:
    """A Java that runs the broker, or None."""
    home = os.environ.get("JAVA_HOME")
    found = shutil.which("java", path=str(Path(home) / "bin")) if home else shutil.which("java")
    if found is None:
        return None
    said = subprocess.run([found, "-version"], capture_output=True, text=True, timeout=20).stderr
    words = said.split('"')
    version = words[1].split(".")[0] if len(words) > 1 else ""
    return found if version.isdigit() and int(version) >= OLDEST_JAVA else None
