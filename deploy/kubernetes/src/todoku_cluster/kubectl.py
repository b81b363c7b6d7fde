"""kubectl, on whatever cluster the current context names."""

import json
import re
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from todoku_local.errors import LocalError, Missing

CALL_SECONDS = 120
STOP_SECONDS = 5


def call(*arguments: str, given: str | None = None, timeout: float = CALL_SECONDS) -> str:
    """What it prints. `given` goes in by standard input: arguments are seen by every process.

    Raises LocalError with what kubectl said."""
    command = f"kubectl {' '.join(arguments)}"
    try:
        done = subprocess.run(
            ["kubectl", *arguments], input=given, capture_output=True, text=True, timeout=timeout
        )
    except FileNotFoundError as error:
        raise Missing("kubectl is not installed: https://kubernetes.io/docs/tasks/tools") from error
    except subprocess.TimeoutExpired as error:
        raise LocalError(f"`{command}` took longer than {timeout:g} s") from error
    if done.returncode:
        raise LocalError(f"`{command}` failed: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


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
def forwarded(namespace: str, target: str = "service/frontend") -> Iterator[str]:
    """The address on loopback of a Service's port 80 while the block runs."""
    argv = ["kubectl", "port-forward", "-n", namespace, "--address", "127.0.0.1", target, ":80"]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
        try:
            said = child.stdout.readline() if child.stdout else ""
            if (port := re.search(r"127\.0\.0\.1:(\d+)", said)) is None:
                child.wait(STOP_SECONDS)
                why = child.stderr.read().strip() if child.stderr else said
                raise LocalError(f"no way to {target} in namespace {namespace}: {why}")
            yield f"http://127.0.0.1:{port[1]}"
        finally:
            child.terminate()
