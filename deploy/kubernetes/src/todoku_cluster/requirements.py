"""What a roll-out needs and does not make itself: looked for, named all at once, never changed."""

import json
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from todoku_local.errors import LocalError, Missing

from todoku_cluster import kubectl, overlay, programs

Version = tuple[int, int]
PROBE_SECONDS = 30
OLDEST_KUBERNETES = (1, 33)
OLDEST_DAPR = (1, 16)
KUBERNETES = "https://kubernetes.io/releases"


@dataclass(frozen=True)
class Tool:
    name: str
    asked: tuple[str, ...]
    oldest: Version
    where: str


KUBECTL = Tool(
    "kubectl", ("version", "--client"), (1, 33), "https://kubernetes.io/docs/tasks/tools"
)
HELM = Tool("helm", ("version", "--short"), (3, 14), "https://helm.sh/docs/intro/install")
SKAFFOLD = Tool("skaffold", ("version",), (2, 19), "https://skaffold.dev/docs/install")
DOCKER = Tool("docker", ("--version",), (24, 0), "https://docs.docker.com/engine/install")
MINIKUBE = Tool(
    "minikube", ("version", "--short"), (1, 35), "https://minikube.sigs.k8s.io/docs/start"
)
DOCTL = Tool("doctl", ("version",), (1, 100), "https://docs.digitalocean.com/reference/doctl")

OPERATORS = {
    "kafka.strimzi.io": "Strimzi 1.2 or newer: https://strimzi.io/quickstarts",
    "keda.sh": "KEDA: https://keda.sh/docs/latest/deploy",
    "gateway.networking.k8s.io": "Gateway API: https://gateway-api.sigs.k8s.io/guides",
    "cert-manager.io": "cert-manager: https://cert-manager.io/docs/installation",
    "external-secrets.io": "External Secrets: https://external-secrets.io/latest",
    "bitnami.com": "Sealed Secrets: https://github.com/bitnami-labs/sealed-secrets",
    "cilium.io": "Cilium: https://docs.cilium.io",
}


@dataclass(frozen=True)
class Target:
    """A place to roll out to, by the name of its overlay and skaffold profile."""

    tools: tuple[Tool, ...]
    context: str
    """How the name of its kubectl context begins, where that tells; nothing is ever done to a
    cluster of another target."""
    start: str
    """What brings the cluster, or access to it."""
    makes_secrets: bool = False
    """All its secrets are random, so that rolling out makes them."""
    variables: tuple[tuple[str, str], ...] = ()
    runtime: str = ""
    """What its nodes must run containers with; any, when empty."""


TARGETS = {
    # skaffold builds in the cluster's own Docker daemon; by default minikube runs containerd
    # (since 1.39), and a network plugin that ignores policies.
    "minikube": Target(
        (DOCKER, MINIKUBE),
        "minikube",
        "minikube start --container-runtime=docker --cni=calico",
        makes_secrets=True,
        runtime="docker",
    ),
    "doks": Target(
        (DOCKER, DOCTL),
        "do-",
        "doctl kubernetes cluster kubeconfig save CLUSTER",
        variables=(("SKAFFOLD_DEFAULT_REPO", "the registry that images go to"),),
    ),
    "ci": Target((), "", "choose a context of kubectl", makes_secrets=True),
}


def target(name: str) -> Target:
    """Raises LocalError."""
    if name not in TARGETS:
        raise LocalError(f"no target {name!r}: there are {', '.join(TARGETS)}")
    return TARGETS[name]


def reachable(name: str) -> set[str]:
    """The API versions that the target's cluster serves.

    Raises LocalError when the context of kubectl is another's, or none answers there."""
    to = target(name)
    try:
        context = kubectl.call("config", "current-context").strip()
    except LocalError as error:
        raise LocalError(f"{error}: {to.start}") from error
    if _owner(context) != name:
        wanted = f"{to.context}…" if to.context else f"one for {name}"
        raise LocalError(f"kubectl's context is {context}, not {wanted}: {to.start}")
    try:
        served = kubectl.call("api-versions", timeout=PROBE_SECONDS)
    except LocalError as error:
        raise LocalError(f"no cluster answers at context {context}: {to.start}") from error
    return set(served.split())


def _owner(context: str) -> str:
    """The target that is told by how a context's name begins; of the rest the one without."""
    fitting = (name for name, to in TARGETS.items() if context.startswith(to.context))
    return max(fitting, key=lambda name: len(TARGETS[name].context))


def missing(name: str, namespace: str) -> list[str]:
    """One line each, with what to do about it; empty when the roll-out may begin."""
    to = target(name)
    found = list(_tools((KUBECTL, HELM, SKAFFOLD, *to.tools)))
    found += [f"{each} is not set: {why}" for each, why in to.variables if not os.environ.get(each)]
    if shutil.which("kubectl") is None:
        return found
    documents = overlay.render(name)
    found += _unfilled(name, documents)
    try:
        served = reachable(name)
    except LocalError as error:
        return [*found, str(error)]
    found += _versions()
    found += _runtimes(to)
    found += _kinds(documents, served)
    if not to.makes_secrets:
        found += _secrets(name, documents, namespace)
    return found


def _tools(tools: tuple[Tool, ...]) -> Iterator[str]:
    for tool in tools:
        wanted = ".".join(map(str, tool.oldest))
        try:
            said = programs.run(tool.name, *tool.asked, timeout=PROBE_SECONDS)
        except Missing:
            yield f"{tool.name} is not installed ({wanted} or newer): {tool.where}"
            continue
        except LocalError as error:
            yield f"{error}; {tool.name} must be {wanted} or newer: {tool.where}"
            continue
        version = _version(said)
        if version < tool.oldest:
            told = ".".join(map(str, version)) if any(version) else "of no known version"
            yield f"{tool.name} is {told}; it must be {wanted} or newer: {tool.where}"


def _version(text: str) -> Version:
    """The first one that a text names; (0, 0) when it names none."""
    named = re.search(r"(\d+)\.(\d+)", text)
    return (int(named[1]), int(named[2])) if named else (0, 0)


def _unfilled(name: str, documents: list[dict[str, Any]]) -> list[str]:
    if "example.com" not in json.dumps(documents):
        return []
    return [f"overlay {name} still names example.com: put your own addresses into it"]


def _versions() -> Iterator[str]:
    server = json.loads(kubectl.call("version", "-o", "json"))["serverVersion"]
    if _version(server["gitVersion"]) < OLDEST_KUBERNETES:
        yield f"the cluster is Kubernetes {server['gitVersion']}; 1.33 or newer: {KUBERNETES}"
    for operator in kubectl.objects("deployment", ["dapr-operator"], "dapr-system"):
        version = operator["metadata"]["labels"].get("app.kubernetes.io/version", "")
        if _version(version) < OLDEST_DAPR:
            told = version or "of no known version"
            yield f"Dapr in the cluster is {told}; 1.16 or newer: helm upgrade"


def _runtimes(to: Target) -> Iterator[str]:
    if not to.runtime:
        return
    for node in json.loads(kubectl.call("get", "nodes", "-o", "json"))["items"]:
        runs = node["status"]["nodeInfo"]["containerRuntimeVersion"]
        if not runs.startswith(f"{to.runtime}://"):
            yield f"{node['metadata']['name']} runs {runs}, not {to.runtime}: {to.start}"


def _kinds(documents: list[dict[str, Any]], served: set[str]) -> Iterator[str]:
    """Dapr's own come with the roll-out."""
    for version in sorted({each["apiVersion"] for each in documents} - served):
        group = version.partition("/")[0]
        if group != "dapr.io":
            yield f"the cluster does not know {version}: install {OPERATORS.get(group, group)}"


def _secrets(name: str, documents: list[dict[str, Any]], namespace: str) -> Iterator[str]:
    wanted = overlay.needed(documents)
    held = kubectl.objects("secrets", sorted(wanted), namespace) if wanted else []
    for secret in sorted(wanted - {each["metadata"]["name"] for each in held}):
        yield f"Secret {secret} is missing: todoku-cluster secrets {name} --apply"
