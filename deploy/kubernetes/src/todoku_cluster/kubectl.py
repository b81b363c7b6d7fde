"""kubectl, on whatever cluster the current context names."""

import json
import re
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from todoku_local.errors import LocalError

from todoku_cluster import programs

WHERE = "https://kubernetes.io/docs/tasks/tools"
FRONT_END = "service/frontend"
STOP_SECONDS = 5


def call(*arguments: str, given: str | None = None, timeout: float = programs.CALL_SECONDS) -> str:
    """What it prints, `given` that as its input. Raises LocalError with what kubectl said."""
    return programs.run("kubectl", *arguments, given=given, timeout=timeout, where=WHERE)


def objects(kind: str, names: Iterable[str], namespace: str) -> list[dict[str, Any]]:
    """Those of these names that the cluster has."""
    found = call("get", kind, *names, "-n", namespace, "--ignore-not-found", "-o", "json")
    if not found.strip():
        return []
    document = json.loads(found)
    items: list[dict[str, Any]] = document.get("items", [document])
    return items


def apply(documents: Iterable[Mapping[str, Any]]) -> None:
    """On the server's side: the client's way would copy every value into an annotation."""
    listed = json.dumps({"apiVersion": "v1", "kind": "List", "items": list(documents)})
    call("apply", "--server-side", "--field-manager", "todoku-cluster", "-f", "-", given=listed)


@contextmanager
def forwarded(namespace: str) -> Iterator[str]:
    """The address on loopback of the front end while the block runs."""
    call("get", FRONT_END, "-n", namespace)  # says at once what the next would only wait for
    argv = ["kubectl", "port-forward", "-n", namespace, "--address", "127.0.0.1", FRONT_END, ":80"]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
        try:
            said = child.stdout.readline() if child.stdout else ""
            if (port := re.search(r"127\.0\.0\.1:(\d+)", said)) is None:
                child.wait(STOP_SECONDS)
                why = child.stderr.read().strip() if child.stderr else said
                raise LocalError(f"no way to {FRONT_END} in namespace {namespace}: {why}")
            yield f"http://127.0.0.1:{port[1]}"
        finally:
            child.terminate()
