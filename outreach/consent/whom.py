"""Whom a list of people means: what they are, and what is known of permission. It is kept as JSON, too."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import Session, col

from outreach.consent import permission, topics
from outreach.contacts import search
from outreach.contacts.models import Contact, Organisation, OrganisationKind, Sector
from outreach.contacts.search import Search
from outreach.delivery.models import Suppression, SuppressionReason

NOT_STOPPED: Final = "no"
STOPPED: Final = "any"


@dataclass(frozen=True)
class Whom:
    """A search, narrowed to subscribers of a topic, and by whether mail may go there: "no", "any", or a reason."""

    search: Search = field(default_factory=Search)
    topic: str | None = None
    stopped: str | None = None


def conditions(session: Session, whom: Whom) -> list[sa.ColumnElement[bool]]:
    """Return the conditions over `contact LEFT JOIN organisation`. Raises Refused for an unknown topic."""
    found = search.looked_up(session, whom.search)
    if whom.topic:
        found.append(permission.subscribed_to([topics.by_keys(session, [whom.topic])[0].key]))
    if whom.stopped:
        found.append(_stopped(whom.stopped))
    return found


def ids(session: Session, whom: Whom) -> sa.Select[Any]:
    """Return the SELECT of their ids: `id`."""
    joined = sa.outerjoin(Contact, Organisation, col(Organisation.id) == col(Contact.organisation_id))
    return sa.select(col(Contact.id)).select_from(joined).where(*conditions(session, whom))


def count(session: Session, whom: Whom) -> int:
    """Count them, all of them."""
    number: int = session.execute(sa.select(sa.func.count()).select_from(ids(session, whom).subquery())).scalar_one()
    return number


def stored(whom: Whom) -> dict[str, Any]:
    """Return it as JSON."""
    since = whom.search.since
    return {**asdict(whom), "search": {**asdict(whom.search), "since": since.isoformat() if since else None}}


def read(kept: Mapping[str, Any]) -> Whom:
    """Read what `stored` wrote."""
    said = dict(kept["search"])
    said["since"] = datetime.fromisoformat(said["since"]) if said["since"] else None
    said["sector"] = Sector(said["sector"]) if said["sector"] else None
    said["kind"] = OrganisationKind(said["kind"]) if said["kind"] else None
    return Whom(Search(**said), kept["topic"], kept["stopped"])


def _stopped(which: str) -> sa.ColumnElement[bool]:
    suppressed = sa.exists().where(col(Suppression.address) == col(Contact.address)).correlate(Contact)
    if which == NOT_STOPPED:
        return sa.not_(suppressed)
    if which in list(SuppressionReason):
        return suppressed.where(col(Suppression.reason) == SuppressionReason(which))
    return suppressed
