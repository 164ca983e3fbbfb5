"""Uncertain letters: seen by everybody, decided by an approver, once."""

import re
from html import unescape
from uuid import UUID

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from outreach.accounts import audit
from outreach.accounts.models import Role
from outreach.campaigns import steering
from outreach.campaigns.models import CampaignState
from outreach.delivery import ledger
from outreach.foundation.database import transaction
from tests.web import office


def uncertain(*, finished: bool = True) -> UUID:
    """Launch a campaign to two readers whose letters nobody knows about."""
    number = office.launched()
    with transaction() as session:
        session.execute(text("UPDATE batch SET state = 'unclear', attempts = 1"))
        session.execute(text("UPDATE delivery SET state = 'ambiguous', reason = 'ReadTimeout', changed_at = now()"))
        if finished:
            steering.follow_ledger(session)
    return number


def states() -> list[str]:
    """List the states of all letters."""
    with transaction() as session:
        return list(session.execute(text("SELECT state FROM delivery ORDER BY id")).scalars())


def fields(page: str) -> dict[str, list[str]]:
    """Read the hidden fields of the page's form."""
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page):
        found.setdefault(name, []).append(unescape(value))
    found.pop("next", None)
    return found


def said(client: TestClient, address: str) -> str:
    """Read a page as a person does, quotes and all."""
    return unescape(client.get(address).text)


def test_who_is_uncertain_is_listed_with_since_when_and_what_is_tried(
    client: TestClient, centre: office.Office
) -> None:
    number = uncertain()

    page = said(office.sign_in(client, Role.OFFICER), f"/campaigns/{number}/uncertain")

    assert "2 letters are uncertain." in page
    assert "Eva" in page
    assert "文丽" in page
    assert "ReadTimeout" in page
    assert "The provider is asked again and again whether it has them." in page
    assert "An approver decides about them." in page
    assert 'type="checkbox"' not in page


def test_the_campaigns_own_page_leads_there(client: TestClient, centre: office.Office) -> None:
    number = uncertain()

    assert f'href="/campaigns/{number}/uncertain"' in said(
        office.sign_in(client, Role.APPROVER), f"/campaigns/{number}/sending"
    )


def test_nothing_uncertain_says_what_would_stand_there(client: TestClient, centre: office.Office) -> None:
    number = office.launched()

    assert "Everything is known" in said(office.sign_in(client, Role.OFFICER), f"/campaigns/{number}/uncertain")


@pytest.mark.parametrize(
    ("decision", "warning", "button", "state"),
    [
        ("resend", "2 people could get this letter twice", "Send 2 letters again", "planned"),
        ("abandon", "2 people may never have got this letter", "Do not send 2 letters", "abandoned"),
    ],
)
def test_an_approver_decides_about_all_and_it_is_kept_who(
    client: TestClient, centre: office.Office, decision: str, warning: str, button: str, state: str
) -> None:
    number = uncertain()
    approver = office.sign_in(client, Role.APPROVER)
    page = said(approver, f"/campaigns/{number}/uncertain/decide?decision={decision}&whom=all")
    assert warning in page
    assert f">{button}</button>" in page

    answer = approver.post(f"/campaigns/{number}/uncertain", data=fields(page))

    assert answer.status_code == 303
    assert states() == [state, state]
    with transaction() as session:
        last = audit.listed(session, audit.Wanted(subject=str(number)), size=1).items[0]
    assert (last.actor, last.action) == (office.APPROVER, "deliveries.resolve")
    assert last.detail == {"decision": decision, "deliveries": 2}


def test_only_those_who_are_ticked_are_meant(client: TestClient, centre: office.Office) -> None:
    number = uncertain()
    approver = office.sign_in(client, Role.APPROVER)
    ids = re.findall(r'name="only" value="([^"]+)"', said(approver, f"/campaigns/{number}/uncertain"))
    assert len(ids) == 2

    page = said(approver, f"/campaigns/{number}/uncertain/decide?whom=ticked&decision=resend&only={ids[0]}")
    assert "1 person could get this letter twice" in page
    approver.post(f"/campaigns/{number}/uncertain", data=fields(page))

    assert sorted(states()) == ["ambiguous", "planned"]


def test_nobody_ticked_is_not_everybody(client: TestClient, centre: office.Office) -> None:
    number = uncertain()
    approver = office.sign_in(client, Role.APPROVER)

    asked = approver.get(f"/campaigns/{number}/uncertain/decide?whom=ticked&decision=resend")
    forged = {"decision": "resend", "whom": "ticked", "letters": "2", "looked_at": "2099-01-01T00:00:00+00:00"}
    approver.post(f"/campaigns/{number}/uncertain", data=forged)

    assert asked.status_code == 303
    assert states() == ["ambiguous", "ambiguous"]


def test_a_second_click_sends_nothing_again(client: TestClient, centre: office.Office) -> None:
    number = uncertain()
    approver = office.sign_in(client, Role.APPROVER)
    form = fields(said(approver, f"/campaigns/{number}/uncertain/decide?decision=resend&whom=all"))
    approver.post(f"/campaigns/{number}/uncertain", data=form)
    with transaction() as session:  # the second try went as badly as the first, after the person had looked
        session.execute(text("UPDATE delivery SET state = 'ambiguous', changed_at = clock_timestamp()"))

    again = approver.post(f"/campaigns/{number}/uncertain", data=form)

    assert again.status_code == 303
    assert states() == ["ambiguous", "ambiguous"]
    assert "0 of these 2 letters are still uncertain" in said(approver, f"/campaigns/{number}/uncertain")


def test_what_became_known_meanwhile_stops_the_decision(client: TestClient, centre: office.Office) -> None:
    number = uncertain()
    approver = office.sign_in(client, Role.APPROVER)
    form = fields(said(approver, f"/campaigns/{number}/uncertain/decide?decision=resend&whom=all"))
    with transaction() as session:
        session.execute(
            text("UPDATE delivery SET state = 'accepted' WHERE id = (SELECT min(id::text)::uuid FROM delivery)")
        )

    approver.post(f"/campaigns/{number}/uncertain", data=form)

    assert sorted(states()) == ["accepted", "ambiguous"]
    assert "1 of these 2 letters are still uncertain" in said(approver, f"/campaigns/{number}/uncertain")


def test_a_finished_campaign_is_on_its_way_again(client: TestClient, centre: office.Office) -> None:
    number = uncertain()
    assert office.campaign(number).state is CampaignState.FINISHED
    approver = office.sign_in(client, Role.APPROVER)
    form = fields(said(approver, f"/campaigns/{number}/uncertain/decide?decision=resend&whom=all"))

    approver.post(f"/campaigns/{number}/uncertain", data=form)

    assert office.campaign(number).state is CampaignState.RUNNING
    assert office.campaign(number).finished_at is None


def test_nothing_of_a_cancelled_campaign_is_offered_to_be_sent_again(client: TestClient, centre: office.Office) -> None:
    number = uncertain(finished=False)
    with transaction() as session:
        ledger.cancel(session, number)
    approver = office.sign_in(client, Role.APPROVER)

    page = said(approver, f"/campaigns/{number}/uncertain")
    asked = approver.get(f"/campaigns/{number}/uncertain/decide?decision=resend&whom=all")

    assert "decision=abandon" in page
    assert "resend" not in page
    assert asked.status_code == 303


def test_an_officer_decides_nothing(client: TestClient, centre: office.Office) -> None:
    number = uncertain()
    officer = office.sign_in(client, Role.OFFICER)

    asked = officer.get(f"/campaigns/{number}/uncertain/decide?decision=abandon&whom=all")
    decided = officer.post(
        f"/campaigns/{number}/uncertain",
        data={"decision": "abandon", "whom": "all", "letters": "2", "looked_at": "2099-01-01T00:00:00+00:00"},
    )

    assert (asked.status_code, decided.status_code) == (403, 403)
    assert states() == ["ambiguous", "ambiguous"]
