"""Routes for the sidecar are closed to everybody else, and nothing listens beyond loopback."""

import json
from pathlib import Path
from uuid import uuid4

import httpx2
import psutil
import pytest
from harness.people import Person
from harness.rows import count, snapshot
from todoku_local import Stack

EXAMPLES = Path(__file__).parents[2] / "contracts/examples"
ROUTES = {
    "task": ["events/task-commands", "events/dead/task-commands"],
    "recurring-task": ["events/task-events", "events/user-events", "events/dead/task-events"],
    "notification": [
        "events/task-events",
        "events/task-updates",
        "events/reminders",
        "events/feed-wakeups",
        "events/dead/task-events",
        f"job/reminder-{uuid4()}-1",
    ],
}
LOOPBACK = {"127.0.0.1", "::1", "::ffff:127.0.0.1"}
"""The last is how a JVM names the first."""
CASES = [(app_id, route) for app_id, routes in ROUTES.items() for route in routes]


def event(person: Person) -> dict[str, object]:
    """A valid message that would have an effect."""
    text = (EXAMPLES / "task.created/repeating-with-reminder.json").read_text()
    message: dict[str, object] = json.loads(text)
    subject = f"users/{person.id}/tasks/{uuid4()}"
    return message | {"id": str(uuid4()), "subject": subject, "partitionkey": person.id}


@pytest.mark.parametrize(("app_id", "route"), CASES)
class TestRoutes:
    def test_without_the_app_token(
        self, stack: Stack, person: Person, app_id: str, route: str
    ) -> None:
        before = snapshot(stack, person.id)
        for headers in ({}, {"dapr-api-token": "guess"}, {"dapr-api-token": ""}):
            url = f"{stack.app_url(app_id)}/{route}"
            answer = httpx2.post(url, json=event(person), headers=headers, trust_env=False)
            assert answer.status_code in {401, 404}
        assert snapshot(stack, person.id) == before

    def test_by_invocation_from_another_app(
        self, stack: Stack, person: Person, app_id: str, route: str
    ) -> None:
        """daprd itself adds the app token here, so the token alone must not be enough."""
        before = snapshot(stack, person.id)
        url = f"{stack.sidecar_url('mcp-tool')}/v1.0/invoke/{app_id}/method/{route}"
        headers = {"dapr-api-token": stack.variables["DAPR_API_TOKEN"]}
        answer = httpx2.post(url, json=event(person), headers=headers, trust_env=False)
        assert answer.status_code in {401, 403, 404}
        assert snapshot(stack, person.id) == before

    def test_invocation_itself_works(
        self, stack: Stack, person: Person, app_id: str, route: str
    ) -> None:
        """So that the refusal above is not a missing connection."""
        url = f"{stack.sidecar_url('mcp-tool')}/v1.0/invoke/{app_id}/method/livez"
        headers = {"dapr-api-token": stack.variables["DAPR_API_TOKEN"]}
        assert httpx2.get(url, headers=headers, trust_env=False).status_code == 200


@pytest.mark.parametrize("app_id", ["task", "recurring-task", "notification", "chat-agent"])
class TestOperators:
    @pytest.mark.parametrize("path", ["ops/dead-letters", "ops/outbox"])
    def test_only_with_their_token(
        self, stack: Stack, person: Person, app_id: str, path: str
    ) -> None:
        url = f"{stack.app_url(app_id)}/{path}"
        for token in ("", person.token, stack.variables["APP_API_TOKEN"]):
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            assert httpx2.get(url, headers=headers, trust_env=False).status_code == 401
        headers = {"Authorization": f"Bearer {stack.variables['OPERATOR_TOKEN']}"}
        assert httpx2.get(url, headers=headers, trust_env=False).status_code == 200


class TestSidecars:
    @pytest.mark.parametrize("app_id", ["task", "notification", "mcp-tool"])
    def test_answer_only_with_the_api_token(self, stack: Stack, app_id: str) -> None:
        for path in ("v1.0/metadata", "v1.0/secrets/secrets/BROKER_PASSWORD"):
            answer = httpx2.get(f"{stack.sidecar_url(app_id)}/{path}", trust_env=False)
            assert answer.status_code == 401

    @pytest.mark.both_brokers
    @pytest.mark.parametrize(
        ("app_id", "topic"),
        [
            ("mcp-tool", "task-commands"),
            ("chat-agent", "task-events"),
            ("notification", "task-commands"),
            ("recurring-task", "task-events"),
            ("task", "reminders"),
        ],
    )
    def test_refuse_topics_of_others(
        self, stack: Stack, person: Person, app_id: str, topic: str
    ) -> None:
        url = f"{stack.sidecar_url(app_id)}/v1.0/publish/pubsub/{topic}"
        headers = {"dapr-api-token": stack.variables["DAPR_API_TOKEN"]}
        answer = httpx2.post(url, json=event(person), headers=headers, trust_env=False)
        assert answer.status_code in {400, 403, 404}

    def test_give_away_no_secret(self, stack: Stack) -> None:
        headers = {"dapr-api-token": stack.variables["DAPR_API_TOKEN"]}
        url = f"{stack.sidecar_url('task')}/v1.0/secrets/secrets/TASK_DB_DSN"
        assert httpx2.get(url, headers=headers, trust_env=False).status_code == 403


@pytest.mark.both_brokers
def test_everything_listens_on_loopback_only(stack: Stack) -> None:
    pids = {child.pid for child in psutil.Process().children(recursive=True)}
    assert len(pids) > len(stack.processes())
    listening = {
        tuple(c.laddr)[:2]
        for c in psutil.net_connections("inet")
        if c.pid in pids and c.status == psutil.CONN_LISTEN
    }
    ports = {port for _, port in listening}
    assert {stack.ports.app(1), stack.ports.dapr_http(1), stack.ports.dapr_internal(1)} <= ports
    assert stack.ports.web in ports
    assert {pair for pair in listening if pair[0] not in LOOPBACK} == set()


def test_the_services_role_cannot_change_the_schema_or_the_history(stack: Stack) -> None:
    sql = """SELECT has_schema_privilege('todoku_task', 'task', 'CREATE')::int
                  + has_table_privilege('todoku_task', 'task.events', 'DELETE')::int
                  + has_column_privilege('todoku_task', 'task.events', 'payload', 'UPDATE')::int
                  + has_schema_privilege('todoku_task', 'notification', 'USAGE')::int
                  + has_schema_privilege('todoku_auth', 'task', 'USAGE')::int"""
    assert count(stack, sql) == 0
