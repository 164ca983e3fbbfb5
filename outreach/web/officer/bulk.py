"""One change to everybody whom a search finds: what, then the number once more, then how it goes."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from pydantic import Field

from outreach.accounts.models import User
from outreach.accounts.roles import Action
from outreach.bulk import asking
from outreach.bulk.asking import Asked
from outreach.bulk.models import BulkAction
from outreach.consent import topics, whom
from outreach.consent.models import Basis
from outreach.contacts import queries
from outreach.foundation import locale
from outreach.foundation.errors import Conflict, Refused
from outreach.web.access import Db, may
from outreach.web.officer import bulk_words, choices, words
from outreach.web.officer.contacts import Filters
from outreach.web.officer.page import number, page
from outreach.web.pages import redirect

router = APIRouter(prefix="/contacts/change")

Editor = Annotated[User, Depends(may(Action.EDIT_CONTACTS))]
Words = Annotated[str, Field(max_length=500)]


class Wish(Filters):
    """The form as it comes in: whom, and what is to be done."""

    action: BulkAction | None = None
    new_tag: Words = ""
    organisation: Words = ""
    new_topic: Words = ""
    basis: Words = Basis.CONSENT.value
    came_from: Words = ""
    wording: Words = ""
    given_on: Words = ""
    why: Words = ""
    expected: int = 0

    def asked(self) -> Asked:
        """Return what is to be done. Raises Refused where nothing is chosen."""
        if self.action is None:
            raise Refused(bulk_words.choose())
        return Asked(
            self.action,
            tag=self.new_tag,
            organisation=self.organisation,
            topic=self.new_topic,
            basis=self.basis,
            source=self.came_from,
            wording=self.wording,
            given_on=self.given_on,
            why=self.why,
        )


@router.get("")
def ask(request: Request, session: Db, _user: Editor, wish: Annotated[Wish, Query()]) -> Response:
    """Ask what is to be done with everybody found; where that is said, ask once more with their number."""
    if wish.action is None:
        return _form(request, session, wish)
    try:
        detail = asking.check(session, wish.asked())
    except Refused as refusal:
        return _form(request, session, wish, problem=refusal.message)
    found = whom.count(session, wish.whom())
    return page(
        request,
        "contacts/change_confirm",
        at="contacts",
        wish=wish,
        found=found,
        sentence=bulk_words.sentence(session, wish.action, detail, found),
        warning=bulk_words.warning(wish.action),
    )


@router.post("")
def begin(request: Request, session: Db, user: Editor, wish: Annotated[Wish, Form()]) -> Response:
    """Begin the change."""
    try:
        with session.begin_nested():
            change = asking.begin(session, wish.whom(), wish.asked(), expected=wish.expected, by=user.email)
    except (Refused, Conflict) as refusal:
        return _form(request, session, wish, problem=refusal.message)
    return redirect(f"/contacts/change/{change.id}")


@router.get("/{change_id}")
def show(request: Request, change_id: str, session: Db, _user: Editor) -> Response:
    """Show how far a change has come."""
    change = asking.get(session, number(change_id))
    return page(
        request,
        "contacts/change",
        at="contacts",
        change=change,
        sentence=bulk_words.sentence(session, change.action, change.detail, change.total),
        outcome=bulk_words.outcome(change),
        percent=round(100 * change.done / max(change.total, 1)),
    )


def _form(request: Request, session: Db, wish: Wish, *, problem: str | None = None) -> Response:
    return page(
        request,
        "contacts/change_form",
        at="contacts",
        status=422 if problem else 200,
        wish=wish,
        problem=problem,
        found=whom.count(session, wish.whom()),
        actions=[(one.value, bulk_words.label(one)) for one in BulkAction],
        organisations=queries.organisation_options(session),
        topics=[(one.key, topics.label(one)) for one in topics.listed(session)],
        known_tags=queries.tags(session),
        bases=[(one.value, words.basis_label(one)) for one in Basis],
        spoken=locale.language(),
        languages_of_forms=choices.languages(),
    )
