"""Strict validation against the schemas of Kubernetes and of custom resources.

Strict: a field that the schema does not know is an error, where a cluster would drop it without a
word. Rules in CEL (`x-kubernetes-validations`) are the cluster's alone.
"""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import yaml
from jsonschema.protocols import Validator
from referencing import Registry, Resource

from manifests.resources import Document, title
from manifests.tools import tools

KUBERNETES = ("1.33", "1.35", "1.37")
METADATA = {"name", "namespace", "labels", "annotations"}
TEXTS = {"type": "object", "additionalProperties": {"type": "string"}}
Schema = dict[str, Any]


def findings(document: Document, version: str) -> list[str]:
    """What a cluster of this version would refuse or drop."""
    validator = _custom(document["apiVersion"], document["kind"]) or _core(
        document["apiVersion"], document["kind"], version
    )
    if validator is None:
        return [f"{title(document)}: no schema of {document['apiVersion']} {document['kind']}"]
    return [
        f"{title(document)}: {'.'.join(map(str, error.absolute_path))}: {error.message[:300]}"
        for error in validator.iter_errors(document)
    ]


def skaffold_findings(document: Document) -> list[str]:
    schema = json.loads(tools().skaffold_schema.read_text())
    errors = jsonschema.Draft7Validator(schema).iter_errors(document)
    return [f"{'.'.join(map(str, error.absolute_path))}: {error.message[:300]}" for error in errors]


@cache
def _core(api_version: str, kind: str, version: str) -> Validator | None:
    folder = tools().kubernetes_schemas / f"v{version}.0-local-strict"
    # As the package names them: without the domain of the group.
    short = re.sub(r"^([^./]*)(?:\.[^/]*)?/", r"\1-", api_version)
    path = folder / f"{kind.lower()}-{short}.json"
    if not path.exists():
        return None
    schema = json.loads(path.read_text())
    return jsonschema.Draft202012Validator(schema, registry=_definitions(folder))


@cache
def _definitions(folder: Path) -> Registry[Any]:
    contents = json.loads((folder / "_definitions.json").read_text())
    registry: Registry[Any] = Registry()
    return Resource.from_contents(contents) @ registry


@cache
def _custom(api_version: str, kind: str) -> Validator | None:
    group, _, version = api_version.rpartition("/")
    path = tools().schemas / f"{kind}.{version}.{group}.json"
    if not path.exists():
        return None
    schema = strict(json.loads(path.read_text()))
    schema["properties"]["metadata"] = {
        "type": "object",
        "required": ["name"],
        "properties": {name: {} for name in METADATA} | {"labels": TEXTS, "annotations": TEXTS},
        "additionalProperties": False,
    }
    # OpenAPI 3.0 is nearest to draft 4 (exclusive bounds are booleans).
    return jsonschema.Draft4Validator(schema)


def strict(schema: Schema) -> Schema:
    """A structural schema as JSON Schema that refuses what a cluster would prune.

    Only where structure is said: `anyOf` and the like constrain values and name no new fields.
    """
    made = {name: value for name, value in schema.items() if not name.startswith("x-kubernetes")}
    if schema.get("x-kubernetes-int-or-string"):
        made["type"] = ["integer", "string"]
    if "properties" in schema:
        made["properties"] = {name: strict(part) for name, part in schema["properties"].items()}
    if isinstance(schema.get("additionalProperties"), dict):
        made["additionalProperties"] = strict(schema["additionalProperties"])
    elif schema.get("type") == "object" and not _open(schema):
        made["additionalProperties"] = False
    if "items" in schema:
        made["items"] = strict(schema["items"])
    if schema.get("nullable") and "type" in made:
        made["type"] = [made["type"], "null"]
    return made


def _open(schema: Schema) -> bool:
    return any(
        schema.get(mark)
        for mark in (
            "additionalProperties",
            "x-kubernetes-preserve-unknown-fields",
            "x-kubernetes-embedded-resource",
        )
    )


def load(path: Path) -> list[Document]:
    with path.open() as stream:
        return [document for document in yaml.load_all(stream, yaml.CSafeLoader) if document]
