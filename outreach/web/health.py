"""Whether this process lives, and whether the product can do its work."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse, PlainTextResponse
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from outreach.delivery import heartbeats
from outreach.foundation import redis, schema
from outreach.foundation.database import transaction
from outreach.foundation.errors import OutreachError

router = APIRouter(include_in_schema=False)


@router.api_route("/healthz", methods=["GET", "HEAD"])
async def alive() -> PlainTextResponse:
    """Answer while the process runs, whatever else is down."""
    return PlainTextResponse("ok")


@router.api_route("/readyz", methods=["GET", "HEAD"])
def ready() -> JSONResponse:
    """Answer 200 when PostgreSQL, its schema, Redis and the workers are there, else 503; each with a word."""
    found = {**_of_database(), "redis": "ok" if redis.is_answering() else "does not answer"}
    good = all(state == "ok" for state in found.values())
    return JSONResponse(found, status_code=200 if good else 503)


def _of_database() -> dict[str, str]:
    try:
        with transaction() as session:
            return {"postgresql": "ok", "schema": _schema(), "workers": _workers(session)}
    except (OutreachError, DBAPIError):
        return {"postgresql": "does not answer"}


def _schema() -> str:
    return "ok" if schema.current() == schema.newest() else "not up to date; run 'outreach migrate'"


def _workers(session: Session) -> str:
    if session.execute(text("SELECT to_regclass('heartbeat')")).scalar() is None:
        return "not heard of yet"
    if not heartbeats.last(session):
        return "not heard of yet"
    silent = heartbeats.silent(session)
    return f"silent: {', '.join(silent)}" if silent else "ok"
