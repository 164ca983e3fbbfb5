"""People who may stand there twice: the list, two side by side, and making one of them or saying that they are two."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, ConfigDict
from sqlmodel import Session

from outreach.accounts.models import User
from outreach.accounts.roles import Action
from outreach.contacts import corrections, duplicates, fields
from outreach.contacts.duplicates import Pair
from outreach.contacts.models import Contact
from outreach.foundation import jobs
from outreach.foundation.errors import Conflict, Refused
from outreach.foundation.locale import gettext as _
from outreach.privacy import merging
from outreach.web.access import Db, may
from outreach.web.officer.page import act, number, page
from outreach.web.pages import redirect

router = APIRouter(prefix="/contacts/duplicates")

Editor = Annotated[User, Depends(may(Action.EDIT_CONTACTS))]
HERE = "/contacts/duplicates"


class Row(BaseModel):
    """One field of two people side by side; `which` is the one whose value is proposed."""

    model_config = ConfigDict(frozen=True)

    name: str
    label: str
    values: tuple[str, str]
    which: int


@router.get("")
def listing(request: Request, session: Db, cursor: Annotated[str | None, Query(max_length=400)] = None) -> Response:
    """List the pairs about which nobody has decided."""
    return page(
        request,
        "contacts/duplicates",
        at="contacts",
        pages=duplicates.listed(session, cursor=cursor),
        reason_label=duplicates.reason_label,
    )


@router.post("")
def find(session: Db, _user: Editor) -> RedirectResponse:
    """Let a worker look once more."""
    jobs.nudge(session, duplicates.FIND)
    return redirect(HERE, say=_("Looking once more; load this page again in a minute."), tone="info")


@router.get("/{first_id}/{second_id}")
def show(request: Request, first_id: str, second_id: str, session: Db, _user: Editor) -> Response:
    """Show two people side by side."""
    found = duplicates.pair(session, number(first_id), number(second_id))
    return page(
        request,
        "contacts/merge",
        at="contacts",
        pair=found,
        rows=_rows(session, found),
        reasons=[duplicates.reason_label(one) for one in found.reasons],
    )


async def chosen(request: Request) -> dict[str, str]:
    """Return from whom each field is taken, as the form says: "first" or "second" by the field's name."""
    return {name: str(value) for name, value in (await request.form()).items()}


@router.post("/{first_id}/{second_id}")
def merge(
    first_id: str, second_id: str, session: Db, user: Editor, wish: Annotated[dict[str, str], Depends(chosen)]
) -> Response:
    """Make one person of the two: the first stays, with what was chosen."""
    first, second = number(first_id), number(second_id)
    theirs = [name for name, which in wish.items() if which == "second"]
    try:
        with session.begin_nested():
            merging.merge(session, first, second, theirs=theirs, by=user.email)
    except (Refused, Conflict) as refusal:
        return redirect(f"{HERE}/{first}/{second}", say=refusal.message, tone="stop")
    return redirect(f"/contacts/{first}", say=_("They are one person now."))


@router.post("/{first_id}/{second_id}/distinct")
def set_apart(first_id: str, second_id: str, session: Db, user: Editor) -> RedirectResponse:
    """Remember that they are two."""
    found = duplicates.pair(session, number(first_id), number(second_id))

    def kept() -> str:
        duplicates.set_apart(session, found, by=user.email)
        return _("Remembered: they are two.")

    return act(session, kept, back=HERE)


def _rows(session: Session, found: Pair) -> list[Row]:
    rows = []
    for name in merging.FIELDS:
        values = _shown(session, found.first, name), _shown(session, found.second, name)
        if any(values):
            rows.append(_row(name, corrections.label(name), values))
    for field in fields.listed(session):
        both = [one.fields.get(field.key) for one in (found.first, found.second)]
        if any(one is not None for one in both):
            first, second = ("" if one is None else fields.shown(field, one) for one in both)
            rows.append(_row(f"fields.{field.key}", fields.label(field), (first, second)))
    return rows


def _row(name: str, label: str, values: tuple[str, str]) -> Row:
    return Row(name=name, label=label, values=values, which=0 if values[0] else 1)


def _shown(session: Session, contact: Contact, name: str) -> str:
    value: Any = getattr(contact, name)
    return corrections.shown(session, name, str(value) if value else "")
