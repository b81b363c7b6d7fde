"""Who may call what through sidecars: exactly what the code calls."""

import re

from manifests.resources import Document, named, pods
from todoku_local.services import BY_ID

from policies.code import invoked, routes, tool_calls
from policies.operations import allows

PARAMETER = re.compile(r"{[^}]+}")
NEVER = ("/events", "/job", "/ops", "/dapr")
"""For the sidecar itself and for operators: no app may reach them through another's sidecar."""


def findings(documents: list[Document]) -> list[str]:
    found = []
    for pod in pods(documents, "service"):
        control = named(documents, "Configuration", pod.dapr("config"))["spec"].get("accessControl")
        if not control or control.get("defaultAction") != "deny":
            found.append(f"{pod.title}: invocation is not denied by default")
            continue
        policies = {policy["appId"]: policy for policy in control.get("policies", [])}
        wanted = {app_id for app_id in BY_ID if pod.app in invoked(app_id)}
        found += [
            f"{pod.title}: {app_id} never calls it" for app_id in sorted(policies.keys() - wanted)
        ]
        for app_id in sorted(wanted):
            found += _judge(pod.app, app_id, policies.get(app_id, {}))
    return found


def _judge(app_id: str, caller: str, policy: Document) -> list[str]:
    """Each route of the app is allowed exactly when the caller uses it."""
    title, operations = f"{caller} → {app_id}", policy.get("operations", [])
    found = []
    if policy.get("defaultAction") != "deny":
        found.append(f"{title}: not denied by default")
    called = tool_calls()
    others = {(method, _example(path)) for method, path in routes(app_id)} - called
    for method, path in sorted(called):
        if not allows(operations, method, path):
            found.append(f"{title}: {method} {path} is refused")
    for method, path in sorted(others):
        if allows(operations, method, path):
            found.append(f"{title}: {method} {path} is allowed and never called")
    found += [
        f"{title}: {path} is allowed"
        for path in NEVER
        if any(allows(operations, method, f"{path}/12") for method in ("GET", "POST", "DELETE"))
    ]
    return found


def _example(path: str) -> str:
    """As a call through a sidecar has it: `me` stands for the token's user."""
    return PARAMETER.sub("12", path.replace("{user_id}", "me"))
