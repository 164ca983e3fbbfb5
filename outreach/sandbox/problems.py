"""Errors of the JSON API as problem details (RFC 9457)."""

import json
from collections.abc import Iterable, Mapping

from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

Fault = tuple[str, str]
"""A JSON pointer (RFC 6901) into the request body, and what is wrong there."""

SHOWN = 20


class Problem(HTTPException):
    """An answer that says what went wrong: status, one sentence, and where in the body."""

    def __init__(
        self, status: int, title: str, *, faults: Iterable[Fault] = (), headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(status, title, headers)
        self.faults = tuple(faults)


def answer(problem: HTTPException) -> Response:
    """Write a problem as `application/problem+json`."""
    body: dict[str, object] = {"type": "about:blank", "title": problem.detail, "status": problem.status_code}
    if isinstance(problem, Problem) and problem.faults:
        body["errors"] = [{"pointer": pointer, "detail": detail} for pointer, detail in problem.faults[:SHOWN]]
    return Response(json.dumps(body), problem.status_code, problem.headers, "application/problem+json")


def unprocessable(error: ValidationError) -> Problem:
    """Turn a failed validation into a 422 with one pointer per fault."""
    return Problem(
        422,
        "The body is not what this call takes.",
        faults=[(pointer(one["loc"]), one["msg"]) for one in error.errors(include_url=False, include_input=False)],
    )


def pointer(path: Iterable[str | int]) -> str:
    """Write a path as a JSON pointer (RFC 6901 §3): `/recipients/3/email`."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)
