"""An account at the front end, used by the public interface only."""

import base64
import json
import secrets
import time
from dataclasses import dataclass, field
from typing import Any, Self

import httpx2

from todoku_cluster.live import LiveStream
from todoku_cluster.waiting import eventually

PASSWORD = "correct horse battery"  # noqa: S105 - of accounts that exist for a test's time only
TOKEN_SECONDS = 600.0
ANSWER_SECONDS = 30
ARRIVE_SECONDS = 30
TRUST = httpx2.create_ssl_context(trust_env=False)
"""One for all: to make it takes longer than a request."""


@dataclass
class Account:
    url: str
    email: str = field(default_factory=lambda: f"person.{secrets.token_hex(6)}@example.test")
    _cookies: dict[str, str] = field(default_factory=dict, repr=False)
    _token: str = field(default="", repr=False)
    _asked: float = field(default=-TOKEN_SECONDS)

    def arrive(self) -> Self:
        """Where network policies are enforced, a pod is let in a little after its start."""
        eventually(
            lambda: self._request("GET", self.url, "/", {}, {}).status_code < 500,
            ARRIVE_SECONDS,
            f"{self.url} answers",
        )
        return self

    def register(self, timezone: str | None = "Asia/Karachi") -> Self:
        """A fresh one; its zone is told to the task service as the page does at sign-up."""
        body = {"name": "Test", "email": self.email, "password": PASSWORD}
        successful(self.browse("POST", "/api/auth/sign-up/email", json=body))
        if timezone:
            self.ok("PATCH", "/api/me/settings", json={"timezone": timezone})
        return self

    def sign_out(self) -> None:
        successful(self.browse("POST", "/api/auth/sign-out", json={}))
        self._cookies.clear()

    @property
    def signed_in(self) -> bool:
        return bool(self._cookies)

    @property
    def token(self) -> str:
        """An access token with minutes left."""
        if time.monotonic() - self._asked > TOKEN_SECONDS:
            answer = successful(self.browse("GET", "/api/auth/token"))
            self._token, self._asked = answer.json()["token"], time.monotonic()
        return self._token

    @property
    def claims(self) -> dict[str, Any]:
        """What the token says, unverified: who we are (`sub`), the page's own origin (`iss`)."""
        body = self.token.split(".")[1]
        found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        return found

    def browse(self, method: str, path: str, **options: Any) -> httpx2.Response:
        """Call the front end as its own page does, by the session cookie.

        The page may be public by HTTPS under another name than `url`, that of a
        port-forward: its Secure cookies are sent by hand, its origin is the token's issuer."""
        headers = options.pop("headers", {})
        if self._cookies:
            if method != "GET":
                headers = {"Origin": self.claims["iss"]} | headers
            headers["Cookie"] = "; ".join(
                f"{name}={value}" for name, value in self._cookies.items()
            )
        answer = self._request(method, self.url, path, headers, options)
        self._cookies |= {c.name: c.value or "" for c in answer.cookies.jar}
        return answer

    def call(
        self, method: str, path: str, *, at: str | None = None, **options: Any
    ) -> httpx2.Response:
        """Call with the bearer token: the front end, or what answers at another address."""
        headers = {"Authorization": f"Bearer {self.token}"} | options.pop("headers", {})
        return self._request(method, at or self.url, path, headers, options)

    def ok(self, method: str, path: str, **options: Any) -> Any:
        """As `call`; the decoded answer, which must be a success."""
        answer = successful(self.call(method, path, **options))
        return answer.json() if answer.content else None

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
        return LiveStream(at or self.url, self.token, last_event_id)

    @staticmethod
    def _request(
        method: str, base: str, path: str, headers: dict[str, str], options: dict[str, Any]
    ) -> httpx2.Response:
        with httpx2.Client(
            base_url=base, timeout=ANSWER_SECONDS, verify=TRUST, trust_env=False
        ) as client:
            return client.request(method, path, headers=headers, **options)


def successful(answer: httpx2.Response) -> httpx2.Response:
    """Raises AssertionError with what came instead."""
    if not answer.is_success:
        asked = answer.request
        raise AssertionError(
            f"{asked.method} {asked.url.path}: expected a success,"
            f" came {answer.status_code} {answer.text[:300]}"
        )
    return answer
