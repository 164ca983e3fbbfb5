"""Who was left out of campaigns, without the who; tests in a person's words, not at all."""

from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session

from outreach.campaigns import test_sends


def forget(session: Session, contact: UUID) -> None:
    """Keep that somebody was left out of a campaign and why, but no longer whom; tests with their words go."""
    test_sends.forget_reader(session, contact)
    session.execute(_FORGET, {"contact": contact})


# By way of the campaigns, which are few: the key of what was left out begins with them.
_FORGET = sa.text(
    """
    UPDATE exclusion SET contact_id = gen_random_uuid()
    WHERE (campaign_id, contact_id) IN (SELECT campaign.id, CAST(:contact AS uuid) FROM campaign)
    """
)
