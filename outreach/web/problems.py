"""Every error as an answer: a page in the reader's language; problem details (RFC 9457) below `/api` and `/hooks`."""

from http import HTTPStatus
from typing import Final
from urllib.parse import quote

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import InterfaceError, OperationalError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response

from outreach.foundation import locale
from outreach.foundation.errors import (
    Conflict,
    Forbidden,
    NotFound,
    OutreachError,
    Refused,
    SignInNeeded,
    TooMany,
    Unavailable,
)
from outreach.foundation.locale import gettext as _
from outreach.web import pages

MACHINES: Final = ("/api/", "/hooks/")
READERS: Final = (
    *("/accessibility", "/address/", "/c/", "/confirm/", "/left/", "/letters/", "/newsroom/", "/o/", "/personal/"),
    *("/preferences/", "/subscribe", "/unsubscribe/"),
)
SIGN_IN: Final = "/sign-in"
RETRY_AFTER: Final = "30"  # seconds

log = structlog.get_logger()


def install(app: FastAPI) -> None:
    """Let an application answer its errors this way."""
    app.add_exception_handler(OutreachError, _own)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(OperationalError, _database_gone)
    app.add_exception_handler(InterfaceError, _database_gone)
    app.add_exception_handler(Exception, _unforeseen)


def answer(request: Request, error: OutreachError) -> Response:
    """Answer with an error of ours. It needs neither PostgreSQL nor Redis."""
    if request.url.path.startswith(MACHINES):
        return _problem(error)
    if isinstance(error, SignInNeeded):
        return _to_sign_in(request)
    return _page(request, error.status, error)


def _problem(error: OutreachError) -> Response:
    return JSONResponse(
        {
            "type": "about:blank",
            "title": HTTPStatus(error.status).phrase,
            "status": error.status,
            "detail": _told(error),
        },
        status_code=error.status,
        media_type="application/problem+json",
        headers=_again(error),
    )


def _to_sign_in(request: Request) -> Response:
    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    to = SIGN_IN if request.method != "GET" or here == "/" else f"{SIGN_IN}?next={quote(here, safe='/')}"
    if request.headers.get("hx-request"):  # a part of a page cannot become a sign-in form: let htmx go there
        return Response(status_code=401, headers={"HX-Redirect": to})
    return RedirectResponse(to, status_code=303)


def _page(request: Request, status: int, error: OutreachError) -> Response:
    try:
        response: Response = pages.render(
            request,
            "public/unavailable.html" if isinstance(error, Unavailable) else _template(request),
            status=status,
            title=_title(status),
            message=_told(error),
            reference=getattr(request.state, "request_id", ""),
            voices=_voices(status, error),
            user=None,
        )
    except OutreachError as deeper:  # the assets are not built
        response = PlainTextResponse(f"{_title(status)}\n{_told(error)}\n{deeper.message}\n", status_code=status)
    response.headers.update(_again(error))
    return response


def _template(request: Request) -> str:
    return "public/problem.html" if request.url.path.startswith(READERS) else "web/problem.html"


def _title(status: int) -> str:
    titles = {
        401: _("Please sign in"),
        403: _("Not allowed"),
        404: _("There is nothing here"),
        405: _("That cannot be done here"),
        409: _("Somebody was faster"),
        413: _("Too large"),
        422: _("Please look at this again"),
        429: _("Too many attempts"),
        503: _("Back in a moment"),
    }
    return titles.get(status) or _("Something went wrong")


def _voices(status: int, error: OutreachError) -> list[tuple[str, str, str]]:
    """Say the same in every language, the reader's first."""
    voices = []
    for tag in locale.FALLBACKS[locale.language()]:
        with locale.use(tag):
            voices.append((tag, _title(status), _said_by_default(type(error))))
    return voices


def _told(error: OutreachError) -> str:
    """Return what an error says: the sentence that it was given, in the reader's language already, or its class's."""
    own = (type(error).__doc__ or "").strip()
    return error.message if error.message != own else _said_by_default(type(error))


def _said_by_default(kind: type[OutreachError]) -> str:
    """Say what a class of errors says, in the language in use; the English is that of `foundation/errors.py`."""
    sentences = {
        Refused: _("This input cannot be used as it is; correct it and try again."),
        TooMany: _("Too many attempts; wait a quarter of an hour and try again."),
        SignInNeeded: _("Sign in to go on."),
        Forbidden: _("Your role does not allow this; ask an administrator."),
        NotFound: _("There is no such thing here; it may have been moved or removed."),
        Conflict: _("Somebody else changed this first; reload and look at it again."),
        Unavailable: _("A server that is needed does not answer; try again in a moment."),
    }
    return sentences.get(kind) or _("The fault is ours and has been written down; try again in a moment.")


def _again(error: OutreachError) -> dict[str, str]:
    return {"Retry-After": RETRY_AFTER} if error.again else {}


def _own(request: Request, error: Exception) -> Response:
    assert isinstance(error, OutreachError)  # noqa: S101 - registered for it
    return answer(request, error)


_ERRORS: Final[dict[int, type[OutreachError]]] = {
    401: SignInNeeded,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    422: Refused,
    429: TooMany,
    503: Unavailable,
}


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for it
    if kind := _ERRORS.get(error.status_code):
        return answer(request, kind())
    response = answer(request, _of_status(error.status_code))
    response.headers.update(error.headers or {})
    return response


def _of_status(status: int) -> OutreachError:
    sentences = {
        400: _("The request could not be read; go back and try again."),
        405: _("This address does not take what was sent to it."),
        413: _("This is larger than what is taken here."),
    }
    error = Refused(sentences.get(status) or _("The request could not be answered."))
    error.status = status  # type: ignore[misc] # this one error's own
    return error


def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for it
    return answer(request, Refused(_("The form could not be read; go back and try again.")))


def _database_gone(request: Request, error: Exception) -> Response:
    log.warning("database_gone", fault=type(error).__name__)
    return answer(request, Unavailable())


def _unforeseen(request: Request, error: Exception) -> Response:  # noqa: ARG001 - the server logs it with its trace
    return answer(request, OutreachError())
