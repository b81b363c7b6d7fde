"""RFC 9457 problem details, and the one place where exceptions become answers."""

import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from todoku_platform.errors import Conflict, Erased, Unavailable

log = logging.getLogger(__name__)
MEDIA_TYPE = "application/problem+json"


class Problem(Exception):
    """An answer to the caller, by RFC 9457 section 3.1; `extra` become extension members."""

    def __init__(
        self,
        status: int,
        detail: str = "",
        *,
        type: str = "about:blank",
        errors: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.type = type
        self.errors = list(errors)
        self.headers = dict(headers or {})
        self.extra = dict(extra or {})

    def body(self) -> dict[str, Any]:
        body: dict[str, Any] = {
            "type": self.type,
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
        }
        if self.detail:
            body["detail"] = self.detail
        if self.errors:
            body["errors"] = self.errors
        return body | self.extra

    def response(self) -> JSONResponse:
        return JSONResponse(self.body(), self.status, self.headers, MEDIA_TYPE)


def unauthorized(detail: str, error: str = "invalid_token") -> Problem:
    """RFC 6750 section 3: the challenge names what is wrong with the token."""
    challenge = f'Bearer error="{error}"' if error else "Bearer"
    return Problem(401, detail, headers={"WWW-Authenticate": challenge})


def not_found(detail: str = "There is nothing here for you.") -> Problem:
    return Problem(404, detail)


def invalid(field: str, message: str) -> Problem:
    """422 naming one field; `field` is a dotted path into the body or the query."""
    return Problem(422, "The request is not valid.", errors=[{"field": field, "message": message}])


def unavailable(retry_after: int = 2) -> Problem:
    return Problem(
        503,
        "A part this needs is away. Send the same request again shortly.",
        headers={"Retry-After": str(retry_after)},
    )


def _field(location: Sequence[int | str]) -> str:
    where = location[1:] if location and location[0] in ("body", "query", "path") else location
    return ".".join(str(part) for part in where) or str(location[0])


def _validation(exc: RequestValidationError) -> Problem:
    found = exc.errors()
    if any(error["type"] == "json_invalid" for error in found):
        return Problem(400, "The body is not valid JSON.")
    errors = [
        {"field": _field(error["loc"]), "message": error["msg"].removeprefix("Value error, ")}
        for error in found
    ]
    return Problem(422, "The request is not valid.", errors=errors)


def install(app: FastAPI) -> None:
    """Register the handlers; every error of the service leaves through one of them."""

    def on(exc_type: type[Exception], make: Any) -> None:
        def handle(_: Request, exc: Exception) -> JSONResponse:
            problem: Problem = make(exc)
            return problem.response()

        app.add_exception_handler(exc_type, handle)

    def http(exc: HTTPException) -> Problem:
        return Problem(exc.status_code, str(exc.detail), headers=exc.headers)

    def unexpected(exc: Exception) -> Problem:
        log.error("unexpected error", exc_info=exc)
        return Problem(500, "Something went wrong here; it has been recorded.")

    on(Problem, lambda exc: exc)
    on(RequestValidationError, _validation)
    on(HTTPException, http)
    on(Unavailable, lambda _: unavailable())
    on(Conflict, lambda _: Problem(409, "Someone else changed this at the same moment."))
    on(Erased, lambda _: not_found())
    on(Exception, unexpected)
