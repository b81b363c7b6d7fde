"""Every app is scaled by one thing, and the database bears the most there can be of all."""

import re
from collections.abc import Iterator

import yaml
from manifests.resources import Document, Pod, dapr_components, metadata, of_kind, pods
from todoku_local.places import REPOSITORY
from todoku_local.services import FRONTEND

BUDGET = REPOSITORY / "deploy/kubernetes/database-budget.yaml"
POOL = REPOSITORY / "frontend/src/features/auth/server/database.ts"
SCALERS = {"HorizontalPodAutoscaler": "maxReplicas", "ScaledObject": "maxReplicaCount"}


def scaler_findings(documents: list[Document]) -> list[str]:
    found = []
    for pod in pods(documents, "service"):
        kinds = [scaler["kind"] for scaler in _scalers(documents, pod.app)]
        if len(kinds) != 1:
            found.append(f"{pod.title}: scaled by {' and '.join(sorted(kinds)) or 'nothing'}")
        if "replicas" in pod.workload["spec"]:
            found.append(f"{pod.title}: its number of pods stands in the manifest too")
        budgets = of_kind(documents, "PodDisruptionBudget")
        if pod.app not in {budget["metadata"]["name"] for budget in budgets}:
            found.append(f"{pod.title}: has no PodDisruptionBudget")
    return found


def budget_findings(documents: list[Document]) -> list[str]:
    """What all may open at once, against what Neon's smallest compute takes."""
    budget = read_budget()
    neon = budget["neon"]
    most = neon["maxConnections"][neon["computeUnits"]]
    by_app = dict(_connections(documents, budget["frontendPool"]))
    jobs = len(pods(documents, "migrations")) * budget["migrationConnections"]
    total, limit = sum(by_app.values()) + jobs, most - neon["reserved"]
    share = int(most * neon["poolShareOfMaxConnections"])
    found = [f"{app}: {n} connections of {share}" for app, n in by_app.items() if n > share]
    if total > limit:
        found.append(f"{total} connections of {limit}: {by_app}, migrations {jobs}")
    return found


def read_budget() -> Document:
    budget: Document = yaml.safe_load(BUDGET.read_text())
    return budget


def frontend_pool() -> int:
    """As its code has it."""
    match = re.search(r"\bmax: (\d+),", POOL.read_text())
    if match is None:
        raise AssertionError(f"no size of the pool in {POOL}")
    return int(match[1])


def _connections(documents: list[Document], frontend: int) -> Iterator[tuple[str, int]]:
    pools = {
        component["scopes"][0]: int(metadata(component)["maxConns"])
        for component in dapr_components(documents)
        if component["spec"]["type"] == "bindings.postgresql"
    } | {FRONTEND: frontend}
    for pod in pods(documents, "service"):
        if pod.app in pools:
            yield pod.app, pools[pod.app] * _most_pods(documents, pod)


def _most_pods(documents: list[Document], pod: Pod) -> int:
    """In the middle of a rollout at full scale."""
    surge = pod.workload["spec"]["strategy"]["rollingUpdate"]["maxSurge"]
    (scaler,) = _scalers(documents, pod.app)
    return int(scaler["spec"][SCALERS[scaler["kind"]]]) + int(surge)


def _scalers(documents: list[Document], app: str) -> list[Document]:
    return [
        scaler
        for scaler in of_kind(documents, *SCALERS)
        if scaler["spec"]["scaleTargetRef"]["name"] == app
    ]
