"""What was approved is what leaves, whatever is written afterwards."""

from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import text

from outreach.campaigns import steering
from outreach.campaigns.models import Campaign, CampaignState
from outreach.foundation.database import transaction
from tests.faults.world import Account, Claim, World, eventually
from tests.web import office

OLD, NEW = "Varje dag.", "Varje timme."


@pytest.mark.slow
def test_a_letter_that_is_rewritten_after_the_launch_leaves_as_it_was_approved(
    world: World, claim: Claim, tmp_path: Path
) -> None:
    """R-20: the frozen version is sent; a campaign that has not been launched needs another approval."""
    office.open_office(tmp_path)
    launched = office.launched(name="Launched")
    waiting = office.planned(approved=True, name="Waiting")
    with transaction() as session:
        steering.pause(session, session.get_one(Campaign, launched), by=office.APPROVER)
        session.execute(
            text("UPDATE campaign SET state = 'scheduled', scheduled_at = now() + interval '3 seconds' WHERE id = :id"),
            {"id": waiting},
        )

    office.rewrite(tmp_path, "water.sv.md", OLD, NEW)
    with transaction() as session:
        steering.resume(session, session.get_one(Campaign, launched), by=office.APPROVER)
    world.work(workers=1)
    eventually(lambda: world.states_in(launched) == {"accepted": 2}, world)
    eventually(lambda: office.campaign(waiting).state is CampaignState.DRAFT, world)

    letters = [one["text"] for one in world.provider.messages()]
    assert len(letters) == 2
    assert any(OLD in one for one in letters)
    assert not any(NEW in one for one in letters)
    assert world.states_in(waiting) == {}
    assert "approved" in reason_of(waiting)
    assert claim(launched) == Account(2, 0, 0, 0)


def reason_of(campaign: UUID) -> str:
    """Return why a scheduled campaign was not launched."""
    with transaction() as session:
        return str(
            session.execute(
                text("SELECT detail ->> 'reason' FROM audit_entry WHERE action = 'campaign.missed' AND subject = :id"),
                {"id": str(campaign)},
            ).scalar_one()
        )
