"""Why a call failed, said so that a model, and a person, can act on it."""

import json
from typing import Any

import httpx2
from mcp.server.mcpserver.exceptions import ToolError
from pydantic import ValidationError

AWAY = "The task service does not answer just now. Nothing was changed; try again in a moment."
LOST = (
    "The task service did not answer in time, so it is not certain whether the change was made. "
    "Look at the list before trying again."
)
READABLE = {
    401: "The task service did not accept this sign-in. Sign in again.",
    403: "This access does not allow that.",
    404: "There is no such task.",
    429: "Too many requests just now; try again in a moment.",
    503: AWAY,
}


def unreached(answer: httpx2.Response) -> bool:
    """The sidecar's own answer when the called app is not there or not ready."""
    return answer.status_code >= 500 and "errorCode" in _body(answer)


def refusal(answer: httpx2.Response) -> ToolError:
    """A problem of the task service (RFC 9457), or a complaint of the sidecar, in words."""
    body = _body(answer)
    if "errorCode" in body:
        # The sidecar's own answer when the called app is not there or not ready.
        return ToolError(AWAY)
    if fields := body.get("errors"):
        return ToolError("; ".join(f"{error['field']}: {error['message']}" for error in fields))
    if answer.status_code in READABLE:
        return ToolError(READABLE[answer.status_code])
    if answer.status_code >= 500:
        return ToolError("Something went wrong in the task service; it has been recorded.")
    return ToolError(body.get("detail") or body.get("title") or f"HTTP {answer.status_code}")


def _body(answer: httpx2.Response) -> dict[str, Any]:
    try:
        body = answer.json()
    except (json.JSONDecodeError, UnicodeDecodeError):
        return {}
    return body if isinstance(body, dict) else {}


def readable(cause: BaseException) -> str:
    """The text of an anticipated failure, without the SDK's prefix and pydantic's links."""
    if not isinstance(cause, ValidationError):
        return str(cause)
    return "; ".join(
        ": ".join(filter(None, [_place(error["loc"]), error["msg"].removeprefix("Value error, ")]))
        for error in cause.errors(include_url=False, include_input=False)
    )


def _place(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location)
