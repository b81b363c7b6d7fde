"""What an app may call on its own sidecar: what its code calls there, and nothing else."""

from collections.abc import Iterator

from manifests.resources import Document, named, pods
from todoku_local.services import BY_ID

from policies.code import endpoints, sidecar_calls

# As Dapr groups them (`pkg/api/grpc/endpoints.go`, `pkg/api/http`), the same in 1.16 and 1.18.
GROUPS = {
    "InvokeBinding": "bindings v1 grpc",
    "PublishEvent": "publish v1 grpc",
    "BulkPublishEventAlpha1": "publish v1alpha1 grpc",
    "ScheduleJobAlpha1": "jobs v1alpha1 grpc",
    "DeleteJobAlpha1": "jobs v1alpha1 grpc",
    "metadata": "metadata v1 http",
    "invoke": "invoke v1 http",
}
FREE = "healthz"
"""Answered whatever is allowed."""
PROTOCOLS = ("http", "grpc")


def findings(documents: list[Document]) -> list[str]:
    found = []
    for pod in pods(documents, "service"):
        spec = named(documents, "Configuration", pod.dapr("config"))["spec"]
        rules = spec.get("api", {}).get("allowed", [])
        allowed = {f"{rule['name']} {rule['version']} {rule['protocol']}" for rule in rules}
        found += [f"{pod.title}: {text}" for text in _judge(allowed, _needed(pod.app))]
    return found


def _judge(allowed: set[str], needed: set[str]) -> Iterator[str]:
    for protocol in PROTOCOLS:
        if not any(api.endswith(protocol) for api in allowed):
            yield f"all of {protocol} is open, for nothing of it is named"
    yield from (f"may call {api} and never does" for api in sorted(allowed - needed))
    yield from (f"calls {api}, which is refused" for api in sorted(needed - allowed))


def _needed(app: str) -> set[str]:
    asked = {endpoints()[call] for call in sidecar_calls(app)} if app in BY_ID else set()
    needed = {GROUPS[each] for each in asked - {FREE}}
    # Dapr takes no rule of a protocol for leave to call all of it.
    lacking = (p for p in PROTOCOLS if not any(api.endswith(p) for api in needed))
    return needed | {f"metadata v1 {protocol}" for protocol in lacking}
