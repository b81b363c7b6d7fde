"""What the pods take, as their nodes' kubelets count it, and how long one needs to be ready."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import cluster
from todoku_cluster import kubectl

MIB = 2**20


class Figures:
    def steps(self) -> dict[str, Callable[[], str]]:
        return {"figures: pods": self.used, "figures: from created to Ready": self.ready}

    def used(self) -> str:
        lines = []
        for app in cluster.APPS:
            for container in ("app", "daprd"):
                found = [
                    each for pod in statistics(app) for each in pod["containers"]
                    if each["name"] == container
                ]  # fmt: skip
                memory = max((each["memory"]["workingSetBytes"] for each in found), default=0)
                cores = max((each["cpu"].get("usageNanoCores", 0) for each in found), default=0)
                lines.append(f"{app:15}{container:7}{memory / MIB:6.0f} MiB {cores / 1e6:6.0f} m")
        return "\n       " + "\n       ".join(lines)

    def ready(self) -> str:
        """A pod deleted while its image is on the node."""
        return ", ".join(f"{app} {replaced(app):.0f} s" for app in cluster.APPS)


def statistics(app: str) -> list[dict[str, Any]]:
    names = {pod["metadata"]["name"] for pod in cluster.pods(app)}
    nodes = {pod["spec"]["nodeName"] for pod in cluster.pods(app)}
    return [
        pod
        for node in nodes
        for pod in json.loads(
            kubectl.call("get", "--raw", f"/api/v1/nodes/{node}/proxy/stats/summary")
        )["pods"]
        if pod["podRef"]["name"] in names
    ]


def replaced(app: str) -> float | None:
    before = {pod["metadata"]["name"] for pod in cluster.pods(app)}
    cluster.call("delete", "pod", min(before), "--wait=false")
    cluster.until(lambda: seconds(app, before) is not None, 120, f"a new pod of {app} is Ready")
    return seconds(app, before)


def seconds(app: str, before: set[str]) -> float | None:
    for pod in cluster.pods(app):
        if pod["metadata"]["name"] not in before:
            for each in pod["status"].get("conditions", []):
                if each["type"] == "Ready" and each["status"] == "True":
                    made = datetime.fromisoformat(pod["metadata"]["creationTimestamp"])
                    since = datetime.fromisoformat(each["lastTransitionTime"]) - made
                    return since.total_seconds()
    return None
