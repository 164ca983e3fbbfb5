"""A change is described, counted and begun; a small one is done at once, a large one by a worker."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col

from outreach.accounts import audit
from outreach.bulk import working
from outreach.bulk.models import BulkAction, BulkChange
from outreach.consent import topics, whom
from outreach.consent.models import Basis
from outreach.consent.whom import Whom
from outreach.contacts import editing, sources
from outreach.contacts.importing import cells, faults
from outreach.contacts.importing.faults import Fault
from outreach.contacts.models import Contact, Organisation
from outreach.foundation import clock, jobs, locale
from outreach.foundation.errors import NotFound, Refused
from outreach.foundation.locale import gettext as _

AT_ONCE: Final = 1_000  # people whom a request itself changes
_LONGEST: Final = 200
_IN_LOG: Final = ("topic", "basis", "organisation")


@dataclass(frozen=True)
class Asked:
    """What is to be done; only what the action needs is looked at."""

    action: BulkAction
    tag: str = ""
    organisation: str = ""
    topic: str = ""
    basis: str = Basis.CONSENT.value
    source: str = ""
    wording: str = ""
    given_on: str = ""
    why: str = ""


def check(session: Session, asked: Asked) -> dict[str, str]:
    """Return what is to be done, tidied. Raises Refused for what is missing or cannot be."""
    match asked.action:
        case BulkAction.TAG | BulkAction.UNTAG:
            return {"tag": _said(editing.tag_text(asked.tag), _("Write the tag."))}
        case BulkAction.EMPLOY:
            return {"organisation": _organisation(session, asked.organisation)}
        case BulkAction.SUBSCRIBE:
            return _permission(session, asked)
        case BulkAction.LEAVE:
            source = _said(cells.tidy(asked.source), _("Say how you know that they want no more letters on this."))
            return {"topic": _topic(session, asked.topic), "source": source}
        case BulkAction.SUPPRESS:
            return {"why": _said(cells.tidy(asked.why), _("Say why, in a few words."))}


def begin(session: Session, wanted: Whom, asked: Asked, *, expected: int, by: str) -> BulkChange:
    """Begin a change. Raises Refused where more people are found than whoever confirmed it was told of.

    Somebody who comes in afterwards is not changed, whether the list finds them or not.
    """
    detail = check(session, asked)
    number = whom.count(session, wanted)
    if not number:
        raise Refused(_("Nobody is found by this search any more."))
    if number > expected:
        raise Refused(_("The list has grown since; look at it once more, and confirm the new number."))
    change = BulkChange(
        by=by,
        action=asked.action,
        wanted=whom.stored(wanted),
        detail=detail,
        total=number,
        until=session.scalar(sa.select(col(Contact.id)).order_by(col(Contact.id).desc()).limit(1)),
    )
    session.add(change)
    session.flush()
    logged: dict[str, Any] = {name: detail[name] for name in _IN_LOG if name in detail}
    audit.append(
        session,
        actor=by,
        action=f"contacts.bulk.{asked.action.value}",
        subject=f"bulk:{change.id}",
        detail={"people": number, **logged},
    )
    if number <= AT_ONCE:
        while working.step(session, change.id):
            pass
    else:
        jobs.nudge(session, working.WORK, str(change.id))
    return change


def get(session: Session, change_id: UUID) -> BulkChange:
    """Return a change. Raises NotFound."""
    found = session.get(BulkChange, change_id)
    if found is None:
        raise NotFound(_("There is no such change."))
    return found


def _permission(session: Session, asked: Asked) -> dict[str, str]:
    source = _said(
        cells.tidy(asked.source), _("Say where the addresses come from; without that nobody may be written to.")
    )
    wording = cells.tidy(asked.wording)
    if sources.is_collected(source):
        raise Refused(faults.sentence(Fault.HARVESTED, source))
    if asked.basis not in list(Basis):
        raise Refused(_("Choose on which ground letters may be sent."))
    if asked.basis == Basis.CONSENT and not (wording and asked.given_on):
        raise Refused(_("Consent is proved by the day on which it was given and the sentence that people agreed to."))
    return {
        "topic": _topic(session, asked.topic),
        "basis": asked.basis,
        "source": source,
        "wording": wording,
        "language": locale.language(),
        "given_on": _day(asked.given_on),
    }


def _day(text: str) -> str:
    if not text:
        return ""
    try:
        day = date.fromisoformat(text)
    except ValueError as unreadable:
        raise Refused(_("Write the day as 2026-11-25.")) from unreadable
    if day > clock.today("UTC"):
        raise Refused(_("This day is still to come."))
    return day.isoformat()


def _topic(session: Session, key: str) -> str:
    if not key:
        raise Refused(_("Choose a topic."))
    return topics.by_keys(session, [key])[0].key


def _organisation(session: Session, text: str) -> str:
    if not text:
        return ""
    try:
        known = session.get(Organisation, UUID(text))
    except ValueError:
        known = None
    if known is None:
        raise Refused(_("The organisation chosen does not exist any more; choose another."))
    return str(known.id)


def _said(text: str, otherwise: str) -> str:
    if not text:
        raise Refused(otherwise)
    if len(text) > _LONGEST:
        raise Refused(_("“%(start)s…” is too long; keep it under 200 characters.") % {"start": text[:30]})
    return text
