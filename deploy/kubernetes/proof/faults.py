"""What an operator gets wrong: the new pod says it, the old ones go on serving."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import cluster
from todoku_cluster import kubectl

APP = "recurring-task"
WITHIN = 90.0
WRONG = "wrong-operator-token"


class Faults:
    def steps(self) -> dict[str, Callable[[], str]]:
        return {
            "a wrong secret is said in one line, exit 78": self.secret,
            "a missing component is said, and mended": self.component,
        }

    def secret(self) -> str:
        data = {"token": "c2hvcnQ="}
        metadata = {"name": WRONG, "namespace": cluster.NAMESPACE}
        kubectl.apply([{"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": data}])
        token = {"secretKeyRef": {"name": WRONG, "key": "token"}}
        container = {"name": "app", "env": [{"name": "OPERATOR_TOKEN", "valueFrom": token}]}
        try:
            with changed({"containers": [container]}) as name:
                cluster.until(lambda: ended(name) == 78, WITHIN, f"{name} ends with 78")
                said = cluster.call("logs", name, "-c", "app", "--previous").strip()
        finally:
            cluster.call("delete", "secret", WRONG)
        assert "OPERATOR_TOKEN" in said, said
        assert len(said.splitlines()) == 1, said
        return said

    def component(self) -> str:
        scopes = cluster.get("components.dapr.io", "pubsub")["scopes"]
        scope([each for each in scopes if each != APP])
        try:
            with changed({}) as name:
                return says(name, "no component pubsub")
        finally:
            scope(scopes)


def scope(apps: list[str]) -> None:
    patch = json.dumps({"scopes": apps})
    cluster.call("patch", "components.dapr.io", "pubsub", "--type=merge", "-p", patch)


@contextmanager
def changed(spec: dict[str, object]) -> Iterator[str]:
    """The name of the pod that a change of the Deployment starts; afterwards as before."""
    before = {pod["metadata"]["name"] for pod in cluster.pods(APP)}
    stamp = {
        "metadata": {"annotations": {"todoku.dev/proof": str(len(before)) + str(sorted(before))}}
    }
    patch = json.dumps({"spec": {"template": stamp | {"spec": spec}}})
    cluster.call("patch", "deployment", APP, "-p", patch)
    try:
        cluster.until(lambda: fresh(before), WITHIN, f"a new pod of {APP}")
        (name,) = fresh(before)
        cluster.until(lambda: cluster.phase(name) != "Pending", WITHIN, f"{name} runs")
        yield name
        assert ready(before), "the old pods no longer serve"
    finally:
        cluster.call("rollout", "undo", f"deployment/{APP}")
        cluster.rolled_out(APP)


def fresh(before: set[str]) -> list[str]:
    names = [pod["metadata"]["name"] for pod in cluster.pods(APP)]
    return [name for name in names if name not in before]


def ready(names: set[str]) -> bool:
    found = {pod["metadata"]["name"]: pod["status"]["conditions"] for pod in cluster.pods(APP)}
    return all(
        any(each["type"] == "Ready" and each["status"] == "True" for each in found.get(name, []))
        for name in names
    )


def ended(name: str) -> int | None:
    for each in cluster.get("pod", name)["status"].get("containerStatuses", []):
        if each["name"] == "app" and (last := each["lastState"].get("terminated")):
            code: int = last["exitCode"]
            return code
    return None


def says(name: str, what: str) -> str:
    """The line of its log; meanwhile it is not ready."""
    lines: list[str] = []

    def said() -> bool:
        printed = cluster.call("logs", name, "-c", "app")
        lines[:] = [line for line in printed.splitlines() if what in line]
        return bool(lines)

    cluster.until(said, WITHIN, f"{name} says {what!r}")
    assert not ready({name}), f"{name} is Ready"
    return lines[-1]
