"""Reading rendered documents."""

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

    @property
    def sidecar_secrets(self) -> dict[str, str]:
        """Secret → key, of those that the sidecar gets into its environment."""
        found = {}
        for entry in filter(None, self.dapr("env-from-secret").split(",")):
            secret, _, key = entry.partition("=")[2].partition(":")
            found[secret.strip()] = key
        return found

    @property
    def app_secrets(self) -> dict[str, str]:
        """Variable → Secret and key, of those that its containers get."""
        found = {}
        for container in self.containers:
            for variable in container.get("env", []):
                reference = variable.get("valueFrom", {}).get("secretKeyRef")
                if reference:
                    found[variable["name"]] = f"{reference['name']}:{reference['key']}"
        return found

    @property
    def mounted_secrets(self) -> set[str]:
        return {
            volume["secret"]["secretName"]
            for volume in self.spec.get("volumes", [])
            if "secret" in volume
        }

    @property
    def secrets(self) -> set[str]:
        """The names of all it reads, the sidecar's tokens too."""
        tokens = {self.dapr("api-token-secret"), self.dapr("app-token-secret")} - {""}
        apps = {reference.partition(":")[0] for reference in self.app_secrets.values()}
        return {*self.sidecar_secrets, *apps, *self.mounted_secrets, *tokens}

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
