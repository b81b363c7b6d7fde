"""A message that cannot be handled is kept with its reason, can be read, replayed, discarded."""

import json
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from harness.faults import Faults
from harness.outcome import add_repeating, dead_letters, once_in_effect, settled
from harness.people import Person
from todoku_cluster.waiting import eventually
from todoku_local import Stack

pytestmark = pytest.mark.both_brokers


def operate(stack: Stack, app_id: str, method: str, path: str) -> httpx2.Response:
    headers = {"Authorization": f"Bearer {stack.variables['OPERATOR_TOKEN']}"}
    url = f"{stack.app_url(app_id)}/ops/{path}"
    return httpx2.request(method, url, headers=headers, trust_env=False)


def publish(stack: Stack, app_id: str, topic: str, message: object) -> None:
    """As the app itself would, through its sidecar."""
    url = f"{stack.sidecar_url(app_id)}/v1.0/publish/pubsub/{topic}"
    headers = {
        "dapr-api-token": stack.variables["DAPR_API_TOKEN"],
        "Content-Type": "application/cloudevents+json",
    }
    content = json.dumps(message)
    httpx2.post(url, content=content, headers=headers, trust_env=False).raise_for_status()


def envelope(person: Person, **changed: Any) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": str(uuid4()),
        "type": "dev.todoku.task.completed.v1",
        "source": "/todoku/task",
        "subject": f"users/{person.id}/tasks/{uuid4()}",
        "time": "2026-11-02T10:15:30Z",
        "datacontenttype": "application/json",
        "partitionkey": person.id,
        "sequence": "1",
        "correlationid": "test",
        "actor": "user",
        "data": {},
    } | changed


def listed(stack: Stack, app_id: str, event_id: str) -> dict[str, Any]:
    """The record of one event, as soon as the operator sees it."""

    def find() -> dict[str, Any] | None:
        after = ""
        while True:
            path = f"dead-letters?limit=200{after}"
            page = operate(stack, app_id, "GET", path).raise_for_status().json()
            for item in page["items"]:
                if item["event_id"] == event_id:
                    return dict(item)
            if page["next"] is None:
                return None
            after = f"&after={page['next']}"

    return eventually(find, 40, "in the dead letters") or {}


def test_a_bug_then_its_fix(recurring: Faults, person: Person) -> None:
    """Poison → dead letter with the reason → replayed after the fix, once in effect."""
    stack = person.stack
    made = add_repeating(person, "Sweep")
    settled(stack)
    with recurring.during("bug"):
        person.complete(made["id"])
        eventually(lambda: dead_letters(person) == 1, 40, "given up")
    page = operate(stack, "recurring-task", "GET", "dead-letters?limit=200").json()
    (record,) = [item for item in page["items"] if "a bug, for a test" in item["reason"]]
    shown = operate(stack, "recurring-task", "GET", f"dead-letters/{record['id']}").json()
    assert shown["envelope"]["data"]["task"]["title"] == "Sweep"

    path = f"dead-letters/{record['id']}/replay"
    for _ in range(2):
        answer = operate(stack, "recurring-task", "POST", path)
        assert answer.status_code == 200, answer.text
    once_in_effect(person, made)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"data": {"task": {"id": 1}}}, "invalid data"),
        ({"type": "dev.todoku.task.exploded.v1"}, "unknown type"),
        ({"type": "dev.todoku.settings.changed.v1"}, "unknown type"),
        ({"subject": "nobody"}, "subject names no user"),
        ({"sequence": "first"}, "sequence"),
        ({"time": "yesterday"}, "time"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_malformed_events(person: Person, changed: dict[str, Any], reason: str) -> None:
    stack = person.stack
    message = envelope(person, **changed)
    publish(stack, "task", "task-events", message)
    for app_id in ("recurring-task", "notification"):
        record = listed(stack, app_id, message["id"])
        assert reason in record["reason"]
        replayed = operate(stack, app_id, "POST", f"dead-letters/{record['id']}/replay")
        assert replayed.status_code == 409
        gone = operate(stack, app_id, "DELETE", f"dead-letters/{record['id']}")
        assert gone.status_code == 204


def test_others_go_on_behind_a_poison_message(person: Person) -> None:
    poison = envelope(person, data={"task": None})
    publish(person.stack, "task", "task-events", poison)
    made = add_repeating(person, "Bake")
    person.complete(made["id"])
    listed(person.stack, "recurring-task", poison["id"])
    for app_id in ("recurring-task", "notification"):
        record = listed(person.stack, app_id, poison["id"])
        operate(person.stack, app_id, "DELETE", f"dead-letters/{record['id']}")
    once_in_effect(person, made)
