"""The installation's own fields, under Settings: administrators define them, everybody fills them in."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field

from outreach.accounts.models import User
from outreach.accounts.roles import Action
from outreach.contacts import fields
from outreach.contacts.models import ContactField, FieldKind
from outreach.foundation import locale
from outreach.foundation.errors import Conflict, Refused
from outreach.foundation.locale import gettext as _
from outreach.foundation.locale import ngettext
from outreach.web.access import Db, may
from outreach.web.officer.page import page
from outreach.web.pages import redirect

router = APIRouter(prefix="/fields")

Manager = Annotated[User, Depends(may(Action.MANAGE_SETTINGS))]
Text = Annotated[str, Field(max_length=200)]
HERE = "/fields"


class Typed(BaseModel):
    """The form as it comes in. A choice stands on a line: its key, then its names in sv, zh and en between bars."""

    key: Text = ""
    kind: FieldKind = FieldKind.TEXT
    name_sv: Text = ""
    name_zh: Text = ""
    name_en: Text = ""
    choices: Annotated[str, Field(max_length=20_000)] = ""
    position: int = 0

    def names(self) -> dict[str, str]:
        """Return the names per language."""
        return {"sv": self.name_sv, "zh-Hans": self.name_zh, "en": self.name_en}

    def offered(self) -> list[dict[str, Any]]:
        """Return the choices that the lines mean."""
        return [_choice(line) for line in self.choices.splitlines() if line.strip()]


@router.get("")
def listing(request: Request, session: Db) -> Response:
    """List the fields."""
    return page(
        request, "fields/list", at="fields", fields=fields.listed(session), label=fields.label, kind=fields.kind_label
    )


@router.get("/new")
def new(request: Request, _user: Manager) -> Response:
    """Ask for a new field."""
    return _form(request, Typed(), field=None)


@router.post("/new")
def add(request: Request, session: Db, user: Manager, typed: Annotated[Typed, Form()]) -> Response:
    """Add a field, or say what is wrong with the form."""
    try:
        with session.begin_nested():
            fields.define(
                session,
                key=typed.key.strip(),
                kind=typed.kind,
                names=typed.names(),
                choices=typed.offered(),
                by=user.email,
            )
    except (Refused, Conflict) as refusal:
        return _form(request, typed, field=None, problem=refusal.message)
    return redirect(HERE, say=_("Saved."))


@router.get("/{key}")
def edit(request: Request, key: str, session: Db, _user: Manager) -> Response:
    """Show a field, to change it; with how many people it says something of."""
    field = fields.get(session, key)
    names = {"name_sv": field.names.get("sv", ""), "name_zh": field.names.get("zh-Hans", "")}
    lines = "\n".join(_line(one) for one in field.choices)
    typed = Typed(
        **names,
        name_en=field.names.get("en", ""),
        key=key,
        kind=field.kind,
        choices=lines,
        position=field.position,
    )
    return _form(request, typed, field=field, holders=fields.holders(session, field))


@router.post("/{key}")
def change(request: Request, key: str, session: Db, user: Manager, typed: Annotated[Typed, Form()]) -> Response:
    """Change a field, or say what is wrong with the form."""
    field = fields.get(session, key)
    try:
        with session.begin_nested():
            fields.change(
                session,
                field,
                names=typed.names(),
                choices=typed.offered(),
                position=typed.position,
                by=user.email,
            )
    except Refused as refusal:
        return _form(request, typed, field=field, problem=refusal.message, holders=fields.holders(session, field))
    return redirect(HERE, say=_("Saved."))


@router.post("/{key}/remove")
def remove(key: str, session: Db, user: Manager) -> RedirectResponse:
    """Remove a field with what it says of everybody."""
    lost = fields.remove(session, fields.get(session, key), by=user.email)
    said = ngettext(
        "Removed, with what it said of %(number)s person.", "Removed, with what it said of %(number)s people.", lost
    )
    return redirect(HERE, say=said % {"number": locale.number(lost)})


def _choice(line: str) -> dict[str, Any]:
    key, *names = (part.strip() for part in line.replace("｜", "|").split("|"))
    said = dict(zip(("sv", "zh-Hans", "en"), names, strict=False))
    return {"key": key, "names": said if any(said.values()) else {"en": key}}


def _line(choice: dict[str, Any]) -> str:
    return " | ".join([choice["key"], *(choice["names"].get(tag, "") for tag in ("sv", "zh-Hans", "en"))])


def _form(
    request: Request, typed: Typed, *, field: ContactField | None, problem: str | None = None, holders: int = 0
) -> Response:
    return page(
        request,
        "fields/form",
        at="fields",
        status=422 if problem else 200,
        typed=typed,
        field=field,
        problem=problem,
        holders=holders,
        kinds=[(one.value, fields.kind_label(one)) for one in FieldKind],
        label=fields.label,
    )
