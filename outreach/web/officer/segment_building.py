"""A segment that is being built: saving it, or showing the builder again as another of its buttons changed it."""

from typing import Any

from fastapi import Request, Response
from sqlmodel import Session
from starlette.datastructures import FormData

from outreach.accounts import audit
from outreach.accounts.models import User
from outreach.foundation.errors import Conflict, Refused
from outreach.foundation.locale import gettext as _
from outreach.segments.models import Segment, SegmentKind
from outreach.web.officer import building
from outreach.web.pages import redirect


def built(
    request: Request, session: Session, user: User, form: FormData, segment: Segment | None, keep: building.Keep
) -> Response:
    """Answer a form of the builder: save, or show it again as another button changed it."""
    context: dict[str, Any] = {
        "template": "segments/edit",
        "here": f"/segments/{segment.id}/edit" if segment else "/segments",
        "segment": segment,
        "kind": str(form.get("kind", SegmentKind.LIVING.value)),
        "name": str(form.get("name", "")),
    }
    draft, do = building.draft_of(session, form), str(form.get("do", ""))
    if do != "save":
        return building.page_of(request, session, building.done(draft, do, form), form=form, **context)
    try:
        include, exclude = building.finished(draft)
        with session.begin_nested():
            made: Segment = keep(include, exclude, str(form.get("name", "")))
            note(session, user, "segment.change" if segment else "segment.create", made)
    except (Refused, Conflict) as refusal:
        return building.page_of(request, session, draft, form=form, problem=refusal.message, **context)
    return redirect(f"/segments/{made.id}", say=_("The segment is saved."))


def note(session: Session, user: User, action: str, segment: Segment) -> None:
    """Write into the audit log what was done to a segment."""
    audit.append(
        session,
        actor=user.email,
        action=action,
        subject=f"segment:{segment.id}",
        detail={"key": segment.key, "people": segment.people},
    )
