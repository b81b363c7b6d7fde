"""Every operation of every service's OpenAPI document × every token that is not the person's."""

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from harness.isolation import foreign_task_is_hidden
from harness.outcome import add_repeating, settled
from harness.people import Person
from harness.rows import snapshot
from harness.tokens import Signer
from todoku_local import Stack

SERVICES = ("task", "recurring-task", "notification", "chat-agent")
INITIALIZE = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    },
}


def operations(stack: Stack, app_id: str) -> Iterator[tuple[str, str]]:
    """(method, path template) of everything that the service says it offers to users."""
    document = httpx2.get(f"{stack.app_url(app_id)}/openapi.json", trust_env=False).json()
    for path, methods in document["paths"].items():
        for method in methods:
            yield method.upper(), path


def filled(path: str, user_id: str, task: dict[str, Any]) -> str:
    known = {"user_id": user_id, "task_id": task["id"], "ref": task["id"], "id": task["id"]}
    return re.sub(r"\{(\w+)\}", lambda name: str(known.get(name[1], task["id"])), path)


def refusals(
    stack: Stack, app_id: str, tokens: dict[str, str | None], path_of: Callable[[str], str]
) -> dict[str, int]:
    """Status by "case, method, path" of every combination."""
    found = {}
    with httpx2.Client(base_url=stack.app_url(app_id), timeout=30, trust_env=False) as client:
        for method, path in operations(stack, app_id):
            for case, token in tokens.items():
                headers = {"Authorization": f"Bearer {token}"} if token else {}
                body: dict[str, Any] | None = {} if method in {"POST", "PATCH", "PUT"} else None
                # The status only: a stream that is rightly open would never end.
                with client.stream(method, path_of(path), headers=headers, json=body) as answer:
                    found[f"{case}: {method} {path}"] = answer.status_code
    return found


def refused(
    stack: Stack,
    app_id: str,
    victim: tuple[Person, dict[str, Any]],
    tokens: dict[str, str | None],
) -> None:
    """Asserts that every operation answers 401 to every token, and that nothing changed."""
    person, task = victim
    before = snapshot(stack, person.id)
    for user_id in (person.id, "me"):
        found = refusals(stack, app_id, tokens, partial(filled, user_id=user_id, task=task))
        assert {key: status for key, status in found.items() if status != 401} == {}
    assert snapshot(stack, person.id) == before


def initialize(stack: Stack, token: str | None) -> httpx2.Response:
    """The first call of an MCP client."""
    headers = {"Accept": "application/json, text/event-stream"}
    headers |= {"Authorization": f"Bearer {token}"} if token else {}
    url = f"{stack.app_url('mcp-tool')}/mcp"
    return httpx2.post(url, json=INITIALIZE, headers=headers, trust_env=False)


@pytest.fixture
def victim(stack: Stack) -> tuple[Person, dict[str, Any]]:
    person = Person.sign_up(stack)
    task = add_repeating(person, "Private")
    person.say("add buy milk")
    settled(stack)
    return person, task


@pytest.mark.parametrize("app_id", SERVICES)
class TestServices:
    def test_offers_something(self, stack: Stack, app_id: str) -> None:
        assert list(operations(stack, app_id))

    def test_a_good_token_of_the_same_make_is_accepted(
        self, stack: Stack, app_id: str, victim: tuple[Person, dict[str, Any]]
    ) -> None:
        """So that the refusals below have their reason in what was changed."""
        person, task = victim
        token = Signer.of_front_end(stack).token(person.id)
        reads = [path for method, path in operations(stack, app_id) if method == "GET"]
        writes = [path for method, path in operations(stack, app_id) if method == "POST"]
        method, path = ("GET", reads[0]) if reads else ("POST", writes[0])
        answer = httpx2.request(
            method,
            stack.app_url(app_id) + filled(path, person.id, task),
            headers={"Authorization": f"Bearer {token}"},
            trust_env=False,
        )
        assert answer.status_code not in {401, 404}

    def test_bad_tokens(
        self, stack: Stack, app_id: str, victim: tuple[Person, dict[str, Any]]
    ) -> None:
        person, _ = victim
        signer = Signer.of_front_end(stack)
        door: dict[str, str | None] = {
            "audience of the agents' door": signer.token(person.id, aud="todoku-mcp")
        }
        refused(stack, app_id, victim, signer.forged(person.id) | door)

    def test_another_persons_id_in_the_path(
        self, stack: Stack, app_id: str, victim: tuple[Person, dict[str, Any]], other: Person
    ) -> None:
        person, task = victim
        before = snapshot(stack, person.id)
        stranger: dict[str, str | None] = {"stranger": other.token}
        found = refusals(stack, app_id, stranger, lambda path: filled(path, person.id, task))
        in_path = {key: status for key, status in found.items() if "{user_id}" in key}
        assert {key: status for key, status in in_path.items() if status != 404} == {}
        assert snapshot(stack, person.id) == before

    def test_another_persons_things_under_ones_own_name(
        self, stack: Stack, app_id: str, victim: tuple[Person, dict[str, Any]], other: Person
    ) -> None:
        person, task = victim
        before = snapshot(stack, person.id)
        stranger: dict[str, str | None] = {"stranger": other.token}
        found = refusals(stack, app_id, stranger, lambda path: filled(path, "me", task))
        of_things = {
            key: status
            for key, status in found.items()
            if re.search(r"\{(?!user_id)", key) and status < 400
        }
        assert of_things == {}
        assert snapshot(stack, person.id) == before


class TestTokensOfTheAgentsDoor:
    """mcp-tool signs tokens for task, as an issuer of its own."""

    def test_task_takes_them(self, stack: Stack, person: Person) -> None:
        token = Signer.of_agents(stack).token(person.id)
        headers = {"Authorization": f"Bearer {token}"}
        url = f"{stack.app_url('task')}/api/me/tasks"
        assert httpx2.get(url, headers=headers, trust_env=False).status_code == 200

    def test_task_refuses_bad_ones(
        self, stack: Stack, victim: tuple[Person, dict[str, Any]]
    ) -> None:
        refused(stack, "task", victim, Signer.of_agents(stack).forged(victim[0].id))

    @pytest.mark.parametrize("app_id", [name for name in SERVICES if name != "task"])
    def test_nobody_else_takes_them(
        self, stack: Stack, app_id: str, victim: tuple[Person, dict[str, Any]]
    ) -> None:
        good = Signer.of_agents(stack).token(victim[0].id)
        refused(stack, app_id, victim, {"of another service": good})

    def test_they_do_not_open_the_door_itself(self, stack: Stack, person: Person) -> None:
        answer = initialize(stack, Signer.of_agents(stack).token(person.id))
        assert answer.status_code == 401


def test_a_read_scope_cannot_write(stack: Stack, person: Person) -> None:
    token = Signer.of_front_end(stack).token(person.id, scope="tasks:read")
    answer = httpx2.post(
        f"{stack.app_url('task')}/api/me/tasks",
        json={"title": "No"},
        headers={"Authorization": f"Bearer {token}"},
        trust_env=False,
    )
    assert answer.status_code == 403
    assert person.tasks() == []


def test_foreign_tasks_are_hidden(person: Person, other: Person) -> None:
    foreign_task_is_hidden(person, other)


class TestAgentsDoor:
    def test_a_good_token_of_the_same_make_is_accepted(self, stack: Stack, person: Person) -> None:
        assert initialize(stack, Signer.of_front_end(stack).token(person.id)).status_code == 200

    def test_bad_tokens(self, stack: Stack, person: Person) -> None:
        signer = Signer.of_front_end(stack)
        tokens = signer.forged(person.id)
        tokens["audience of the services"] = signer.token(person.id, aud="todoku")
        for case, token in tokens.items():
            answer = initialize(stack, token)
            assert answer.status_code == 401, case
            assert "resource_metadata" in answer.headers["WWW-Authenticate"], case


class TestFrontEnd:
    PATHS = ("/api/me/tasks", "/api/me/stream", "/api/me/notifications", "/api/me/settings")

    def test_without_a_session(self, stack: Stack) -> None:
        for path in self.PATHS:
            answer = httpx2.get(stack.web_url + path, trust_env=False)
            assert answer.status_code == 401, path

    def test_a_foreign_page_cannot_act_by_the_cookie(self, stack: Stack, person: Person) -> None:
        for headers in (
            {"Origin": "https://evil.example"},
            {"Origin": stack.web_url, "Sec-Fetch-Site": "cross-site"},
        ):
            answer = person.browse("POST", "/api/me/tasks", json={"title": "No"}, headers=headers)
            assert answer.status_code == 403
        assert person.tasks() == []

    def test_ones_own_page_can(self, person: Person) -> None:
        answer = person.browse("POST", "/api/me/tasks", json={"title": "Yes"})
        assert answer.status_code == 201

    @pytest.mark.parametrize(
        "path",
        ["/events/task-events", "/job/x", "/ops/outbox", "/metrics", "/dapr/config"],
    )
    def test_maps_nothing_internal(self, stack: Stack, path: str) -> None:
        headers = {
            "dapr-api-token": stack.variables["APP_API_TOKEN"],
            "Authorization": f"Bearer {stack.variables['OPERATOR_TOKEN']}",
        }
        for method in ("GET", "POST"):
            url = stack.web_url + path
            answer = httpx2.request(method, url, headers=headers, trust_env=False)
            assert answer.status_code in {404, 405}, method

    def test_a_made_up_id_is_not_a_hint(self, person: Person) -> None:
        unknown = person.call("GET", f"/api/me/tasks/{uuid4()}")
        foreign = person.call("GET", f"/api/{uuid4()}/tasks")
        assert unknown.status_code == foreign.status_code == 404
