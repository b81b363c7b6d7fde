"""Reading rendered documents."""

import copy
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

Document = dict[str, Any]
NAME = "app.kubernetes.io/name"
COMPONENT = "app.kubernetes.io/component"
WORKLOADS = ("Deployment", "StatefulSet", "Job")


def of_kind(documents: Iterable[Document], *kinds: str) -> list[Document]:
    return [document for document in documents if document["kind"] in kinds]


def named(documents: Iterable[Document], kind: str, name: str) -> Document:
    for document in of_kind(documents, kind):
        if document["metadata"]["name"] == name:
            return document
    raise LookupError(f"no {kind} {name}")


def title(document: Document) -> str:
    return f"{document['kind']} {document['metadata']['name']}"


def copied(documents: list[Document]) -> list[Document]:
    """For a test to spoil."""
    return copy.deepcopy(documents)


@dataclass(frozen=True)
class Pod:
    """A pod as its workload makes it."""

    workload: Document

    @property
    def template(self) -> Document:
        template: Document = self.workload["spec"]["template"]
        return template

    @property
    def title(self) -> str:
        return title(self.workload)

    @property
    def app(self) -> str:
        return str(self.labels.get(NAME, ""))

    @property
    def component(self) -> str:
        """What it is for: service, migrations, broker, database."""
        return str(self.labels.get(COMPONENT, ""))

    @property
    def labels(self) -> dict[str, str]:
        return dict(self.template["metadata"].get("labels", {}))

    @property
    def annotations(self) -> dict[str, str]:
        return dict(self.template["metadata"].get("annotations", {}))

    @property
    def spec(self) -> Document:
        spec: Document = self.template["spec"]
        return spec

    @property
    def containers(self) -> list[Document]:
        return [*self.spec.get("initContainers", []), *self.spec["containers"]]

    @property
    def has_sidecar(self) -> bool:
        return self.annotations.get("dapr.io/enabled") == "true"

    def dapr(self, name: str) -> str:
        return self.annotations.get(f"dapr.io/{name}", "")


def pods(documents: Iterable[Document], component: str | None = None) -> list[Pod]:
    found = [Pod(document) for document in of_kind(documents, *WORKLOADS)]
    return [pod for pod in found if component in (None, pod.component)]


def metadata(component: Document) -> dict[str, str]:
    """A Dapr component's own settings, those that stand in it as values."""
    return {
        item["name"]: str(item["value"])
        for item in component["spec"]["metadata"]
        if "value" in item
    }


def dapr_components(documents: Iterable[Document]) -> list[Document]:
    return [d for d in of_kind(documents, "Component") if d["apiVersion"].startswith("dapr.io/")]


def strings(value: object) -> Iterator[str]:
    """Every text in a document, keys aside."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from strings(part)
    elif isinstance(value, list):
        for part in value:
            yield from strings(part)
