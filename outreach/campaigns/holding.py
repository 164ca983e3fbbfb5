"""Halting all letters to a family of mailboxes, and letting them go on."""

from sqlmodel import Session

from outreach.accounts import audit
from outreach.delivery import lanes
from outreach.delivery.lanes import Lane
from outreach.foundation.errors import NotFound, Refused
from outreach.foundation.locale import gettext as _


def find(session: Session, key: str) -> Lane:
    """Return a lane that letters go in or have gone. Raises NotFound."""
    found = next((one for one in lanes.overview(session) if one.key == key), None)
    if found is None:
        raise NotFound(_("There is no such lane."))
    return found


def halt(session: Session, lane: Lane, *, reason: str, by: str) -> None:
    """Let nothing leave in a lane until somebody releases it. Raises Refused without a reason."""
    if not reason.strip():
        raise Refused(_("Say why, in a few words."))
    lanes.halt(session, lane.key, reason.strip())
    audit.append(session, actor=by, action="lane.halt", subject=f"lane:{lane.key}")


def release(session: Session, lane: Lane, *, by: str) -> None:
    """Let a lane go on. Raises NotFound when nothing holds it."""
    lanes.release(session, lane.key)
    audit.append(session, actor=by, action="lane.release", subject=f"lane:{lane.key}")
