"""How every pod runs: with as few rights as it can, and ending after its sidecar has."""

import re
from collections.abc import Iterator

from manifests.resources import Document, Pod, of_kind, pods

LOWEST_USER = 10_001
OWN_IMAGES = "todoku/"
"""Built here: whoever deploys names them by digest."""
USERS_OF_IMAGES = {"postgres": 999}
"""initdb looks the user up by name, so that it must be the one the image was made with."""
SECONDS = re.compile(r"(\d+)s?")


def findings(documents: list[Document]) -> list[str]:
    found = []
    for pod in pods(documents):
        found += [f"{pod.title}: {text}" for text in (*_pod(pod), *_containers(pod))]
        if pod.component == "service":
            found += [f"{pod.title}: {text}" for text in (*_probes(pod), *_end(pod))]
    for namespace in of_kind(documents, "Namespace"):
        labels = namespace["metadata"].get("labels", {})
        if labels.get("pod-security.kubernetes.io/enforce") != "restricted":
            found.append("Namespace todoku: Pod Security restricted is not enforced")
    return found


def _pod(pod: Pod) -> Iterator[str]:
    context = pod.spec.get("securityContext", {})
    user = context.get("runAsUser", 0)
    if user < LOWEST_USER and user != USERS_OF_IMAGES.get(pod.app):
        yield f"runs as user {user}"
    if not context.get("runAsNonRoot"):
        yield "may run as root"
    if context.get("seccompProfile", {}).get("type") != "RuntimeDefault":
        yield "has no seccomp profile"
    if pod.spec.get("automountServiceAccountToken") is not False:
        yield "gets a service account's token"
    if pod.spec.get("enableServiceLinks") is not False:
        yield "gets a variable for every Service"
    for name in ("hostNetwork", "hostPID", "hostIPC"):
        if pod.spec.get(name):
            yield f"has {name}"
    if pod.has_sidecar and pod.dapr("sidecar-seccomp-profile-type") != "RuntimeDefault":
        yield "its sidecar has no seccomp profile"


def _containers(pod: Pod) -> Iterator[str]:
    for container in pod.containers:
        context = container.get("securityContext", {})
        if context.get("allowPrivilegeEscalation") is not False:
            yield "may escalate privileges"
        if context.get("readOnlyRootFilesystem") is not True:
            yield "writes to its root file system"
        if context.get("capabilities") != {"drop": ["ALL"]}:
            yield "keeps capabilities"
        resources = container.get("resources", {})
        for kind, wanted in (("requests", {"cpu", "memory"}), ("limits", {"memory"})):
            if lacking := wanted - resources.get(kind, {}).keys():
                yield f"has no {kind} of {' and '.join(sorted(lacking))}"
        image, _, tag = container["image"].rpartition("/")[2].partition(":")
        if not container["image"].startswith(OWN_IMAGES) and tag in ("", "latest"):
            yield f"image {image} is not pinned"


def _probes(pod: Pod) -> Iterator[str]:
    (container,) = pod.spec["containers"]
    paths = {
        kind: container.get(f"{kind}Probe", {}).get("httpGet", {}).get("path")
        for kind in ("startup", "liveness", "readiness")
    }
    yield from (f"has no {kind} probe" for kind, path in paths.items() if not path)
    if paths["liveness"] == paths["readiness"]:
        yield f"is judged alive and ready by the same path {paths['liveness']}"


def _end(pod: Pod) -> Iterator[str]:
    """The sidecar outlives the app, the pod both."""
    block, close = (
        _seconds(pod.dapr("block-shutdown-duration")),
        _seconds(pod.dapr("graceful-shutdown-seconds")),
    )
    grace = pod.spec.get("terminationGracePeriodSeconds", 30)
    if not _draining(pod):
        yield "stops listening at once, while others still send to it"
    if block <= _draining(pod):
        yield f"its sidecar goes after {block} s, while the app drains for {_draining(pod)} s"
    if grace <= block + close:
        yield f"is killed after {grace} s, before its sidecar has ended ({block} + {close} s)"


def _draining(pod: Pod) -> int:
    (container,) = pod.spec["containers"]
    values = {v["name"]: v.get("value", "0") for v in container.get("env", [])}
    return int(values.get("DRAIN_SECONDS", 0))


def _seconds(text: str) -> int:
    match = SECONDS.fullmatch(text)
    return int(match[1]) if match else 0
