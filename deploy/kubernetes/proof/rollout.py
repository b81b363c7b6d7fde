"""From nothing to every pod ready, and the main job through the front end."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import cluster
from todoku_cluster import kubectl
from todoku_cluster.rollout import WAY_IN
from todoku_local.errors import LocalError

MIGRATIONS = "app.kubernetes.io/component=migrations"
WAIT_SECONDS = 300
SMOKE_SECONDS = 300


class Rollout:
    def __init__(self, overlay: Path, smoke: str, given: Mapping[str, str]) -> None:
        """`given` are variables for `todoku-cluster secrets`."""
        self._overlay, self._smoke, self._given = overlay, smoke, given

    def steps(self) -> dict[str, Callable[[], str]]:
        return {
            "secrets are made": self.secrets,
            "the overlay is applied": self.apply,
            "every migration Job is done": self.migrated,
            "every pod is Ready with its sidecar": self.ready,
            "Pod Security is restricted and refuses (control)": self.restricted,
            "smoke: the main job through the front end": self.smoke,
        }

    def secrets(self) -> str:
        command = ["-m", "todoku_cluster", "secrets", str(self._overlay), "--apply"]
        done = subprocess.run(
            [sys.executable, *command],
            env=os.environ | self._given,
            capture_output=True, text=True, timeout=WAIT_SECONDS,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stderr.splitlines()[-1]

    def apply(self) -> str:
        # A Job cannot be changed, only made anew.
        cluster.call("delete", "jobs", "-l", MIGRATIONS, "--ignore-not-found")
        said = kubectl.call(
            "apply", "--server-side", "--force-conflicts", "-k", str(self._overlay),
            timeout=WAIT_SECONDS,
        )  # fmt: skip
        kubectl.call("apply", "--server-side", "-f", str(WAY_IN))
        return f"{len(said.splitlines())} objects"

    def migrated(self) -> str:
        waiting = ["--for=condition=complete", f"--timeout={WAIT_SECONDS}s"]
        cluster.call("wait", "jobs", "-l", MIGRATIONS, *waiting, timeout=WAIT_SECONDS + 10)
        return ", ".join(job["metadata"]["name"] for job in cluster.get("jobs")["items"])

    def ready(self) -> str:
        cluster.rolled_out()
        cluster.until(
            lambda: all(len(cluster.pods(app)) > 1 for app in cluster.APPS), 120, "two pods each"
        )
        cluster.rolled_out()
        found = [pod for app in cluster.APPS for pod in cluster.pods(app)]
        for pod in found:
            name = pod["metadata"]["name"]
            assert cluster.containers(pod) == {"app", "daprd"}, f"{name}: {cluster.containers(pod)}"
            ready = [c["status"] for c in pod["status"]["conditions"] if c["type"] == "Ready"]
            assert ready == ["True"], f"{name} is not Ready"
        return f"{len(found)} pods"

    def restricted(self) -> str:
        labels = cluster.get("namespace", cluster.NAMESPACE)["metadata"]["labels"]
        assert labels["pod-security.kubernetes.io/enforce"] == "restricted", labels
        try:
            cluster.call("run", "bad", f"--image={self._smoke}", "--privileged", "--dry-run=server")
        except LocalError as error:
            assert "violates PodSecurity" in str(error), str(error)
            return "a privileged pod is refused"
        raise AssertionError("a privileged pod was accepted")

    def smoke(self) -> str:
        made = cluster.pod("smoke", self._smoke, "-m", "todoku_cluster.smoke", "http://frontend")
        printed = cluster.outcome(cluster.start(made), SMOKE_SECONDS)
        return "\n" + "\n".join(f"       {line}" for line in printed.splitlines())
