"""What the proof asks of a cluster, by kubectl."""

import json
from collections.abc import Callable
from typing import Any

from todoku_cluster import kubectl
from todoku_cluster.waiting import eventually

NAMESPACE = "todoku"
APPS = ("task", "recurring-task", "notification", "mcp-tool", "chat-agent", "frontend")
READY_SECONDS = 300
POLL_SECONDS = 0.5
"""A call of kubectl costs the node that is being measured."""
RESTRICTED = {
    "automountServiceAccountToken": False,
    "enableServiceLinks": False,
    "restartPolicy": "Never",
    "securityContext": {
        "runAsNonRoot": True,
        "runAsUser": 65532,
        "runAsGroup": 65532,
        "seccompProfile": {"type": "RuntimeDefault"},
    },
}
CONTAINED = {
    "allowPrivilegeEscalation": False,
    "readOnlyRootFilesystem": True,
    "capabilities": {"drop": ["ALL"]},
}


def call(*arguments: str, timeout: float = 120) -> str:
    return kubectl.call("-n", NAMESPACE, *arguments, timeout=timeout)


def get(*arguments: str) -> Any:
    return json.loads(call("get", *arguments, "-o", "json"))


def rolled_out(*apps: str) -> None:
    for app in apps or APPS:
        limit = f"--timeout={READY_SECONDS}s"
        call("rollout", "status", f"deployment/{app}", limit, timeout=READY_SECONDS + 10)


def pods(app: str) -> list[dict[str, Any]]:
    """Those that serve, none that is ending."""
    own = f"app.kubernetes.io/name={app},app.kubernetes.io/component=service"
    return [
        pod for pod in get("pods", "-l", own)["items"] if "deletionTimestamp" not in pod["metadata"]
    ]


def containers(pod: dict[str, Any]) -> set[str]:
    spec = pod["spec"]
    return {each["name"] for each in (*spec.get("initContainers", []), *spec["containers"])}


def pod(name: str, image: str, *arguments: str, **annotations: str) -> dict[str, Any]:
    """A pod that Pod Security `restricted` takes, allowed to call the front end."""
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": name,
            "namespace": NAMESPACE,
            "labels": {
                "app.kubernetes.io/name": name,
                "app.kubernetes.io/component": "smoke",
                "app.kubernetes.io/part-of": "todoku",
            },
            "annotations": annotations,
        },
        "spec": RESTRICTED
        | {
            "containers": [
                {
                    "name": "app",
                    "image": image,
                    "args": list(arguments),
                    "securityContext": CONTAINED,
                }
            ],
        },
    }


def start(made: dict[str, Any]) -> str:
    """Put in place of a pod of that name."""
    name: str = made["metadata"]["name"]
    call("delete", "pod", name, "--ignore-not-found", "--grace-period=1")
    kubectl.apply([made])
    until(lambda: phase(name) != "Pending", READY_SECONDS, f"{name} runs")
    return name


def outcome(name: str, seconds: float) -> str:
    """What the pod printed when it was through. Raises AssertionError where it failed."""
    until(lambda: phase(name) in {"Succeeded", "Failed"}, seconds, f"{name} is through")
    printed, ended = call("logs", name, "-c", "app"), phase(name)
    call("delete", "pod", name, "--grace-period=1", "--wait=false")
    assert ended == "Succeeded", f"{name} failed: {printed.strip()[-2000:]}"
    return printed


def phase(name: str) -> str:
    found: str = get("pod", name)["status"]["phase"]
    return found


def until(holds: Callable[[], object], seconds: float, what: str) -> None:
    eventually(holds, seconds, what, every=POLL_SECONDS)
