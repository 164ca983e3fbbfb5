"""Data protection: how long what is kept, what was disposed of, whose data is held, and the record of processing."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request, Response

from outreach.accounts.models import User
from outreach.accounts.roles import Action
from outreach.foundation.errors import NotFound, Refused
from outreach.foundation.locale import gettext as _
from outreach.privacy import holding, idling, recording, retaining
from outreach.privacy.models import Matter
from outreach.privacy.retaining import Rule
from outreach.web.access import Db, may
from outreach.web.officer.page import page
from outreach.web.pages import redirect

router = APIRouter(prefix="/data-protection")

Administrator = Annotated[User, Depends(may(Action.MANAGE_SETTINGS))]
Words = Annotated[str, Form(max_length=600)]
HERE = "/data-protection"


@router.get("")
def show(request: Request, session: Db) -> Response:
    """Show the times, the holds and what was disposed of."""
    return page(
        request,
        "privacy/retention",
        at="data_protection",
        rules=retaining.rules(session),
        retaining=retaining,
        holds=holding.listed(session),
        disposals=retaining.disposals(session),
    )


@router.get("/records")
def records(request: Request, session: Db) -> Response:
    """Show the record of processing activities, to be printed."""
    return page(request, "privacy/records", at="data_protection", records=recording.records(session))


@router.get("/idle")
def idle(request: Request, session: Db, cursor: Annotated[str | None, Query(max_length=400)] = None) -> Response:
    """List people who get no letters any more, for somebody to decide about each."""
    days = retaining.rule(session, Matter.CONTACTS).days
    return page(
        request,
        "privacy/idle",
        at="data_protection",
        days=days,
        pages=idling.listed(session, days=days, cursor=cursor),
    )


@router.get("/{matter}")
def form(request: Request, session: Db, _user: Administrator, matter: str) -> Response:
    """Show what may be decided about a class."""
    return _form(request, retaining.rule(session, _matter(matter)))


@router.post("/{matter}")
def change(
    request: Request,
    session: Db,
    user: Administrator,
    matter: str,
    days: Annotated[int, Form()] = 0,
    basis: Words = "",
    decision: Words = "",
    is_held: Annotated[bool, Form()] = False,
) -> Response:
    """Decide how long a class is kept, or say what is wrong with the form."""
    found = _matter(matter)
    try:
        with session.begin_nested():
            retaining.change(session, found, days=days, basis=basis, decision=decision, is_held=is_held, by=user.email)
    except Refused as refusal:
        return _form(request, Rule(found, days, basis, decision, is_held), problem=refusal.message)
    return redirect(HERE, say=_("This is decided; the audit log keeps who did and when."))


def _form(request: Request, rule: Rule, *, problem: str | None = None) -> Response:
    status = 422 if problem else 200
    given = {"rule": rule, "span": retaining.SPANS[rule.matter], "retaining": retaining, "problem": problem}
    return page(request, "privacy/rule", at="data_protection", status=status, **given)


def _matter(name: str) -> Matter:
    try:
        return Matter(name)
    except ValueError as unknown:
        raise NotFound from unknown
