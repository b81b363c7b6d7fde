"""Up and down: skaffold builds and deploys; what it cannot know is done around it."""

import json
import os
import subprocess
from typing import Any

from todoku_local.errors import LocalError
from todoku_local.places import REPOSITORY

from todoku_cluster import kubectl, overlay
from todoku_cluster.secrets import APPS

DOWN_SECONDS = 600
KEPT = {
    *("Namespace", "PersistentVolumeClaim", "Secret", "ExternalSecret", "SealedSecret"),
    *("Kafka", "KafkaNodePool", "KafkaTopic", "KafkaUser"),
}
"""Data, and what opens it."""


def up(name: str, namespace: str, registry: str = "", tag: str = "") -> str:
    """Build and deploy, or deploy what stands in a registry under a tag; the page's address.

    Raises LocalError."""
    command = ["skaffold", "run", "--profile", name]
    environment = dict(os.environ)
    if tag:
        built = [f"todoku/{app}={registry}/{app}:{tag}" for app in APPS]
        command = ["skaffold", "deploy", "--profile", name, f"--images={','.join(built)}"]
        # skaffold would put the registry before names that have it already.
        environment.pop("SKAFFOLD_DEFAULT_REPO", None)
    if code := subprocess.run(command, cwd=REPOSITORY, env=environment).returncode:
        raise LocalError(f"`skaffold {command[1]} --profile {name}` ended with {code}, see above")
    return address(name, namespace)


def address(name: str, namespace: str) -> str:
    """Where the page is, and how to get there where nothing leads in."""
    maps = (each for each in overlay.render(name) if each["kind"] == "ConfigMap")
    url = next(each["data"]["url"] for each in maps if "url" in each.get("data", {}))
    if "//localhost" not in url:
        return str(url)
    port = url.rpartition(":")[2]
    return f"{url}, by: kubectl port-forward -n {namespace} service/frontend {port}:80"


def down(name: str, namespace: str, *, data: bool = False) -> None:
    """Remove what was deployed. Volumes, Secrets and the broker's topics stay, unless asked;
    Dapr stays, for it may serve others."""
    documents = overlay.render(name)
    removed = documents if data else [each for each in documents if each["kind"] not in KEPT]
    flags = ("--ignore-not-found", "--wait", f"--timeout={DOWN_SECONDS}s")
    kubectl.call("delete", *flags, "-f", "-", given=_listed(removed), timeout=DOWN_SECONDS + 30)


def _listed(documents: list[dict[str, Any]]) -> str:
    return json.dumps({"apiVersion": "v1", "kind": "List", "items": documents})
