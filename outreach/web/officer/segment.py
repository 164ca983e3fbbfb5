"""One saved segment: whom it means, how many that is, where it is used, and what is done to it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response

from outreach.accounts.models import User
from outreach.accounts.roles import Action
from outreach.campaigns import uses
from outreach.foundation.errors import Conflict, NotFound
from outreach.foundation.locale import gettext as _
from outreach.segments import rules, saved
from outreach.segments.models import Segment, SegmentKind
from outreach.web.access import Db, may
from outreach.web.officer import building, counting, naming
from outreach.web.officer.page import act, number, page
from outreach.web.officer.segment_building import built, note
from outreach.web.pages import redirect

router = APIRouter(prefix="/segments/{segment_id}")

Editor = Annotated[User, Depends(may(Action.EDIT_CONTACTS))]


def found(segment_id: str, session: Db) -> Segment:
    """Find the segment that an address names. Raises NotFound."""
    one = session.get(Segment, number(segment_id))
    if one is None:
        raise NotFound(_("There is no such segment; somebody may have deleted it."))
    return one


Found = Annotated[Segment, Depends(found)]


@router.get("")
def show(request: Request, segment: Found, session: Db) -> Response:
    """Show one segment: whom it means, how many that is now, and where it is used."""
    include = rules.InSegment(segment=(segment.key,))
    first, second = saved.rules_of(segment)
    return page(
        request,
        "segments/detail",
        at="segments",
        segment=segment,
        include=first,
        exclude=second,
        names=naming.of(session, first, second),
        panel=counting.of_rules(session, include, None),
        campaigns=uses.campaigns(session, segment),
        segments=uses.segments(session, segment),
    )


@router.get("/edit")
def edit(request: Request, _user: Editor, segment: Found, session: Db) -> Response:
    """Show the builder with a segment's rules. Raises Conflict for a frozen list."""
    _insist_on_living(segment)
    return building.page_of(
        request,
        session,
        building.of_rules(*saved.rules_of(segment)),
        template="segments/edit",
        here=f"/segments/{segment.id}/edit",
        segment=segment,
        name=segment.name,
        kind=segment.kind.value,
        needing=[one for one in uses.campaigns(session, segment) if one.needs_it],
    )


@router.post("/edit")
def change(request: Request, user: Editor, segment: Found, session: Db, form: building.Sent) -> Response:
    """Save a segment that is there, or do what another button of the builder says."""
    _insist_on_living(segment)

    def kept(include: rules.Rule, exclude: rules.Rule | None, name: str) -> Segment:
        return saved.save(session, key=segment.key, name=name, include=include, exclude=exclude, by=user.email)

    return built(request, session, user, form, segment, kept)


@router.post("/count")
def recount(_user: Editor, segment: Found, session: Db) -> Response:
    """Count a segment anew, for the list."""

    def counted() -> str:
        saved.count(session, segment)
        return _("Counted.")

    return act(session, counted, back=f"/segments/{segment.id}")


@router.post("/copy")
def copy(user: Editor, segment: Found, session: Db) -> Response:
    """Make a second one like it."""
    made = saved.copied(session, segment, by=user.email)
    note(session, user, "segment.create", made)
    return redirect(f"/segments/{made.id}", say=_("This is the copy; give it a name of its own."))


@router.post("/name")
def rename(user: Editor, segment: Found, session: Db, name: Annotated[str, Form(max_length=500)] = "") -> Response:
    """Call a segment otherwise."""

    def renamed() -> str:
        saved.rename(session, segment, name, by=user.email)
        note(session, user, "segment.change", segment)
        return _("It has its new name.")

    return act(session, renamed, back=f"/segments/{segment.id}")


@router.get("/delete")
def ask_to_delete(request: Request, _user: Editor, segment: Found, session: Db) -> Response:
    """Ask once more, or say what needs it."""
    return page(
        request,
        "segments/delete",
        at="segments",
        segment=segment,
        campaigns=[one for one in uses.campaigns(session, segment) if one.needs_it],
        segments=uses.segments(session, segment),
    )


@router.post("/delete")
def delete(user: Editor, segment: Found, session: Db) -> Response:
    """Delete a segment that nothing needs."""
    try:
        with session.begin_nested():
            uses.delete(session, segment, by=user.email)
    except Conflict as needed:
        return redirect(f"/segments/{segment.id}", say=needed.message, tone="stop")
    return redirect("/segments", say=_("The segment is deleted; no contact was changed."))


def _insist_on_living(segment: Segment) -> None:
    if segment.kind is SegmentKind.FROZEN:
        raise Conflict(_("“%(name)s” is a frozen list; make a new segment instead.") % {"name": segment.name})
