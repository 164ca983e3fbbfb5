"""The audit log: who did what, when; to be searched, and taken out as a file."""

import json
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Annotated, Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from outreach.accounts import audit
from outreach.accounts.audit import Entry, Wanted
from outreach.accounts.models import User
from outreach.accounts.roles import Action
from outreach.contacts import exporting
from outreach.foundation import clock
from outreach.foundation.database import transaction
from outreach.foundation.settings import settings
from outreach.web.access import Db, may
from outreach.web.officer import audit_words
from outreach.web.officer.page import page

router = APIRouter(prefix="/audit")

Reader = Annotated[User, Depends(may(Action.SEE_AUDIT))]
COLUMNS: Final = ("at", "actor", "action", "subject", "detail")
SIZE: Final = 50


class Asked(BaseModel):
    """What is looked for, as an address says it."""

    actor: str = Field(default="", max_length=320)
    area: str = Field(default="", max_length=40)
    since: str = Field(default="", max_length=20)
    until: str = Field(default="", max_length=20)

    def wanted(self) -> Wanted:
        """Return what is looked for; days are those of the centre's first place, and what is none does not matter."""
        until = _day(self.until)
        return Wanted(
            actor=self.actor.strip(),
            area=self.area,
            since=_midnight(_day(self.since)),
            until=_midnight(until + timedelta(days=1)) if until else None,
        )


@router.get("")
def show(
    request: Request, session: Db, _user: Reader, asked: Annotated[Asked, Query()], cursor: str | None = None
) -> Response:
    """Show the log, the newest line first."""
    return page(
        request,
        "audit",
        at="audit",
        asked=asked,
        pages=audit.listed(session, asked.wanted(), cursor=cursor, size=SIZE),
        actor_options=[(one, one) for one in audit.actors(session)],
        areas=list(audit_words.areas().items()),
        said=audit_words.action,
        address=_address,
        query=urlencode({name: value for name, value in asked.model_dump().items() if value}),
    )


@router.post("/export")
def export(session: Db, user: Reader, asked: Annotated[Asked, Query()]) -> Response:
    """Give what is looked for as CSV, and write down that it was taken out."""
    audit.append(session, actor=user.email, action="audit.export", subject="audit", detail=asked.model_dump())
    name = f"outreach-audit-{clock.today('UTC').isoformat()}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(_csv(asked.wanted()), media_type="text/csv; charset=utf-8", headers=headers)


def _csv(wanted: Wanted) -> Iterator[bytes]:
    yield exporting.as_csv((), header=COLUMNS)
    after: int | None = 0
    while after is not None:
        with transaction() as session:
            lines, after = audit.portion(session, wanted, after=after)
        yield exporting.as_csv(_cells(line) for line in lines)


def _cells(line: Entry) -> tuple[str, ...]:
    detail = json.dumps(dict(line.detail), ensure_ascii=False, sort_keys=True) if line.detail else ""
    return line.at.isoformat(timespec="seconds"), line.actor, line.action, line.subject, detail


def _address(line: Entry) -> str | None:
    """Return where what a line is about is shown, if it is still there to be seen."""
    kind, _colon, key = line.subject.rpartition(":")
    if line.action.startswith("campaign."):
        return f"/campaigns/{line.subject}"
    return f"/{kind}s/{key}" if kind in {"contact", "organisation", "segment", "sender"} else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _midnight(day: date | None) -> datetime | None:
    return datetime.combine(day, time(), ZoneInfo(settings().timezones[0])) if day else None
