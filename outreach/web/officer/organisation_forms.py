"""An organisation by hand: adding one, correcting it, making one of two."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from pydantic import BaseModel, Field
from sqlmodel import Session

from outreach.accounts.models import User
from outreach.accounts.roles import Action
from outreach.contacts import employers, queries
from outreach.contacts.employers import Employer
from outreach.contacts.models import Organisation
from outreach.foundation import locale
from outreach.foundation.errors import Conflict, Refused
from outreach.foundation.locale import gettext as _
from outreach.foundation.locale import ngettext
from outreach.web.access import Db, may
from outreach.web.officer import choices
from outreach.web.officer.page import act, number, page
from outreach.web.pages import redirect

router = APIRouter(prefix="/organisations")

Editor = Annotated[User, Depends(may(Action.EDIT_CONTACTS))]
Text = Annotated[str, Field(max_length=500)]


class Typed(BaseModel):
    """The form as it comes in; the names stand in one input per language."""

    name_sv: Text = ""
    name_zh: Text = ""
    name_en: Text = ""
    kind: Text = ""
    sector: Text = ""
    country: Text = ""
    language: Text = ""
    note: Text = ""

    def employer(self) -> Employer:
        """Return it as the room takes it."""
        names = {"sv": self.name_sv, "zh-Hans": self.name_zh, "en": self.name_en}
        said = self.model_dump(include={"kind", "sector", "country", "language", "note"})
        return Employer(names=names, **said)


@router.get("/new")
def new(request: Request, _user: Editor) -> Response:
    """Ask for a new organisation."""
    return _form(request, Typed(language=locale.language()), one=None)


@router.post("/new")
def add(request: Request, session: Db, user: Editor, typed: Annotated[Typed, Form()]) -> Response:
    """Add an organisation, or say what is wrong with the form."""
    try:
        with session.begin_nested():
            one = employers.add(session, typed.employer(), by=user.email)
    except Refused as refusal:
        return _form(request, typed, one=None, problem=refusal.message)
    return redirect(f"/organisations/{one.id}", say=_("Saved."))


@router.get("/{organisation_id}/edit")
def edit(request: Request, organisation_id: str, session: Db, _user: Editor) -> Response:
    """Show what is known of an organisation, to correct it; and those it may be one with."""
    one = employers.get(session, number(organisation_id))
    names = {"name_sv": one.names.get("sv", ""), "name_zh": one.names.get("zh-Hans", "")}
    typed = Typed(
        **names,
        name_en=one.names.get("en", ""),
        kind=one.kind.value,
        sector=one.sector.value,
        country=one.country,
        language=one.language,
        note=one.note,
    )
    return _form(request, typed, one=one, others=_others(session, one))


@router.post("/{organisation_id}/edit")
def correct(
    request: Request, organisation_id: str, session: Db, user: Editor, typed: Annotated[Typed, Form()]
) -> Response:
    """Correct an organisation."""
    one = employers.get(session, number(organisation_id))
    try:
        with session.begin_nested():
            employers.update(session, one, typed.employer(), by=user.email)
    except Refused as refusal:
        return _form(request, typed, one=one, others=_others(session, one), problem=refusal.message)
    return redirect(f"/organisations/{one.id}", say=_("Saved."))


@router.post("/{organisation_id}/merge")
def merge(
    organisation_id: str, session: Db, user: Editor, other: Annotated[str, Form(), Field(max_length=40)] = ""
) -> Response:
    """Let the people of another organisation belong to this one, and the other go."""
    kept = employers.get(session, number(organisation_id))

    def merged() -> str:
        if not other:
            raise Conflict(_("Choose two different organisations."))
        moved = employers.merge(session, kept, employers.get(session, number(other)), by=user.email)
        said = ngettext(
            "They are one now; %(number)s person came along.", "They are one now; %(number)s people came along.", moved
        )
        return said % {"number": locale.number(moved)}

    return act(session, merged, back=f"/organisations/{kept.id}")


def _others(session: Session, one: Organisation) -> choices.Options:
    return [(key, name) for key, name in queries.organisation_options(session) if key != str(one.id)]


def _form(
    request: Request,
    typed: Typed,
    *,
    one: Organisation | None,
    others: choices.Options | None = None,
    problem: str | None = None,
) -> Response:
    return page(
        request,
        "organisations/form",
        at="organisations",
        status=422 if problem else 200,
        typed=typed,
        one=one,
        others=others or [],
        problem=problem,
        kinds=choices.kinds(),
        sectors=choices.sectors(),
        countries=choices.all_countries(),
        spoken=choices.languages(),
    )
