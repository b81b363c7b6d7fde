"""What an overlay, rendered, asks of a cluster: Secrets and kinds of objects."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from todoku_local.errors import LocalError
from todoku_local.places import REPOSITORY

from todoku_cluster import kubectl

OVERLAYS = REPOSITORY / "deploy/kubernetes/overlays"
TOKENS = ("dapr.io/api-token-secret", "dapr.io/app-token-secret")
ENVIRONMENT = "dapr.io/env-from-secret"


@dataclass(frozen=True)
class Reference:
    secret: str
    optional: bool = False


def folder(named: str) -> Path:
    """An overlay by its name, or a kustomization by its folder. Raises LocalError."""
    for path in (OVERLAYS / named, Path(named)):
        if (path / "kustomization.yaml").is_file():
            return path
    known = ", ".join(sorted(path.parent.name for path in OVERLAYS.glob("*/kustomization.yaml")))
    raise LocalError(f"no overlay {named!r}: there are {known}; or name a kustomization's folder")


def render(named: str) -> list[dict[str, Any]]:
    text = kubectl.call("kustomize", str(folder(named)))
    return [document for document in yaml.safe_load_all(text) if document]


def references(documents: list[dict[str, Any]]) -> set[Reference]:
    """The Secrets that pods and their sidecars read."""
    found: set[Reference] = set()
    for document in documents:
        # A Dapr component's secretKeyRef names a key of its secret store, not a Secret.
        if not document["apiVersion"].startswith("dapr.io/"):
            found |= set(_references(document))
    return found


def needed(documents: list[dict[str, Any]], *, stored_elsewhere: bool = True) -> set[str]:
    """The Secrets that must be there before: read, not optional, made by no object here.

    Those of a store outside, or sealed, are among them when their values are wanted: all of them,
    for the operator in the cluster asks its store for optional ones, too."""
    asked = provided(documents)
    read = {
        each.secret for each in references(documents) if not each.optional or each.secret in asked
    }
    return read - provided(documents, stored_elsewhere=stored_elsewhere)


def _references(node: Any) -> Iterator[Reference]:
    if isinstance(node, list):
        for each in node:
            yield from _references(each)
    if not isinstance(node, dict):
        return
    for key, value in node.items():
        if key in {"secretKeyRef", "secretRef", "secret"} and isinstance(value, dict):
            name = value.get("secretName") or value.get("name")
            yield Reference(str(name), bool(value.get("optional")))
        elif key in TOKENS:
            yield Reference(value)
        elif key == ENVIRONMENT:
            yield from (Reference(part.split("=")[-1].split(":")[0]) for part in value.split(","))
        else:
            yield from _references(value)


def provided(documents: list[dict[str, Any]], *, stored_elsewhere: bool = True) -> set[str]:
    """The Secrets that an operator in the cluster makes of these objects."""
    found: set[str] = set()
    prefix = ""
    for document in documents:
        spec, name = document.get("spec", {}), document["metadata"]["name"]
        match document["kind"]:
            case "SealedSecret" if stored_elsewhere:
                found.add(name)
            case "ExternalSecret" if stored_elsewhere:
                found.add(spec.get("target", {}).get("name", name))
            case "Certificate":
                found.add(spec["secretName"])
            case "Kafka":
                found.add(f"{name}-cluster-ca-cert")
                prefix = spec["entityOperator"]["userOperator"].get("secretPrefix", "")
    users = (each for each in documents if each["kind"] == "KafkaUser")
    return found | {prefix + each["metadata"]["name"] for each in users}
