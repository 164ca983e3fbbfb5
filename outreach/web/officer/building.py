"""The builder of an audience as pages share it: what its form sent, what its buttons do, what it shows."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any, Final

from fastapi import Depends, Request, Response
from sqlmodel import Session
from starlette.datastructures import FormData

from outreach.campaigns import uses
from outreach.foundation.errors import NotFound, Refused
from outreach.foundation.locale import gettext as _
from outreach.segments import rules
from outreach.segments.models import Segment
from outreach.web.officer import choices, conditions, counting, draft, naming
from outreach.web.officer.campaign import Shown
from outreach.web.officer.draft import Draft
from outreach.web.officer.page import page

MOST_FIELDS: Final = 5_000

Keep = Callable[[rules.Rule, rules.Rule | None, str], Any]
of_rules = draft.of_rules


async def sent(request: Request) -> FormData:
    """Return what a form of the builder sent; its fields are named by their places, so no model knows them."""
    return await request.form(max_fields=MOST_FIELDS, max_files=0)


Sent = Annotated[FormData, Depends(sent)]


def of_texts(include: str, exclude: str) -> Draft:
    """Return the conditions for two rules in the short form, either of which may be empty. Raises Refused."""
    if not include and not exclude:
        return Draft()
    return draft.of_rules(rules.parse_text(include or "everyone"), rules.parse_text(exclude) if exclude else None)


def draft_of(session: Session, form: FormData) -> Draft:
    """Return the conditions that a form sent, with what was typed taken in. Raises Refused for too many."""
    return conditions.taken_in(session, draft.of_form(form))


def done(one: Draft, do: str, form: FormData) -> Draft:
    """Do what a button says; one that only counts changes nothing."""
    return draft.edited(one, do, form) if ":" in do else one


def finished(one: Draft) -> tuple[rules.Rule, rules.Rule | None]:
    """Return the rules of a draft. Raises Refused while a line of it says nothing yet, or says what is not known."""
    if faulty := next((line for line in one.conditions if line.problem), None):
        raise Refused(faulty.problem)
    if one.unfinished:
        raise Refused(_("A condition says nothing yet; choose something in it, or remove it."))
    return one.rules()


def said(session: Session, one: Draft) -> dict[str, Any]:
    """Return the rules of a draft with the names that their sentence needs; nothing for rules that cannot be."""
    try:
        include, exclude = one.rules()
    except Refused:
        return {"include": None, "exclude": None, "names": None}
    return {"include": include, "exclude": exclude, "names": naming.of(session, include, exclude)}


def page_of(
    request: Request,
    session: Session,
    one: Draft,
    *,
    template: str,
    form: FormData | None = None,
    shown: Shown | None = None,
    problem: str | None = None,
    segment: Segment | None = None,
    needing: Sequence[uses.Use] = (),
    **context: Any,
) -> Response:
    """Show the builder with a draft, counted; `needing` are the campaigns that wait and would change with it."""
    topic, do = (str(form.get("topic", "")), str(form.get("do", ""))) if form is not None else ("", "")
    try:
        panel = counting.of_draft(session, one, topic=topic, shown=shown)
    except NotFound as gone:
        panel = counting.Panel(problem=gone.message)
    return page(
        request,
        template,
        at="campaigns" if shown else "segments",
        status=422 if problem else 200,
        draft=one,
        do=do,
        newest=one.newest(do),
        asked=conditions.asked(),
        menu=conditions.groups(),
        offered=conditions.options(session, one, without_segment=segment.key if segment else ""),
        topics=choices.subscribable(session),
        topic=topic,
        panel=panel,
        problem=problem,
        segment=segment,
        needing=needing,
        shown=shown,
        **said(session, one),
        **context,
    )
