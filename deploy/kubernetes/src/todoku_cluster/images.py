"""Every image from its recipe, with docker or buildah: `python -m todoku_cluster.images [APP…]`.

Prints what was built with size and bill of materials. PYTHON_IMAGE and NODE_IMAGE name other base
images, BUILD_OPTIONS further options of the builder (such as `--network host`).
"""

import argparse
import os
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path

from todoku_local.errors import LocalError, Missing
from todoku_local.places import REPOSITORY, State
from todoku_local.services import BY_ID, FRONTEND

from todoku_cluster import programs

SMOKE = "smoke"
RECIPES = {
    **dict.fromkeys(BY_ID, ("services/Dockerfile", "PYTHON")),
    FRONTEND: ("frontend/Dockerfile", "NODE"),
    SMOKE: ("deploy/kubernetes/smoke/Dockerfile", "PYTHON"),
}
BUILD_SECONDS = 1800
DAEMON_SECONDS = 120


def builder() -> str:
    """docker, where its daemon answers, else buildah."""
    try:
        programs.run("docker", "info", timeout=DAEMON_SECONDS)
    except LocalError as error:
        if shutil.which("buildah"):
            return "buildah"
        why = "images need docker (with its daemon running) or buildah: https://buildah.io"
        raise Missing(why) from error
    return "docker"


def tag() -> str:
    """The commit that the sources are of, marked when they differ from it."""
    return _run("git", "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*")


def build(app_id: str, tool: str, version: str) -> str:
    """Build one image, return its name. Its files bear the time of the commit."""
    name = f"todoku/{app_id}:{version}"
    epoch = _run("git", "log", "-1", "--format=%ct")
    recipe, base = RECIPES[app_id]
    given = {base: os.environ.get(f"{base}_IMAGE")}
    given |= {"SERVICE": app_id} if app_id in BY_ID else {}
    label = f"org.opencontainers.image.revision={version}"
    arguments = ["--tag", name, "--label", label, "--file", recipe]
    for variable, value in given.items():
        arguments += ["--build-arg", f"{variable}={value}"] if value else []
    start = {
        "docker": ["docker", "build"],
        "buildah": ["buildah", "bud", "--layers", "--timestamp", epoch],
    }
    command = [*start[tool], *shlex.split(os.environ.get("BUILD_OPTIONS", "")), *arguments, "."]
    environment = os.environ | {"SOURCE_DATE_EPOCH": epoch, "DOCKER_BUILDKIT": "1"}
    log = State.default().logs / f"image-{app_id}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w") as output:
        try:
            done = subprocess.run(
                command, cwd=REPOSITORY, env=environment, stdout=output, stderr=output,
                timeout=BUILD_SECONDS,
            )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            raise LocalError(f"{name} took longer than {BUILD_SECONDS} s ({log})") from error
    if done.returncode:
        last = "\n".join(log.read_text().splitlines()[-10:])
        raise LocalError(f"{name} was not built ({log}):\n{last}")
    return name


def archive(name: str, tool: str, path: Path) -> Path:
    """The image as one file, the same from either builder: manifest, configuration, layers."""
    save = {
        "docker": ["docker", "save", "--output", str(path), name],
        "buildah": ["buildah", "push", "--quiet", name, f"docker-archive:{path}"],
    }
    _run(*save[tool])
    return path


def size(name: str, tool: str) -> str:
    ask = {
        "docker": ["docker", "image", "ls", "--format", "{{.Size}}", name],
        "buildah": ["buildah", "images", "--format", "{{.Size}}", name],
    }
    return _run(*ask[tool]).splitlines()[0]


def bill_of_materials(app_id: str, folder: Path) -> Path:
    """CycloneDX of the packages that the lock gives the image, beside it in a file."""
    path = folder / f"{app_id}.cdx.json"
    folder.mkdir(parents=True, exist_ok=True)
    if app_id == FRONTEND:
        listed = _run(
            "npm", "sbom", "--sbom-format", "cyclonedx", "--omit", "dev", "--package-lock-only",
            cwd=REPOSITORY / "frontend",
        )  # fmt: skip
        path.write_text(listed + "\n")
        return path
    own = ["todoku-cluster", "--prune", "todoku-local"]  # of the smoke test, as in its recipe
    package = [BY_ID[app_id].package.replace("_", "-")] if app_id in BY_ID else own
    requirements = _run(
        str(REPOSITORY / "deploy/local/uv"), "export", "--quiet", "--frozen", "--no-dev",
        "--no-emit-workspace", "--package", *package,
    )  # fmt: skip
    written = ["--output-reproducible", "--of", "JSON", "-o", str(path), "-"]
    _run(sys.executable, "-m", "cyclonedx_py", "requirements", *written, given=requirements)
    return path


def _run(*command: str, given: str | None = None, cwd: Path = REPOSITORY) -> str:
    return programs.run(*command, given=given, cwd=cwd).strip()


def main() -> None:
    parser = argparse.ArgumentParser(prog="todoku_cluster.images", description=__doc__)
    parser.add_argument(
        "apps", nargs="*", metavar="app", default=list(RECIPES), help="by default all"
    )
    parser.add_argument("--tag", help="by default the commit")
    options = parser.parse_args()
    if unknown := [app for app in options.apps if app not in RECIPES]:
        parser.error(f"no app {', '.join(unknown)}; there are {', '.join(RECIPES)}")
    tool, version = builder(), options.tag or tag()
    for app_id in options.apps:
        began = time.monotonic()
        name = build(app_id, tool, version)
        bill = bill_of_materials(app_id, State.default().root / "images")
        print(f"{name}  {size(name, tool)}  {time.monotonic() - began:.0f} s  {bill}")


if __name__ == "__main__":
    try:
        main()
    except LocalError as error:
        sys.exit(str(error))
