"""People work while pods go: no request fails, nothing is lost and nothing there twice."""

import json
import time
from collections.abc import Callable

import cluster

PEOPLE = 4
SETTLE_SECONDS = 300
PAST_SECONDS = 900
TMP = "/tmp"  # noqa: S108 - of a pod that has it to itself


class Load:
    def __init__(self, smoke: str, seconds: float) -> None:
        self._smoke, self._seconds = smoke, seconds

    def steps(self) -> dict[str, Callable[[], str]]:
        return {
            f"load: a pod of {app} deleted": lambda app=app: self.during(lambda: delete(app))
            for app in cluster.APPS
        } | {
            "load: every app restarted": lambda: self.during(restart),
            "load: all apps restarted at once": lambda: self.during(restart_all),
        }

    def during(self, fault: Callable[[], None]) -> str:
        """The fault falls into the middle; what follows must go as well as what came before."""
        stop = f"{TMP}/stop"
        arguments = ["http://frontend", "--until", stop, "--people", str(PEOPLE)]
        made = cluster.pod("load", self._smoke, "-m", "todoku_cluster.load", *arguments)
        made["spec"]["volumes"] = [{"name": "tmp", "emptyDir": {"sizeLimit": "1Mi"}}]
        made["spec"]["containers"][0]["volumeMounts"] = [{"name": "tmp", "mountPath": TMP}]
        name = cluster.start(made)
        cluster.until(
            lambda: "working" in cluster.call("logs", name, "--tail=1"), 120, "people work"
        )
        time.sleep(self._seconds)
        fault()
        time.sleep(self._seconds)
        cluster.call("exec", name, "--", "python", "-c", f"open({stop!r}, 'w')")
        found = json.loads(cluster.outcome(name, PAST_SECONDS).splitlines()[-1])
        return ", ".join(f"{key} {value}" for key, value in found.items() if value != [])


def delete(app: str) -> None:
    gone = cluster.pods(app)[0]["metadata"]["name"]
    cluster.call("delete", "pod", gone, "--wait=true", timeout=120)
    cluster.rolled_out(app)


def restart() -> None:
    """One app after the other, as a roll-out of a change of each."""
    for app in cluster.APPS:
        cluster.call("rollout", "restart", f"deployment/{app}")
        cluster.rolled_out(app)


def restart_all() -> None:
    cluster.call("rollout", "restart", *(f"deployment/{app}" for app in cluster.APPS))
    cluster.rolled_out()
