"""People who sign up at the front end of a stack and use Todoku by its public interface."""

from dataclasses import dataclass, field
from typing import Any, Self

import httpx2
from todoku_cluster.account import Account
from todoku_local import Stack


@dataclass
class Person(Account):
    stack: Stack = field(kw_only=True)
    id: str = ""

    @classmethod
    def sign_up(cls, stack: Stack, timezone: str | None = "Asia/Karachi") -> Self:
        """Somebody new."""
        person = cls(stack.web_url, stack=stack).register(timezone)
        person.id = person.claims["sub"]
        return person

    def call(
        self, method: str, path: str, *, at: str | None = None, **options: Any
    ) -> httpx2.Response:
        """Call with the bearer token: the front end, or a service itself by its app-id `at`."""
        return super().call(method, path, at=at and self.stack.app_url(at), **options)

    def add(self, title: str, *, key: str | None = None, **fields: Any) -> dict[str, Any]:
        headers = {"Idempotency-Key": key} if key else {}
        body = {"title": title, **fields}
        task: dict[str, Any] = self.ok("POST", "/api/me/tasks", json=body, headers=headers)
        return task

    def complete(self, task_id: str, completed: bool = True) -> dict[str, Any]:
        path = f"/api/me/tasks/{task_id}/complete"
        task: dict[str, Any] = self.ok("PATCH", path, json={"completed": completed})
        return task
