"""People as a file: for whom, in which form, and why; the reason is kept with who asked."""

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.responses import FileResponse, StreamingResponse
from starlette.background import BackgroundTask

from outreach.accounts.models import User
from outreach.accounts.roles import Action
from outreach.consent import whom
from outreach.consent.whom import Whom
from outreach.contacts import exporting
from outreach.contacts.exporting import MOST_IN_A_REQUEST, Format
from outreach.contacts.search import Search
from outreach.foundation import clock, locale
from outreach.foundation.database import transaction
from outreach.foundation.errors import Refused
from outreach.foundation.locale import gettext as _
from outreach.web.access import Db, may
from outreach.web.officer import choices
from outreach.web.officer.contacts import Filters
from outreach.web.officer.page import page

router = APIRouter(prefix="/contacts/export")

Exporter = Annotated[User, Depends(may(Action.EXPORT_PEOPLE))]
TYPES: Final = {
    Format.CSV: "text/csv; charset=utf-8",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class Asked(Filters):
    """The form as it comes in."""

    format: Format = Format.CSV
    reason: Annotated[str, Form(max_length=500)] = ""


@router.get("")
def ask(request: Request, session: Db, _user: Exporter, asked: Annotated[Asked, Query()]) -> Response:
    """Ask for whom, in which form, and why."""
    return _form(request, session, asked)


@router.post("")
def export(request: Request, session: Db, user: Exporter, asked: Annotated[Asked, Form()]) -> Response:
    """Write down who takes whom out and why, then give the file."""
    wanted = asked.whom()
    try:
        with session.begin_nested():
            also = whom.conditions(session, wanted)
            people = exporting.begin(session, Search(), *also, format_=asked.format, reason=asked.reason, by=user.email)
            if asked.format is Format.XLSX and people > MOST_IN_A_REQUEST:
                raise Refused(
                    _("More than %(number)s people are too many for a workbook here; choose CSV.")
                    % {"number": locale.number(MOST_IN_A_REQUEST)}
                )
    except Refused as refusal:
        return _form(request, session, asked, problem=refusal.message)
    header = exporting.header(session)
    name = f"outreach-contacts-{clock.today('UTC').isoformat()}.{asked.format}"
    if asked.format is Format.CSV:
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return StreamingResponse(_csv(wanted, header), media_type=TYPES[Format.CSV], headers=headers)
    with tempfile.NamedTemporaryFile(suffix=".xlsx", delete=False) as written:
        file = Path(written.name)
    exporting.write_workbook((line for portion in _portions(wanted) for line in portion), file, header=header)
    gone = BackgroundTask(file.unlink, missing_ok=True)
    return FileResponse(file, media_type=TYPES[Format.XLSX], filename=name, background=gone)


def _csv(wanted: Whom, header: Sequence[str]) -> Iterator[bytes]:
    yield exporting.as_csv((), header=header)
    for portion in _portions(wanted):
        yield exporting.as_csv(portion)


def _portions(wanted: Whom) -> Iterator[Sequence[exporting.Line]]:
    after: UUID | None = None
    while True:
        with transaction() as session:
            also = whom.conditions(session, wanted)
            lines, after = exporting.portion(session, Search(), *also, after=after)
        yield lines
        if after is None:
            return


def _form(request: Request, session: Db, asked: Asked, *, problem: str | None = None) -> Response:
    return page(
        request,
        "contacts/export",
        at="contacts",
        status=422 if problem else 200,
        asked=asked,
        problem=problem,
        choices=[*choices.of(session), choices.stopped()],
        own_fields=choices.own_fields(session),
    )
