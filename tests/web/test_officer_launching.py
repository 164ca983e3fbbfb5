"""Letting a campaign go: the number on the button, pausing, resuming, cancelling."""

from uuid import UUID

from starlette.testclient import TestClient

from outreach.accounts.models import Role
from outreach.campaigns.models import CampaignState
from tests.web import office


def told(client: TestClient, number: UUID) -> str:
    """Return what the page of a campaign says after a form was sent."""
    return client.get(f"/campaigns/{number}/approve").text


def test_an_approver_launches_as_many_letters_as_stand_on_the_button(client: TestClient, centre: office.Office) -> None:
    number = office.planned()
    approver = office.sign_in(client, Role.APPROVER)
    approver.post(f"/campaigns/{number}/approval")

    page = told(approver, number)
    answer = approver.post(f"/campaigns/{number}/launch", data={"letters": "2"})

    assert "Launch 2 letters" in page
    assert answer.headers["location"] == f"/campaigns/{number}"
    assert office.campaign(number).state is CampaignState.RUNNING
    assert "2 letters are on their way." in approver.get(f"/campaigns/{number}/sending").text


def test_nothing_leaves_when_the_number_is_not_the_one_on_the_button(client: TestClient, centre: office.Office) -> None:
    number = office.planned(approved=True)
    approver = office.sign_in(client, Role.APPROVER)

    approver.post(f"/campaigns/{number}/launch", data={"letters": "1"})

    assert office.campaign(number).state is CampaignState.DRAFT
    assert office.campaign(number).launched_at is None
    assert "2 letters instead of 1" in told(approver, number)


def test_what_nobody_approved_cannot_be_launched(client: TestClient, centre: office.Office) -> None:
    number = office.planned()
    approver = office.sign_in(client, Role.APPROVER)

    approver.post(f"/campaigns/{number}/launch", data={"letters": "2"})

    assert office.campaign(number).state is CampaignState.DRAFT
    assert "Nobody has approved this content as it stands now." in told(approver, number)


def test_a_second_launch_says_that_somebody_was_faster(client: TestClient, centre: office.Office) -> None:
    number = office.launched()
    approver = office.sign_in(client, Role.APPROVER)

    approver.post(f"/campaigns/{number}/launch", data={"letters": "2"})

    assert "launched already" in approver.get(f"/campaigns/{number}/sending").text


def test_an_officer_pauses_and_an_approver_lets_it_go_on(client: TestClient, centre: office.Office) -> None:
    number = office.launched()
    officer = office.sign_in(client, Role.OFFICER)

    officer.post(f"/campaigns/{number}/pause")

    assert office.campaign(number).state is CampaignState.PAUSED
    page = officer.get(f"/campaigns/{number}/sending").text
    assert "2 letters wait" in page
    assert f'action="/campaigns/{number}/resume"' not in page

    office.sign_in(client, Role.APPROVER).post(f"/campaigns/{number}/resume")

    assert office.campaign(number).state is CampaignState.RUNNING


def test_cancelling_asks_first_and_looking_cancels_nothing(client: TestClient, centre: office.Office) -> None:
    number = office.launched()
    approver = office.sign_in(client, Role.APPROVER)

    page = approver.get(f"/campaigns/{number}/cancel").text

    assert "2 letters have not left, and will never leave." in page
    assert office.campaign(number).state is CampaignState.RUNNING

    approver.post(f"/campaigns/{number}/cancel")

    assert office.campaign(number).state is CampaignState.CANCELLED
    assert "Cancelled; 2 letters will never leave." in approver.get(f"/campaigns/{number}/sending").text


def test_a_step_that_is_over_refuses_in_words(client: TestClient, centre: office.Office) -> None:
    number = office.planned()
    approver = office.sign_in(client, Role.APPROVER)

    approver.post(f"/campaigns/{number}/pause")

    assert "Only a campaign that is being sent can be paused." in told(approver, number)
