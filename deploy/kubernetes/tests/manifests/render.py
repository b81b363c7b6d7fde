"""Every combination of components that the rules allow, and every overlay, rendered once.

The rules: brokers exclude each other, and so do the sources of secrets; `network-policies` comes
first; a source of secrets comes before the broker, which takes out what it does not use; `keda`
needs Kafka.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path

import yaml
from todoku_local.places import REPOSITORY

from manifests.resources import Document

KUBERNETES = REPOSITORY / "deploy/kubernetes"
KUBECTL = Path(sys.executable).with_name("kubectl")
RENDER_SECONDS = 60
BROKERS = (
    ("valkey",),
    ("kafka-strimzi",),
    ("kafka-strimzi", "keda"),
    ("kafka-managed",),
    ("kafka-managed", "keda"),
)
SECRETS = ((), ("external-secrets",), ("sealed-secrets",))
DATABASES = ((), ("postgres",))
GATEWAYS = ((), ("gateway-api",))


@dataclass(frozen=True)
class Combination:
    resource: str
    components: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return "+".join((self.resource.removeprefix("overlays/"), *self.components))


def combinations() -> Iterator[Combination]:
    for path in sorted((KUBERNETES / "overlays").iterdir()):
        yield Combination(f"overlays/{path.name}")
    for chosen in product(SECRETS, DATABASES, BROKERS, GATEWAYS):
        parts = (part for group in chosen for part in group)
        yield Combination("base", ("network-policies", *parts))


@cache
def rendered() -> dict[str, list[Document]]:
    """By the name of the combination; nobody may change them."""
    wanted = list(combinations())
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        texts = list(pool.map(text, wanted))
    return {
        combination.name: list(yaml.load_all(made, yaml.CSafeLoader))
        for combination, made in zip(wanted, texts, strict=True)
    }


def judged(rule: Callable[[list[Document]], list[str]], *kinds: str) -> dict[str, list[str]]:
    """The findings of a rule that reads these kinds, by combination, where there are any."""
    found = {name: rule(documents) for name, documents in differing(*kinds).items()}
    return {name: findings for name, findings in found.items() if findings}


@cache
def differing(*kinds: str) -> dict[str, list[Document]]:
    """What is rendered of these kinds; of combinations that are equal in that the first."""
    found: dict[str, tuple[str, list[Document]]] = {}
    for name, documents in rendered().items():
        some = [document for document in documents if document["kind"] in kinds]
        found.setdefault(json.dumps(some), (name, some))
    return dict(found.values())


def text(combination: Combination) -> str:
    if not combination.components:
        return kustomize(KUBERNETES / combination.resource)
    with tempfile.TemporaryDirectory() as folder:
        # Kustomize takes relative paths only.
        tree = os.path.relpath(KUBERNETES, Path(folder).resolve())
        contents = {
            "apiVersion": "kustomize.config.k8s.io/v1beta1",
            "kind": "Kustomization",
            "namespace": "todoku",
            "resources": [f"{tree}/{combination.resource}"],
            "components": [f"{tree}/components/{name}" for name in combination.components],
            "configMapGenerator": [
                {"name": "public", "literals": ["url=http://localhost:3000", "host=localhost"]}
            ],
        }
        Path(folder, "kustomization.yaml").write_text(yaml.safe_dump(contents))
        return kustomize(Path(folder))


def of_the_smoke_test() -> list[Document]:
    """What skaffold deploys and runs beside an overlay."""
    files = sorted((KUBERNETES / "smoke").glob("*.yaml"))
    return [document for path in files for document in yaml.safe_load_all(path.read_text())]


def kustomize(folder: Path) -> str:
    done = subprocess.run(
        [KUBECTL, "kustomize", str(folder)],
        capture_output=True,
        text=True,
        timeout=RENDER_SECONDS,
    )
    if done.returncode:
        raise AssertionError(f"{folder} does not render:\n{done.stderr}")
    return done.stdout
