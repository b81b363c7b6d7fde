"""Up and down: skaffold builds and deploys; what it cannot know is done around it."""

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import yaml
from todoku_local.errors import LocalError
from todoku_local.places import REPOSITORY, State

from todoku_cluster import kubectl, overlay
from todoku_cluster.images import RECIPES

DOWN_SECONDS = 600
DIGEST = re.compile("sha256:[0-9a-f]{64}")
SAME = ("--label", "skaffold.dev/run-id=todoku", "--iterative-status-check=false")
"""In place of a new label at each run, which would restart every pod, the database's included.
What bears it already must be waited for once all is deployed, not before."""
WAY_IN = REPOSITORY / "deploy/kubernetes/smoke/network-policy.yaml"
"""The smoke test's, which skaffold deploys beside the overlay."""
KEPT = {
    *("Namespace", "PersistentVolumeClaim", "Secret", "ExternalSecret", "SealedSecret"),
    *("Kafka", "KafkaNodePool", "KafkaTopic", "KafkaUser"),
}
"""Data, and what opens it."""


def up(name: str, namespace: str, tag: str = "", digests: str = "") -> str:
    """Build, or take what is built under a tag; deploy; try the main job; the page's address.

    Raises LocalError."""
    if digests and not tag:
        raise LocalError("--digests are those of images built before: say their --tag, too")
    built = deploy(name, tag, digests)
    skaffold("verify", "--profile", name, "--build-artifacts", str(built))
    return address(name, namespace)


def deploy(name: str, tag: str = "", digests: str = "") -> Path:
    """And wait until all is ready; the file that says what was built. Raises LocalError."""
    images = State.default().root / "images"
    images.mkdir(parents=True, exist_ok=True)
    built = images / "build.json"
    if tag:
        built.write_text(json.dumps({"builds": _builds(tag, digests)}))
    else:
        skaffold("build", "--profile", name, "--file-output", str(built))
    skaffold("deploy", "--profile", name, "--build-artifacts", str(built), *SAME)
    return built


def _builds(tag: str, digests: str) -> list[dict[str, str]]:
    """All of skaffold.yaml: it refuses to deploy while one has no tag."""
    registry = os.environ.get("SKAFFOLD_DEFAULT_REPO") or "todoku"
    ends = _digests(digests) if digests else dict.fromkeys(RECIPES, "")
    return [
        {"imageName": f"todoku/{image}", "tag": f"{registry}/{image}:{tag}{ends[image]}"}
        for image in RECIPES
    ]


def _digests(text: str) -> dict[str, str]:
    try:
        given = dict(json.loads(text))
    except (TypeError, ValueError) as error:
        raise LocalError(f"--digests must be a JSON object: {error}") from error
    if lacking := [each for each in RECIPES if not DIGEST.fullmatch(str(given.get(each)))]:
        raise LocalError(f"--digests must have a sha256:… of {', '.join(lacking)}")
    return {image: f"@{given[image]}" for image in RECIPES}


def watch(name: str) -> None:
    """Deploy, and again whatever changes, until Ctrl-C; what runs then goes on running.

    Raises LocalError."""
    deploy(name)
    apart = ("--module", "todoku", "--port-forward=user", "--cleanup=false")
    skaffold("dev", "--profile", name, *apart, *SAME)


def skaffold(command: str, *arguments: str) -> None:
    """Raises LocalError."""
    if code := subprocess.run(["skaffold", command, *arguments], cwd=REPOSITORY).returncode:
        raise LocalError(f"`skaffold {command}` ended with {code}, see above")


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
    documents = [*overlay.render(name), *yaml.safe_load_all(WAY_IN.read_text())]
    removed = documents if data else [each for each in documents if each["kind"] not in KEPT]
    flags = ("--ignore-not-found", "--wait", f"--timeout={DOWN_SECONDS}s")
    kubectl.call("delete", *flags, "-f", "-", given=_listed(removed), timeout=DOWN_SECONDS + 30)


def _listed(documents: list[dict[str, Any]]) -> str:
    return json.dumps({"apiVersion": "v1", "kind": "List", "items": documents})
