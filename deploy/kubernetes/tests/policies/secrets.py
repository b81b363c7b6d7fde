"""A secret a purpose: each pod reads its own, by reference, and what it reads is used."""

import re
from collections.abc import Iterator

from manifests.resources import Document, Pod, dapr_components, of_kind, pods
from todoku_local.services import AUTH_SCHEMA, BY_ID, FRONTEND, STORES

SCHEMAS = {store.app_id: str(store.schema) for store in STORES} | {FRONTEND: AUTH_SCHEMA}
BROKER_APPS = ("task", "recurring-task", "notification")
AUTHORITIES = {"broker-ca", "todoku-kafka-cluster-ca-cert"}
SECRET = re.compile(r"(TOKEN|SECRET|PASSWORD|DSN|_KEY|DATABASE_URL)$")


def findings(documents: list[Document]) -> list[str]:
    found = [
        f"Secret {d['metadata']['name']} is in the manifests" for d in of_kind(documents, "Secret")
    ]
    kafka = any(d["spec"]["type"] == "pubsub.kafka" for d in dapr_components(documents))
    for pod in pods(documents):
        texts = [*_tokens(pod), *_own(pod, kafka=kafka), *_plain(pod)]
        if pod.has_sidecar:
            texts += _variables(pod, documents)
        found += [f"{pod.title}: {text}" for text in texts]
    return found


def _tokens(pod: Pod) -> Iterator[str]:
    if pod.component != "service":
        return
    if not pod.has_sidecar:
        yield "has no sidecar"
    for kind in ("api", "app"):
        secret = ("dapr" if kind == "api" else "app") + f"-api-token-{pod.app}"
        if pod.dapr(f"{kind}-token-secret") != secret:
            yield f"its sidecar's {kind} token is not {secret}"
    if pod.app in BY_ID:
        for variable, secret in (("DAPR_API_TOKEN", "dapr"), ("APP_API_TOKEN", "app")):
            wanted = f"{secret}-api-token-{pod.app}:token"
            if pod.app_secrets.get(variable) != wanted:
                yield f"{variable} is not {wanted}"


def _own(pod: Pod, *, kafka: bool) -> Iterator[str]:
    """The table of the plan, line by line."""
    expected = _expected(pod)
    authority = pod.secrets & AUTHORITIES
    if bool(authority) != (kafka and pod.component == "service" and pod.app in BROKER_APPS):
        yield f"reads {authority or 'no'} authority of a broker"
    read = pod.secrets - authority
    yield from (f"reads {name}, which is not its own" for name in sorted(read - expected))
    yield from (f"does not read {name}" for name in sorted(expected - read))


def _expected(pod: Pod) -> set[str]:
    app = pod.app
    match pod.component:
        case "migrations":
            return {f"database-{app}-owner"} | ({"better-auth"} if app == FRONTEND else set())
        case "broker":
            return {"valkey-users"}
        case "database":
            return {"postgres-admin"}
    found = {f"dapr-api-token-{app}", f"app-api-token-{app}"}
    found |= {f"broker-{app}"} if app in BROKER_APPS else set()
    found |= {f"database-{app}"} if app in SCHEMAS else set()
    found |= {"operator-token"} if app in BY_ID else set()
    others = {"mcp-tool": "mcp-signing-key", FRONTEND: "better-auth", "chat-agent": "model"}
    return found | ({others[app]} if app in others else set())


def _plain(pod: Pod) -> Iterator[str]:
    for container in pod.containers:
        if container.get("envFrom"):
            yield "takes variables wholesale"
        for variable in container.get("env", []):
            if SECRET.search(variable["name"]) and "value" in variable:
                yield f"{variable['name']} stands in the manifest"
    for variable in pod.dapr("env").split(","):
        if SECRET.search(variable.partition("=")[0]):
            yield f"{variable.partition('=')[0]} of its sidecar stands in the manifest"


def _variables(pod: Pod, documents: list[Document]) -> Iterator[str]:
    """A sidecar's components find in its environment what they refer to, and use all of it."""
    given = {
        entry.partition("=")[0].strip()
        for name in ("env-from-secret", "env")
        for entry in filter(None, pod.dapr(name).split(","))
    }
    used = {
        item["secretKeyRef"]["key"]
        for component in dapr_components(documents)
        if pod.app in component.get("scopes", [])
        for item in component["spec"]["metadata"]
        if "secretKeyRef" in item
    }
    yield from (f"its sidecar lacks {name}" for name in sorted(used - given))
    yield from (f"its sidecar has no use for {name}" for name in sorted(given - used))
