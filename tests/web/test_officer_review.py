"""Going through a campaign's letters before they leave: what is found, where, and who answers for it."""

from pathlib import Path

import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from outreach.accounts.models import AuditEntry, Role
from outreach.campaigns.models import CampaignState
from outreach.content import link_health
from outreach.foundation import outside
from outreach.foundation.database import transaction
from outreach.foundation.outside import Answer
from tests.web import office

WHY = "The authority's own page has no https yet."


def test_everything_in_order_is_said_line_by_line(client: TestClient, centre: office.Office) -> None:
    number = office.planned(approved=True)

    page = office.sign_in(client, Role.OFFICER).get(f"/campaigns/{number}/review").text

    assert "Numbers and links agree between the languages." in page
    assert "Nothing is left that was still to be filled in." in page
    assert "Every letter has a way out, a text part, and loads nothing from elsewhere." in page
    assert "It has not been sent in the last 30 days." in page
    assert "kB" in page


def test_a_number_that_differs_is_shown_where_it_stands(
    client: TestClient, centre: office.Office, tmp_path: Path
) -> None:
    office.rewrite(tmp_path, "water.sv.md", "Varje dag.", "Var 36 timme.")
    office.rewrite(tmp_path, "water.zh-Hans.md", "每天。", "每63小时。")
    number = office.planned(approved=True)

    page = office.sign_in(client, Role.OFFICER).get(f"/campaigns/{number}/review").text

    assert "Article “water”: 36 stands in Svenska, but not in 中文." in page
    assert f'href="/pieces/{office.ISSUE}/compose#block-water"' in page


def test_what_was_left_to_fill_in_stops_until_an_approver_answers_for_it(
    client: TestClient, centre: office.Office, tmp_path: Path
) -> None:
    office.rewrite(tmp_path, "water.sv.md", "Varje dag.", "TODO")
    number = office.planned(approved=True)
    officer = office.sign_in(client, Role.OFFICER)
    page = officer.get(f"/campaigns/{number}/review").text
    assert "“TODO” looks like a place that is still to be filled." in page
    assert f'action="/campaigns/{number}/review/waiver"' not in page
    assert officer.post(f"/campaigns/{number}/review/waiver", data={"sentence": WHY}).status_code == 403

    approver = office.sign_in(client, Role.APPROVER)
    approver.post(f"/campaigns/{number}/launch", data={"letters": "2"})
    assert office.campaign(number).state is CampaignState.DRAFT

    approver.post(f"/campaigns/{number}/review/waiver", data={"sentence": "ok"})
    assert "Say in a sentence" in approver.get(f"/campaigns/{number}/review").text
    approver.post(f"/campaigns/{number}/review/waiver", data={"sentence": WHY})
    assert WHY in approver.get(f"/campaigns/{number}/review").text.replace("&#39;", "'")
    approver.post(f"/campaigns/{number}/launch", data={"letters": "2"})

    assert office.campaign(number).state is CampaignState.RUNNING
    with transaction() as session:
        entry = session.exec(select(AuditEntry).where(AuditEntry.action == "campaign.waive_content")).one()
        assert entry.detail["found"] == ["placeholder"]


def test_an_answer_lapses_when_the_content_changes(client: TestClient, centre: office.Office, tmp_path: Path) -> None:
    office.rewrite(tmp_path, "water.sv.md", "Varje dag.", "TODO")
    number = office.planned()
    approver = office.sign_in(client, Role.APPROVER)
    approver.post(f"/campaigns/{number}/review/waiver", data={"sentence": WHY})

    office.rewrite(tmp_path, "greeting.zh-Hans.md", "各位读者", "亲爱的读者")

    assert WHY not in approver.get(f"/campaigns/{number}/review").text.replace("&#39;", "'")


def test_there_is_nothing_to_answer_for_where_nothing_stops(client: TestClient, centre: office.Office) -> None:
    number = office.planned()
    approver = office.sign_in(client, Role.APPROVER)

    approver.post(f"/campaigns/{number}/review/waiver", data={"sentence": WHY})

    assert "Nothing stops these letters" in approver.get(f"/campaigns/{number}/review").text


def test_a_piece_that_left_lately_is_named(client: TestClient, centre: office.Office) -> None:
    office.launched(name="January")
    number = office.planned(name="Again")

    page = office.sign_in(client, Role.OFFICER).get(f"/campaigns/{number}/review").text

    assert "already, as “January”" in page


def test_links_are_looked_at_when_somebody_asks(
    client: TestClient, centre: office.Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def gone(url: str) -> Answer:
        return Answer(404, url)

    monkeypatch.setattr(outside, "look", gone)
    office.rewrite(tmp_path, "greeting.sv.md", "!", "! [Om vattnet](https://water.nosuchsite.net/a)")
    number = office.planned()
    officer = office.sign_in(client, Role.OFFICER)
    page = officer.get(f"/campaigns/{number}/review").text
    assert "1 link was not looked at lately." in page
    assert f'action="/campaigns/{number}/review/links"' in page

    officer.post(f"/campaigns/{number}/review/links")
    link_health.look()

    page = officer.get(f"/campaigns/{number}/review").text
    assert "The link https://water.nosuchsite.net/a leads nowhere: the page is not there (404)." in page
    assert f'href="/pieces/{office.ISSUE}/compose#block-greeting"' in page
    assert f'action="/campaigns/{number}/review/links"' not in page
    office.sign_in(client, Role.APPROVER).post(f"/campaigns/{number}/launch", data={"letters": "2"})
    assert office.campaign(number).state is CampaignState.DRAFT
