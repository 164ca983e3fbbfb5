"""Letting a campaign go although something stops it: with a sentence, for exactly what was found then."""

from typing import Final
from uuid import UUID

from sqlmodel import Session, col, select

from outreach.campaigns.models import Campaign, CampaignState, Waiver
from outreach.foundation.errors import Conflict, Refused
from outreach.foundation.locale import gettext as _

SHORTEST_REASON: Final = 15  # characters of a sentence that tells a successor something
LONGEST_REASON: Final = 500


def waive(
    session: Session, campaign: Campaign, fingerprint: str, *, sender: UUID | None = None, reason: str, by: str
) -> Waiver:
    """Keep who answers for what has this fingerprint, and why. Raises Refused for what is no sentence."""
    waiver = Waiver(campaign_id=campaign.id, sender_id=sender, fingerprint=fingerprint, reason=_sentence(reason), by=by)
    session.add(waiver)
    session.flush()
    return waiver


def found(session: Session, campaign: Campaign, fingerprint: str, *, sender: UUID | None = None) -> Waiver | None:
    """Return the latest waiver of a campaign that is for exactly this."""
    return session.exec(
        select(Waiver)
        .where(
            col(Waiver.campaign_id) == campaign.id,
            col(Waiver.sender_id).is_not_distinct_from(sender),
            col(Waiver.fingerprint) == fingerprint,
        )
        .order_by(col(Waiver.id).desc())
    ).first()


def insist_open(campaign: Campaign) -> None:
    """Raise Conflict for a campaign that has been launched."""
    if campaign.state not in {CampaignState.DRAFT, CampaignState.SCHEDULED}:
        raise Conflict(_("This campaign has been launched already."))


def _sentence(text: str) -> str:
    reason = " ".join(text.split())
    if len(reason) < SHORTEST_REASON or not reason.isprintable():
        raise Refused(_("Say in a sentence why it may go all the same; whoever comes after you will read it."))
    if len(reason) > LONGEST_REASON:
        raise Refused(_("Say it in fewer words."))
    return reason
