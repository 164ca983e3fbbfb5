"""Approving what goes to many: by somebody who did not write it; and sending it back with a remark."""

from collections.abc import Iterator

import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from outreach.accounts.models import AuditEntry, Role
from outreach.campaigns.models import CampaignState
from outreach.content import approval, composing, queries
from outreach.foundation.database import transaction
from outreach.foundation.settings import settings
from tests.web import office

JOHAN = "johan@csr-centre.example"
SAID = "The figure on overtime is not the one of the report."


@pytest.fixture(params=["1", "2", "0"])
def many(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Set above how many people two pairs of eyes are asked for; the campaign of these stories has two."""
    monkeypatch.setenv("OUTREACH_FOUR_EYES_ABOVE", request.param)
    settings.cache_clear()
    yield int(request.param)
    monkeypatch.undo()
    settings.cache_clear()


def written_by(author: str) -> None:
    with transaction() as session:
        composing.share(session, office.ISSUE, "water", {"url": "https://csr-centre.example/vatten"}, by=author)


def test_whoever_wrote_it_lets_it_go_alone_to_a_few_only(client: TestClient, centre: office.Office, many: int) -> None:
    written_by(office.APPROVER)
    number = office.planned()
    approver = office.sign_in(client, Role.APPROVER)
    approver.post(f"/campaigns/{number}/approval")
    is_asked_for = many == 1

    page = approver.get(f"/campaigns/{number}/approve").text
    approver.post(f"/campaigns/{number}/launch", data={"letters": "2"})

    assert ("somebody who has not written in it has to approve it, too." in page) is is_asked_for
    assert ("Approve it, too" in page) is is_asked_for
    assert office.campaign(number).state is (CampaignState.DRAFT if is_asked_for else CampaignState.RUNNING)

    if is_asked_for:
        with transaction() as session:
            approval.approve(session, queries.by_key(session, office.ISSUE), by=JOHAN)
        approver.post(f"/campaigns/{number}/launch", data={"letters": "2"})
        assert office.campaign(number).state is CampaignState.RUNNING


@pytest.mark.parametrize("many", ["1"], indirect=True)
def test_who_did_not_write_it_approves_alone(client: TestClient, centre: office.Office, many: int) -> None:
    written_by(JOHAN)
    number = office.planned(approved=True)

    office.sign_in(client, Role.APPROVER).post(f"/campaigns/{number}/launch", data={"letters": "2"})

    assert office.campaign(number).state is CampaignState.RUNNING


def test_an_approver_returns_it_with_a_remark_until_something_changes(
    client: TestClient, centre: office.Office
) -> None:
    approver = office.sign_in(client, Role.APPROVER)

    answer = approver.post(f"/pieces/{office.ISSUE}/remarks", data={"text": SAID, "returns": "true"})

    assert answer.headers["location"] == f"/pieces/{office.ISSUE}#remarks"
    page = approver.get(f"/pieces/{office.ISSUE}").text
    assert SAID in page
    assert "returned" in page
    today = approver.get("/").text
    assert "Returned with a remark" in today
    assert SAID in today
    with transaction() as session:
        entry = session.exec(select(AuditEntry).where(AuditEntry.action == "piece.return")).one()
        assert SAID not in str(entry.detail)

    written_by(JOHAN)

    assert "Returned with a remark" not in approver.get("/").text
    assert "changed since" in approver.get(f"/pieces/{office.ISSUE}").text


def test_an_officer_says_something_and_returns_nothing(client: TestClient, centre: office.Office) -> None:
    officer = office.sign_in(client, Role.OFFICER)

    officer.post(f"/pieces/{office.ISSUE}/remarks", data={"text": "Klart\nnu <b>!"})
    refused = officer.post(f"/pieces/{office.ISSUE}/remarks", data={"text": SAID, "returns": "true"})

    page = officer.get(f"/pieces/{office.ISSUE}").text
    assert "Klart<br>nu &lt;b&gt;!" in page
    assert "Return it with this remark" not in page
    assert refused.status_code == 403
    assert SAID not in page


@pytest.mark.parametrize(("text", "said"), [("  ", "Write what you want to say"), ("x" * 2001, "fewer words")])
def test_a_remark_has_some_words_and_not_too_many(
    client: TestClient, centre: office.Office, text: str, said: str
) -> None:
    officer = office.sign_in(client, Role.OFFICER)

    officer.post(f"/pieces/{office.ISSUE}/remarks", data={"text": text})

    assert said in officer.get(f"/pieces/{office.ISSUE}").text


def test_what_is_approved_is_not_returned(client: TestClient, centre: office.Office) -> None:
    office.planned(approved=True)
    approver = office.sign_in(client, Role.APPROVER)

    approver.post(f"/pieces/{office.ISSUE}/remarks", data={"text": SAID, "returns": "true"})

    page = approver.get(f"/pieces/{office.ISSUE}").text
    assert "It is approved as it stands" in page
    assert SAID not in page
