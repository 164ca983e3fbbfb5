"""A person's decision about letters of which nobody knows whether they left."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from outreach.accounts import audit
from outreach.campaigns.models import Campaign, CampaignState
from outreach.delivery import ledger
from outreach.foundation import jobs, locale
from outreach.foundation.errors import Conflict
from outreach.foundation.locale import gettext as _


def resolve(
    session: Session,
    campaign: Campaign,
    *,
    resend: bool,
    by: str,
    only: Collection[UUID] | None = None,
    letters: int | None = None,
    looked_at: datetime | None = None,
) -> int:
    """Send uncertain letters again, or give them up, all or `only` some; returns how many.

    `letters` is the number that the person saw at `looked_at`, where somebody saw one. Raises Conflict when it is
    another by now, which is also what a second click meets, and Refused for sending again what was cancelled.
    """
    number = ledger.resolve(session, campaign.id, resend=resend, only=only, known_at=looked_at)
    if letters is not None and number != letters:
        raise Conflict(
            _(
                "Meanwhile more is known: %(now)s of these %(then)s letters are still uncertain. "
                "Look again, then decide."
            )
            % {"now": locale.number(number), "then": locale.number(letters)}
        )
    if resend and number:
        _go_on(session, campaign)
    detail = {"decision": "resend" if resend else "abandon", "deliveries": number}
    audit.append(session, actor=by, action="deliveries.resolve", subject=str(campaign.id), detail=detail)
    return number


def _go_on(session: Session, campaign: Campaign) -> None:
    """Let a campaign that was finished be one on its way again; one that is held stays held."""
    if campaign.state is CampaignState.FINISHED:
        campaign.state, campaign.finished_at = CampaignState.RUNNING, None
        session.add(campaign)
    jobs.nudge(session, ledger.SEND)
