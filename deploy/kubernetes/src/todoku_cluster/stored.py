"""Where Secrets are kept: in the cluster, or in files of one folder."""

import base64
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import yaml

from todoku_cluster import kubectl, programs
from todoku_cluster.secrets import Secrets

Documents = list[dict[str, Any]]
KUBESEAL = "https://github.com/bitnami-labs/sealed-secrets/releases"


def documents(made: Secrets, namespace: str) -> Documents:
    """The Kubernetes objects."""
    return [
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {
                "name": name,
                "namespace": namespace,
                "labels": {"app.kubernetes.io/part-of": "todoku"},
            },
            "data": {key: base64.b64encode(data[key].encode()).decode() for key in data},
        }
        for name, data in made.items()
    ]


def values(found: Iterable[dict[str, Any]]) -> dict[str, dict[str, str]]:
    return {
        each["metadata"]["name"]: {
            key: base64.b64decode(value).decode() for key, value in each.get("data", {}).items()
        }
        for each in found
    }


class Place(Protocol):
    def read(self, names: set[str], namespace: str) -> Secrets: ...
    def write(self, made: Documents, namespace: str) -> None: ...


class Cluster:
    def read(self, names: set[str], namespace: str) -> Secrets:
        return values(kubectl.objects("secrets", sorted(names), namespace))

    def write(self, made: Documents, namespace: str) -> None:
        itself = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}
        if made:
            kubectl.apply([itself, *made])


@dataclass(frozen=True)
class Folder:
    path: Path

    def read(self, names: set[str], namespace: str) -> Secrets:
        files = [self.path / f"{name}.yaml" for name in sorted(names)]
        return values(yaml.safe_load(file.read_text()) for file in files if file.exists())

    def write(self, made: Documents, namespace: str) -> None:
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        for document in made:
            file = self.path / f"{document['metadata']['name']}.yaml"
            file.touch(0o600)
            file.chmod(0o600)
            file.write_text(yaml.safe_dump(document, sort_keys=False))


def seal(made: Documents) -> str:
    """What only the controller of this cluster can open: fit for the repository."""
    sealed = []
    for document in made:
        given = json.dumps(document)
        said = programs.run("kubeseal", "--format", "yaml", given=given, where=KUBESEAL)
        sealed.append(f"---\n{said.removeprefix('---').lstrip()}")
    return "".join(sealed)
