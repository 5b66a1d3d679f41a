"""What an API answers when it does not do what was asked: problem details as RFC 9457 has them."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

import msgspec
from litestar import Request, Response, get
from litestar.exceptions import HTTPException
from litestar.types import ExceptionHandler

from customary.engine.database import PATIENCE_SECONDS, TooSlow
from customary.engine.expressions import ExpressionError
from customary.engine.records import FieldProblem, Forbidden, Missing, Refused, Stale

log = logging.getLogger("customary.api")

MEDIA_TYPE = "application/problem+json"

TEXTS = {
    400: "This address is not understood.",
    404: "There is nothing at this address. GET /api/openapi.json describes all there is.",
    405: "This cannot be done at this address; the header Allow says what can.",
}
"""What is said of an address that leads to no record and no entity."""


class ApiProblem(Exception):
    """A request that cannot be answered as asked. `more` are further members of the problem."""

    def __init__(self, status: int, detail: str, *, headers: Mapping[str, str] | None = None, **more: Any) -> None:
        self.status, self.detail, self.headers, self.more = status, detail, headers or {}, more
        super().__init__(detail)


@get("/")
async def read_root() -> Response[bytes]:
    """Nothing stands at the root; who looks there is told where to look."""
    return answer(404, TEXTS[404])


def wrong(parameter: str, detail: str, **more: Any) -> ApiProblem:
    """A parameter of the address that says nothing sensible."""
    return ApiProblem(400, f"“{parameter}” {detail}", parameter=parameter, **more)


def answer(status: int, detail: str, headers: Mapping[str, str] | None = None, **more: Any) -> Response[bytes]:
    """The problem as a response."""
    told = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail, **more}
    headers = {"Cache-Control": "no-store", **(headers or {})}
    return Response(msgspec.json.encode(told), status_code=status, media_type=MEDIA_TYPE, headers=headers)


def errors_of(problems: Iterable[FieldProblem]) -> list[dict[str, Any]]:
    """What is wrong with a record, field by field: `detail` completes the field's label."""
    return [_error_of(each) for each in problems]


def _error_of(problem: FieldProblem) -> dict[str, Any]:
    told: dict[str, Any] = {"field": problem.field, "detail": str(problem.reason)}
    if problem.within is not None:
        told |= {"within": problem.within, "row": problem.row}
    return told


def _problem(_request: Request, error: ApiProblem) -> Response:
    return answer(error.status, error.detail, error.headers, **error.more)


def _refused(_request: Request, error: Refused) -> Response:
    row = {} if error.row is None else {"item": error.row}
    return answer(422, str(error), errors=errors_of(error.problems), **row)


def _expression(_request: Request, error: ExpressionError) -> Response:
    detail = f"{error.summary}. {error.remedy}" if error.remedy else error.summary
    return answer(400, detail, parameter="where", offset=error.offset)


def _missing(_request: Request, _error: Missing) -> Response:
    return answer(404, "There is no such record or entity, or your key may not see it.")


def _forbidden(_request: Request, error: Forbidden) -> Response:
    return answer(403, str(error.reason))


def _stale(_request: Request, error: Stale) -> Response:
    detail = "The record was changed meanwhile. Read it again and repeat your change on what it says now."
    return answer(412, detail, {"ETag": f'"{error.current_revision}"'}, revision=error.current_revision)


def _too_slow(_request: Request, _error: TooSlow) -> Response:
    return answer(422, f"This took longer than {PATIENCE_SECONDS} seconds and was stopped. Narrow the filter.")


def _http(_request: Request, error: HTTPException) -> Response:
    told = error.detail if error.status_code < 500 else "The server cannot answer now."
    return answer(error.status_code, told)


def _broken(request: Request, error: Exception) -> Response:
    log.error("%s %s failed", request.method, request.scope.get("path_template"), exc_info=error)
    return answer(500, "Something broke on our side. Nothing was written.")


handlers: Mapping[Any, ExceptionHandler] = {
    ApiProblem: _problem,
    Refused: _refused,
    ExpressionError: _expression,
    Missing: _missing,
    Forbidden: _forbidden,
    Stale: _stale,
    TooSlow: _too_slow,
    HTTPException: _http,
    Exception: _broken,
}
