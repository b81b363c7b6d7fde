"""Who may invoke what: tried by a stranger's sidecar and by mcp-tool's own."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import cluster
from todoku_cluster import kubectl

STRANGER = "stranger"
ALLOWED = "api/me/tasks/00000000-0000-4000-8000-000000000000"
CLOSED = ("events/task-commands", "ops/dead-letters", "job/any", "metrics", "dapr/config")
ASK = """
import json, os, sys, urllib.error, urllib.request
found = {}
for path in sys.argv[1:]:
    asked = urllib.request.Request(
        f"http://127.0.0.1:3500/v1.0/invoke/{path}",
        headers={"dapr-api-token": os.environ.get("DAPR_API_TOKEN", "")},
    )
    try:
        with urllib.request.urlopen(asked, timeout=20) as answer:
            found[path] = [answer.status, ""]
    except urllib.error.HTTPError as error:
        found[path] = [error.code, error.read().decode()[:300]]
print(json.dumps(found))
"""


OPEN: dict[str, Any] = {
    "apiVersion": "networking.k8s.io/v1",
    "kind": "NetworkPolicy",
    "metadata": {"name": "proof-invocation", "namespace": cluster.NAMESPACE},
    "spec": {
        "podSelector": {},
        "policyTypes": ["Ingress", "Egress"],
        "ingress": [{"from": [{"podSelector": {}}], "ports": [{"port": 50002}]}],
        "egress": [{"to": [{"podSelector": {}}], "ports": [{"port": 50002}]}],
    },
}
"""From any sidecar to any other: Dapr's access control is judged without the network's help."""


class Access:
    def __init__(self, smoke: str) -> None:
        self._smoke = smoke

    def steps(self) -> dict[str, Callable[[], str]]:
        return {
            "mcp-tool may call task's list (control)": self.control,
            "mcp-tool may not call what is not named": self.unnamed,
            "mcp-tool may call no other app": self.other_apps,
            "a stranger may call nothing": self.stranger,
        }

    def control(self) -> str:
        status, said = ask("deployment/mcp-tool", f"task/method/{ALLOWED}")[0]
        assert status == 401, f"task itself asks for a token (401); came {status} {said}"
        return f"reached task, which answers {status}"

    def unnamed(self) -> str:
        with opened():
            return refused("deployment/mcp-tool", *(f"task/method/{path}" for path in CLOSED))

    def other_apps(self) -> str:
        others = ("recurring-task", "notification", "chat-agent", "frontend")
        with opened():
            return refused("deployment/mcp-tool", *(f"{app}/method/livez" for app in others))

    def stranger(self) -> str:
        made = cluster.pod(
            STRANGER, self._smoke, "-c", "import time; time.sleep(3600)",
            **{"dapr.io/enabled": "true", "dapr.io/app-id": STRANGER,
               "dapr.io/disable-builtin-k8s-secret-store": "true"},
        )  # fmt: skip
        # The network lets it have a sidecar.
        made["metadata"]["labels"]["app.kubernetes.io/component"] = "service"
        name = cluster.start(made)
        try:
            cluster.call("wait", "pod", name, "--for=condition=Ready", "--timeout=90s")
            with opened():
                return refused(
                    f"pod/{name}", *(f"task/method/{path}" for path in (ALLOWED, *CLOSED)),
                    *(f"{app}/method/livez" for app in cluster.APPS),
                )  # fmt: skip
        finally:
            cluster.call("delete", "pod", name, "--grace-period=1", "--wait=false")


@contextmanager
def opened() -> Iterator[None]:
    kubectl.apply([OPEN])
    try:
        yield
    finally:
        cluster.call("delete", "networkpolicy", OPEN["metadata"]["name"])


def refused(whom: str, *paths: str) -> str:
    """By the access policy of the app that is called, which a bare 403 would not show."""
    for path, (status, said) in zip(paths, ask(whom, *paths), strict=True):
        assert status == 403, f"{path}: expected 403, came {status} {said}"
        assert "access control" in said, f"{path}: {said}"
    return f"{len(paths)} paths, each 403 by access control"


def ask(whom: str, *paths: str) -> list[tuple[int, str]]:
    """Status and text of a GET by the sidecar of that pod, for each path."""
    printed = cluster.call("exec", whom, "-c", "app", "--", "python", "-c", ASK, *paths)
    found: dict[str, tuple[int, str]] = json.loads(printed)
    return [found[path] for path in paths]
