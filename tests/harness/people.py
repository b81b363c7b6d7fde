"""People who sign up at the front end and use Todoku by its public interface."""

import itertools
import secrets
import time
from dataclasses import dataclass, field
from typing import Any, Self

import httpx2
import jwt
from todoku_local import Stack

from harness.live import LiveStream

PASSWORD = "correct horse battery"  # of accounts that exist for a test's time only
TOKEN_SECONDS = 600.0
_numbers = itertools.count(1)


@dataclass
class Person:
    stack: Stack
    email: str
    id: str = ""
    _cookies: httpx2.Cookies = field(default_factory=httpx2.Cookies)
    _token: str = ""
    _asked: float = field(default=-TOKEN_SECONDS)

    @classmethod
    def sign_up(cls, stack: Stack, timezone: str | None = "Asia/Karachi") -> Self:
        """A new account; its zone is told to the task service as the page does at sign-up."""
        email = f"person{next(_numbers)}.{secrets.token_hex(4)}@example.test"
        person = cls(stack, email)
        body = {"name": "Test", "email": email, "password": PASSWORD}
        person.browse("POST", "/api/auth/sign-up/email", json=body).raise_for_status()
        person.id = jwt.decode(person.token, options={"verify_signature": False})["sub"]
        if timezone:
            person.ok("PATCH", "/api/me/settings", json={"timezone": timezone})
        return person

    @property
    def token(self) -> str:
        """An access token with minutes left."""
        if time.monotonic() - self._asked > TOKEN_SECONDS:
            answer = self.browse("GET", "/api/auth/token").raise_for_status()
            self._token, self._asked = answer.json()["token"], time.monotonic()
        return self._token

    def browse(self, method: str, path: str, **options: Any) -> httpx2.Response:
        """Call the front end as its own page does, by the session cookie."""
        headers = {"Origin": self.stack.web_url} | options.pop("headers", {})
        with httpx2.Client(
            base_url=self.stack.web_url, cookies=self._cookies, timeout=30, trust_env=False
        ) as client:
            answer = client.request(method, path, headers=headers, **options)
            self._cookies = client.cookies
        return answer

    def call(
        self, method: str, path: str, *, at: str | None = None, **options: Any
    ) -> httpx2.Response:
        """Call with the bearer token: the front end, or a service itself by its app-id `at`."""
        base = self.stack.app_url(at) if at else self.stack.web_url
        headers = {"Authorization": f"Bearer {self.token}"} | options.pop("headers", {})
        with httpx2.Client(base_url=base, timeout=30, trust_env=False) as client:
            return client.request(method, path, headers=headers, **options)

    def ok(self, method: str, path: str, **options: Any) -> Any:
        """As `call`; the decoded answer, which must be a success."""
        answer = self.call(method, path, **options)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def add(self, title: str, *, key: str | None = None, **fields: Any) -> dict[str, Any]:
        headers = {"Idempotency-Key": key} if key else {}
        body = {"title": title, **fields}
        task: dict[str, Any] = self.ok("POST", "/api/me/tasks", json=body, headers=headers)
        return task

    def complete(self, task_id: str, completed: bool = True) -> dict[str, Any]:
        path = f"/api/me/tasks/{task_id}/complete"
        task: dict[str, Any] = self.ok("PATCH", path, json={"completed": completed})
        return task

    def tasks(self, **query: Any) -> list[dict[str, Any]]:
        """Every task of the list, whatever its pages."""
        found: list[dict[str, Any]] = []
        cursor: str | None = None
        while True:
            params = {"limit": "200", **query} | ({"cursor": cursor} if cursor else {})
            page = self.ok("GET", "/api/me/tasks", params=params)
            found += page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return found

    def say(self, message: str, conversation: int | None = None) -> dict[str, Any]:
        body = {"message": message} | ({"conversation_id": conversation} if conversation else {})
        answer: dict[str, Any] = self.ok("POST", "/api/me/chat", json=body)
        return answer

    def listen(self, last_event_id: str | None = None, at: str | None = None) -> LiveStream:
        """The live stream, through the front end or from an address; use it with `with`."""
        return LiveStream(at or self.stack.web_url, self.token, last_event_id)
