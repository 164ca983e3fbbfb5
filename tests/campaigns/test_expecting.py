"""What was shown is what leaves; where it is not, somebody is asked, or told."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from starlette.testclient import TestClient

from outreach.accounts.models import Role
from outreach.app import create
from outreach.campaigns import audience, expecting, launching, overview, planning, queries, readiness, steering
from outreach.campaigns.models import Campaign, CampaignState
from outreach.foundation import clock, embedded
from outreach.foundation.database import transaction
from outreach.foundation.errors import Conflict
from outreach.foundation.settings import settings
from outreach.segments import lists, preview, rules, saved
from tests.web import office


@pytest.fixture
def centre(database: embedded.Addresses, tmp_path: Path) -> office.Office:
    """An office on an ordinary day."""
    return office.open_office(tmp_path)


@pytest.fixture
def approver(centre: office.Office) -> TestClient:
    """An approver who is signed in."""
    client = TestClient(create(), base_url=settings().public_url, follow_redirects=False)
    return office.sign_in(client, Role.APPROVER)


def spec_of(number: UUID) -> tuple[preview.Preview, Campaign]:
    with transaction() as session:
        campaign = session.get_one(Campaign, number)
        return preview.count(session, audience.spec(session, campaign, readiness.piece_of(session, campaign))), campaign


@pytest.mark.parametrize(
    "rule",
    [
        "everyone",
        "kind=company and language=sv",
        "segment=companies and not segment=chosen",
        "not (kind=media or organisation=paper) and added_since=2020-01-01",
        "not_mailed_within=14 or left=environment",
        "topic=environment and tracking=yes",
    ],
)
def test_who_was_counted_is_who_is_frozen(centre: office.Office, rule: str) -> None:
    with transaction() as session:
        saved.save(session, key="companies", name="Companies", include=rules.parse_text("kind=company"), by="test")
        lists.of_addresses(session, name="Chosen", text="wenli@firma.example", by="test")
    number = office.planned(approved=True, rule=rule)
    counted, _ = spec_of(number)

    with transaction() as session:
        campaign = session.get_one(Campaign, number)
        planned = launching.launch(session, campaign, by="test")

    with transaction() as session:
        frozen = queries.progress(session, session.get_one(Campaign, number))
    assert planned == frozen.planned == counted.receive > 0
    assert frozen.audience == counted.total
    assert {reason.value: n for reason, n in frozen.excluded.items()} == {
        r: n for r, n in counted.excluded.items() if n
    }
    assert {tag: sum(states.values()) for tag, states in frozen.by_language.items()} == counted.per_language


def test_a_launch_with_another_number_than_was_approved_has_to_be_confirmed(
    approver: TestClient, centre: office.Office
) -> None:
    number = office.planned()
    approver.post(f"/campaigns/{number}/approval", data={"letters": "2"})
    office.person_at(centre, "bo", "sv", "environment")

    page = approver.get(f"/campaigns/{number}/approve").text
    refused = approver.post(f"/campaigns/{number}/launch", data={"letters": "3"})
    told = approver.get(f"/campaigns/{number}/approve").text
    waiting = office.campaign(number).state
    approver.post(f"/campaigns/{number}/launch", data={"letters": "3", "whatever_number": "true"})

    assert "2 letters were expected when it was approved or scheduled; now they are 3." in page
    assert "Yes, launch it with 3 letters instead of 2" in page
    assert refused.status_code == 303
    assert "now they are 3" in told
    assert waiting is CampaignState.DRAFT
    assert office.campaign(number).letters == 3
    assert "2 letters were expected" in approver.get(f"/campaigns/{number}/audience").text


def test_a_campaign_that_leaves_by_itself_with_another_number_goes_and_today_says_so(
    approver: TestClient, centre: office.Office
) -> None:
    number = office.planned(approved=True)
    with transaction() as session:
        planning.schedule(
            session, session.get_one(Campaign, number), clock.now() + timedelta(hours=1), expected=2, by="test"
        )
    office.person_at(centre, "bo", "sv", "environment")
    with transaction() as session:
        session.get_one(Campaign, number).scheduled_at = clock.now() - timedelta(seconds=1)

    with transaction() as session:
        steering.launch_due(session)

    assert office.campaign(number).state is CampaignState.RUNNING
    page = approver.get("/").text
    assert "It left by itself" in page
    assert "2 letters were expected when it was approved or scheduled; now they are 3." in page


def test_near_enough_is_the_same(centre: office.Office) -> None:
    campaign = Campaign(name="x", expected=1000)

    assert expecting.drift(campaign, 1010) is None
    assert expecting.drift(campaign, 990) is None
    assert expecting.drift(campaign, 1011) == expecting.Drift(1000, 1011)
    assert expecting.drift(campaign, 989) == expecting.Drift(1000, 989)
    assert expecting.drift(Campaign(name="x"), 5) is None
    assert expecting.drift(Campaign(name="x", expected=0), 1) is not None


def test_a_launch_of_another_number_undoes_itself(centre: office.Office) -> None:
    number = office.planned(approved=True)
    with transaction() as session:
        expecting.keep(session, session.get_one(Campaign, number), 5)

    def launch() -> None:
        with transaction() as session:
            launching.launch(session, session.get_one(Campaign, number), by="test", whatever_number=False)

    with pytest.raises(Conflict, match="5 letters were expected"):
        launch()

    assert office.campaign(number).state is CampaignState.DRAFT
    assert office.campaign(number).launched_at is None


def test_a_changed_audience_is_expected_anew(centre: office.Office) -> None:
    number = office.planned(approved=True)
    with transaction() as session:
        campaign = overview.get(session, number)
        expecting.keep(session, campaign, 2)
        planning.retarget(session, campaign, include=rules.parse_text("language=sv"), exclude=None, by="test")

    assert office.campaign(number).expected is None
    assert office.campaign(number).include == {"language": ["sv"]}
