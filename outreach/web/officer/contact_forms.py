"""A person by hand: adding somebody, and correcting what is known of them."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request, Response
from pydantic import BaseModel, Field
from sqlmodel import Session

from outreach.accounts.models import User
from outreach.accounts.roles import Action
from outreach.contacts import editing, fields, queries
from outreach.contacts.editing import Details
from outreach.contacts.models import Contact, ContactField, FieldKind
from outreach.foundation import locale
from outreach.foundation.errors import Conflict, Refused
from outreach.foundation.locale import gettext as _
from outreach.foundation.settings import settings
from outreach.web.access import Db, may
from outreach.web.officer import choices
from outreach.web.officer.page import number, page
from outreach.web.pages import redirect

router = APIRouter(prefix="/contacts")

Editor = Annotated[User, Depends(may(Action.EDIT_CONTACTS))]
Text = Annotated[str, Field(max_length=500)]
OWN = "own_"  # what the names of the inputs of own fields begin with


class Typed(BaseModel):
    """The form as it comes in; own fields are read beside it, for their names are the installation's."""

    email: Text = ""
    language: Text = ""
    source: Text = ""
    given_name: Text = ""
    family_name: Text = ""
    native_name: Text = ""
    latin_name: Text = ""
    title: Text = ""
    organisation_id: Text = ""
    country: Text = ""
    time_zone: Text = ""
    tags: Text = ""

    def details(self, own: dict[str, str]) -> Details:
        """Return it as the room takes it. Raises NotFound for an organisation that cannot be one."""
        said = self.model_dump(exclude={"organisation_id", "tags"})
        tags = tuple(tag.strip() for tag in self.tags.replace("，", ",").replace("、", ",").split(",") if tag.strip())
        employer = number(self.organisation_id) if self.organisation_id else None
        return Details(**said, organisation_id=employer, tags=tags, fields=own)


async def own_fields(request: Request) -> dict[str, str]:
    """Return what was typed into own fields, by their keys."""
    form = await request.form()
    return {name.removeprefix(OWN): str(value) for name, value in form.items() if name.startswith(OWN)}


Own = Annotated[dict[str, str], Depends(own_fields)]


@router.get("/new")
def new(request: Request, session: Db, _user: Editor) -> Response:
    """Ask for a new person."""
    empty = Typed(language=locale.language(), time_zone=settings().timezones[0])
    return _form(request, session, empty, {}, contact=None)


@router.post("/new")
def add(request: Request, session: Db, user: Editor, typed: Annotated[Typed, Form()], own: Own) -> Response:
    """Add a person, or say what is wrong with the form."""
    try:
        with session.begin_nested():
            contact = editing.add(session, typed.details(own), actor=user.email)
    except (Refused, Conflict) as refusal:
        return _form(request, session, typed, own, contact=None, problem=refusal.message)
    said = _("Added. No letter goes there before they have agreed to one, or you say on what ground it may.")
    return redirect(f"/contacts/{contact.id}", say=said)


@router.get("/{contact_id}/edit")
def edit(request: Request, contact_id: str, session: Db, _user: Editor) -> Response:
    """Show what is known of a person, to correct it."""
    contact = queries.person(session, number(contact_id)).contact
    known: dict[str, Any] = {name: getattr(contact, name) for name in Typed.model_fields}
    known |= {"tags": ", ".join(contact.tags), "organisation_id": str(contact.organisation_id or "")}
    own = {key: fields.typed(value) for key, value in contact.fields.items()}
    return _form(request, session, Typed.model_construct(**known), own, contact=contact)


@router.post("/{contact_id}/edit")
def correct(
    request: Request, contact_id: str, session: Db, user: Editor, typed: Annotated[Typed, Form()], own: Own
) -> Response:
    """Correct what is known of a person; what it said before is kept."""
    contact = queries.person(session, number(contact_id)).contact
    try:
        with session.begin_nested():
            editing.update(session, contact, typed.details(own), actor=user.email)
    except (Refused, Conflict) as refusal:
        session.refresh(contact)
        return _form(request, session, typed, own, contact=contact, problem=refusal.message)
    return redirect(f"/contacts/{contact.id}", say=_("Saved."))


def _form(
    request: Request,
    session: Session,
    typed: Typed,
    own: dict[str, str],
    *,
    contact: Contact | None,
    problem: str | None = None,
) -> Response:
    return page(
        request,
        "contacts/form",
        at="contacts",
        status=422 if problem else 200,
        typed=typed,
        contact=contact,
        problem=problem,
        languages_of_letters=choices.languages(),
        countries=choices.all_countries(),
        time_zones=choices.time_zones(typed.time_zone),
        organisations=queries.organisation_options(session),
        known_tags=queries.tags(session),
        own_fields=[
            (fields.label(one), OWN + one.key, one.kind.value, _options(one), own.get(one.key, ""))
            for one in fields.listed(session)
        ],
    )


def _options(field: ContactField) -> list[tuple[str, str]]:
    if field.kind is FieldKind.YES_NO:
        return [("", _("Not known")), ("true", _("Yes")), ("false", _("No"))]
    if field.kind is FieldKind.CHOICE:
        offered = [(one["key"], fields.choice_label(field, one["key"])) for one in field.choices]
        return [("", _("Not known")), *offered]
    return []
