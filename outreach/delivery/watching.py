"""What somebody who watches a mailing looks at: the letters one by one, what went wrong, and how fast it goes."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import text
from sqlmodel import Session, col

from outreach.delivery.erasures import DOMAIN
from outreach.delivery.models import Delivery, DeliveryState
from outreach.foundation import masking
from outreach.foundation.locale import gettext as _
from outreach.foundation.paging import Page, page

# What a person may want to know of while letters leave; who left in time is no problem.
PROBLEMS: Final = (
    DeliveryState.AMBIGUOUS,
    DeliveryState.REJECTED,
    DeliveryState.BOUNCED_HARD,
    DeliveryState.BOUNCED_SOFT,
    DeliveryState.COMPLAINED,
    DeliveryState.EXPIRED,
)
WINDOW: Final = 30  # seconds over which the pace is taken
SHORTEST: Final = 3  # seconds that it takes to know it


@dataclass(frozen=True)
class Letter:
    """One delivery with its recipient and what was last heard of it."""

    id: UUID
    contact_id: UUID
    name: str
    address: str
    language: str
    state: DeliveryState
    reason: str | None
    changed_at: datetime | None


def paged(
    session: Session, mailing: UUID, *, states: Collection[DeliveryState] = (), cursor: str | None = None
) -> Page[Letter]:
    """List a mailing's deliveries, in some states or all, in the order of their ids."""
    wanted = sa.select(Delivery).where(col(Delivery.mailing_id) == mailing)
    if states:
        wanted = wanted.where(col(Delivery.state).in_(states))
    return page(session, wanted, [col(Delivery.id)], read=_letter, cursor=cursor)


def problems(session: Session, mailing: UUID, *, limit: int = 20) -> list[Letter]:
    """List the letters that went wrong, the doubtful ones first, then the latest."""
    rows = session.execute(
        sa.select(Delivery)
        .where(col(Delivery.mailing_id) == mailing, col(Delivery.state).in_(PROBLEMS))
        .order_by(
            sa.case((col(Delivery.state) == DeliveryState.AMBIGUOUS, 0), else_=1),
            col(Delivery.changed_at).desc().nulls_last(),
            col(Delivery.id),
        )
        .limit(limit)
    )
    return [_letter(row) for row in rows]


def pace(session: Session, mailing: UUID) -> float:
    """Return how many letters a second have left lately, from the batches; 0 while that is not known yet."""
    sent = session.execute(
        text(
            """
            SELECT sum(size) AS letters, extract(epoch FROM now() - min(request_started_at)) AS seconds FROM batch
            WHERE mailing_id = :mailing AND state = 'settled'
                AND request_started_at > now() - make_interval(secs => :window)
            """
        ),
        {"mailing": mailing, "window": WINDOW},
    ).one()
    return float(sent.letters) / float(sent.seconds) if sent.letters and sent.seconds >= SHORTEST else 0.0


def _letter(row: Any) -> Letter:
    one: Delivery = row.Delivery
    name, address = masking.name(one.name), masking.address(one.address)
    if one.address.endswith(f"@{DOMAIN}"):
        name, address = _("No longer kept"), ""
    return Letter(one.id, one.contact_id, name, address, one.language, one.state, one.reason, one.changed_at)
