"""A laptop and a cluster run the same apps on components of the same names."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from manifests.resources import Document, dapr_components, metadata, of_kind, pods
from manifests.schemas import load
from todoku_local.places import REPOSITORY
from todoku_local.services import BY_ID

LOCAL = REPOSITORY / "dapr-components/local"
PLACES = {
    # Where the broker is and how one gets in: what a laptop and a cluster differ in.
    *("brokers", "authType", "saslMechanism", "disableTls", "caCert", "skipVerify"),
    *("redisHost", "enableTLS"),
    # How much of the database each may take, and how long a stream keeps what was handled.
    *("task-db.maxConns", "recurring-task-db.maxConns", "notification-db.maxConns"),
    *("chat-agent-db.maxConns", "pubsub.streamTTL"),
}
LOOPBACK_ONLY = {"HOST", "PORT", "HOSTNAME", "TZ"}


def local_documents(broker: str) -> list[Document]:
    paths = [*sorted((LOCAL / "common").glob("*.yaml")), LOCAL / broker / "pubsub.yaml"]
    return [document for path in paths for document in load(path)]


def findings(local: list[Document], cluster: list[Document]) -> list[str]:
    found = []
    for title, kind in (("components", dapr_components), ("subscriptions", _subscriptions)):
        ours = {d["metadata"]["name"]: _essence(d) for d in kind(local)}
        theirs = {d["metadata"]["name"]: _essence(d) for d in kind(cluster)}
        found += [f"{title}: {name} is only on laptops" for name in sorted(ours.keys() - theirs)]
        found += [f"{title}: {name} is only on clusters" for name in sorted(theirs.keys() - ours)]
        for name in sorted(ours.keys() & theirs):
            found += _differences(f"{title}: {name}", ours[name], theirs[name])
    (here,), (there,) = of_kind(local, "Resiliency"), of_kind(cluster, "Resiliency")
    return [*found, *_differences("resiliency", here["spec"], there["spec"])]


def app_findings(run_file: Document, cluster: list[Document]) -> list[str]:
    """`dapr.yaml` starts the apps of the cluster, with the variables they have there."""
    apps = {app["appID"]: app for app in run_file["apps"]}
    deployed = {pod.dapr("app-id"): pod for pod in pods(cluster, "service")}
    found = [f"{app} is only on laptops" for app in sorted(apps.keys() - deployed)]
    found += [f"{app} is only on clusters" for app in sorted(deployed.keys() - apps)]
    for name in sorted(apps.keys() & deployed):
        common = run_file["common"]["env"] if name in BY_ID else {}
        wanted = {*apps[name]["env"], *common} - LOOPBACK_ONLY
        given = {v["name"] for c in deployed[name].containers for v in c.get("env", [])}
        found += [f"{name} lacks {variable} on clusters" for variable in sorted(wanted - given)]
    return found


def run_file(path: Path = REPOSITORY / "dapr.yaml") -> Document:
    (document,) = load(path)
    return document


def _subscriptions(documents: list[Document]) -> list[Document]:
    return of_kind(documents, "Subscription")


def _essence(document: Document) -> dict[str, Any]:
    """Without what depends on the place; orders that mean nothing are gone."""
    spec, kept = dict(document["spec"]), {}
    if spec.pop("metadata", None):
        name = document["metadata"]["name"]
        kept = {k: v for k, v in _settings(document) if not PLACES & {k, f"{name}.{k}"}}
    return spec | kept | {"scopes": sorted(document.get("scopes", []))}


def _settings(component: Document) -> Iterator[tuple[str, str]]:
    yield from metadata(component).items()
    for item in component["spec"]["metadata"]:
        if "secretKeyRef" in item:
            yield item["name"], f"secret {item['secretKeyRef']['key']}"


def _differences(title: str, ours: dict[str, Any], theirs: dict[str, Any]) -> list[str]:
    return [
        f"{title}: {key} is {ours.get(key)!r} on laptops, {theirs.get(key)!r} on clusters"
        for key in sorted(ours.keys() | theirs.keys())
        if ours.get(key) != theirs.get(key)
    ]
