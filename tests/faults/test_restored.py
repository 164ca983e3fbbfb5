"""Yesterday's backup, and a migration back and forth."""

import os
import shutil
from pathlib import Path

import pytest
from alembic.config import Config
from sqlalchemy import text

from alembic import command
from outreach.campaigns import steering
from outreach.campaigns.models import Campaign, CampaignState
from outreach.delivery import mending
from outreach.foundation import schema
from outreach.foundation.database import transaction
from outreach.foundation.places import migrations
from tests.faults.test_frozen import reason_of
from tests.faults.world import Account, Claim, World, eventually, states_of
from tests.web import office
from tests.whole import crowd

CROWD = 60


@pytest.mark.slow
def test_a_restored_backup_sends_nothing_until_a_person_confirms_it(world: World, claim: Claim, tmp_path: Path) -> None:
    """R-22: what left after the backup is found at the provider; what was scheduled asks to be launched again."""
    scheduled = crowd.approved(CROWD, name="By the clock")
    with transaction() as session:
        session.execute(_SCHEDULED, {"id": scheduled, "hours": 1})
    launched = world.launch(CROWD, size=5)
    world.behave(latency=0.5)
    world.work(workers=1)
    eventually(lambda: world.accepted() >= 10, world)
    world.rest()
    assert world.states(launched).keys() == {"accepted", "planned"}
    data = world.pair.postgresql.place.data
    world.pair.stop(world.pair.postgresql)
    copied(data, data.with_name("backup"))
    world.pair.bring_back()
    with transaction() as session:
        session.execute(_SCHEDULED, {"id": scheduled, "hours": 0})
    world.behave()
    world.work()
    eventually(lambda: world.accepted() == 2 * CROWD, world)
    world.rest()

    world.pair.stop(world.pair.postgresql)
    shutil.rmtree(data)
    data.with_name("backup").rename(data)
    world.pair.bring_back()
    with transaction() as session:
        session.execute(_SCHEDULED, {"id": scheduled, "hours": 0})  # the hour is over
    world.work()
    eventually(lambda: office.campaign(scheduled).state is CampaignState.DRAFT, world)
    eventually(lambda: "sending_locked" in world.log(), world)

    assert "planned" in world.states(launched)
    assert "locked" in reason_of(scheduled)
    told = world.command("restore", "status")
    assert (told.returncode, "Sending is locked" in told.stderr) == (1, True)
    assert world.command("doctor").returncode == 1

    confirmed = world.command("restore", "confirm")
    assert confirmed.returncode == 0, confirmed.stderr
    assert world.states(launched).keys() == {"accepted", "ambiguous"}
    mending.reconcile(after=0)
    assert world.states(launched) == {"accepted": CROWD}
    assert claim(launched.mailing) == Account(CROWD, 0, 0, 0)
    assert world.accepted() == 2 * CROWD
    assert world.command("restore", "status").returncode == 0


def test_a_migration_back_and_forth_keeps_a_paused_campaign_as_it_was(world: World, claim: Claim) -> None:
    """R-23: to the revision before the newest, and to the newest again."""
    campaign = crowd.launch_to(CROWD)
    with transaction() as session:
        session.execute(text("UPDATE mailing SET state = 'paused'"))
        session.execute(text("UPDATE campaign SET state = 'paused'"))
    before = states_of(campaign)
    config = Config()
    config.set_main_option("script_location", str(migrations()))

    command.downgrade(config, "-1")
    assert schema.current() != schema.newest()
    assert schema.upgrade() == schema.newest()

    assert states_of(campaign) == before
    assert office.campaign(campaign).state is CampaignState.PAUSED
    with transaction() as session:
        steering.resume(session, session.get_one(Campaign, campaign), by=crowd.BY)
    world.work()
    eventually(lambda: world.states_in(campaign) == {"accepted": CROWD}, world)
    assert claim(campaign) == Account(CROWD, 0, 0, 0)


def copied(source: Path, target: Path) -> None:
    """Copy a folder of PostgreSQL's with its owner."""
    shutil.copytree(source, target, symlinks=True)
    for path in (source, *source.rglob("*")):
        here = path.lstat()
        os.chown(target / path.relative_to(source), here.st_uid, here.st_gid, follow_symlinks=False)


_SCHEDULED = text(
    "UPDATE campaign SET state = 'scheduled', scheduled_at = now() + make_interval(hours => :hours) WHERE id = :id"
)
