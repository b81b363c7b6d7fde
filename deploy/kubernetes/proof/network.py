"""What a pod reaches by the network alone, where the cluster's network plugin enforces policies."""

import json
from collections.abc import Callable

import cluster

NAMED = "frontend:80"
OUTSIDE = ("kubernetes.default:443", "dapr-api.dapr-system:443", "dapr-sentry.dapr-system:443")
REACH = """
import json, socket, sys, time
from concurrent.futures import ThreadPoolExecutor

def reach(address):
    host, _, port = address.rpartition(":")
    try:
        with socket.create_connection((host, int(port)), timeout=5):
            return ""
    except OSError as error:
        return str(error)

# A new pod is let in a little after its start.
for _ in range(30):
    if not reach(sys.argv[1]):
        break
    time.sleep(1)
with ThreadPoolExecutor(16) as threads:
    print(json.dumps(dict(zip(sys.argv[1:], threads.map(reach, sys.argv[1:])))))
"""
SECONDS = 120


class Network:
    def __init__(self, smoke: str) -> None:
        self._smoke = smoke

    def steps(self) -> dict[str, Callable[[], str]]:
        return {"a pod reaches only what a network policy names": self.reached}

    def reached(self) -> str:
        """By the smoke test's pod, which may go to the front end: the control."""
        addresses = [NAMED, *sorted({*OUTSIDE, *services(), *sidecars()} - {NAMED})]
        made = cluster.pod("reach", self._smoke, "-c", REACH, *addresses)
        found: dict[str, str] = json.loads(cluster.outcome(cluster.start(made), SECONDS))
        open_ = {address for address, error in found.items() if not error}
        assert NAMED in open_, f"{NAMED}: {found[NAMED]}"
        others = open_ - {NAMED}
        assert not others, f"reached, and no policy names it: {', '.join(sorted(others))}"
        return f"{NAMED} and none of {len(found) - 1} other addresses"


def services() -> set[str]:
    return {
        f"{each['metadata']['name']}:{port['port']}"
        for each in cluster.get("services")["items"]
        for port in each["spec"]["ports"]
    }


def sidecars() -> set[str]:
    """And the apps beside them, each by its pod's address."""
    return {
        f"{pod['status']['podIP']}:{port['containerPort']}"
        for app in cluster.APPS
        for pod in cluster.pods(app)
        for container in (*pod["spec"].get("initContainers", []), *pod["spec"]["containers"])
        for port in container.get("ports", [])
        if not (app == "frontend" and container["name"] == "app")
    }
