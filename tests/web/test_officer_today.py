"""The first page of the day."""

from datetime import timedelta
from pathlib import Path

from sqlalchemy import text
from starlette.testclient import TestClient

from outreach.accounts.models import Role
from outreach.campaigns import overview, planning
from outreach.delivery import guard, heartbeats
from outreach.foundation import clock
from outreach.foundation.database import transaction
from tests.web import office


def test_an_empty_house_explains_how_a_letter_leaves(client: TestClient) -> None:
    page = office.sign_in(client, Role.OFFICER).get("/").text

    assert "This is how a letter leaves." in page
    assert "Let somebody approve it" in page


def test_it_names_what_is_missing_and_what_waits_for_approval(
    client: TestClient, centre: office.Office, tmp_path: Path
) -> None:
    officer = office.sign_in(client, Role.OFFICER)
    assert "English is missing" in officer.get("/").text

    office.rewrite(tmp_path, "water.sv.md", "heading: Mät vattnet\n", "")

    assert "Svenska: 1 gap" in officer.get("/").text


def test_it_shows_when_the_next_one_leaves_on_both_clocks(client: TestClient, centre: office.Office) -> None:
    number = office.planned(name="For Thursday")
    with transaction() as session:
        campaign = overview.get(session, number)
        planning.schedule(session, campaign, clock.now() + timedelta(days=2), by="test")

    page = office.sign_in(client, Role.OFFICER).get("/").text

    assert "For Thursday" in page
    assert "Beijing time" in page
    assert "Swedish time" in page


def test_it_shows_what_is_on_its_way_and_looks_again_by_itself(client: TestClient, centre: office.Office) -> None:
    office.launched(name="On its way")

    page = office.sign_in(client, Role.OFFICER).get("/").text

    assert "On its way" in page
    assert "0 of 2 have left" in page
    assert 'hx-trigger="every 10s"' in page


def test_it_shows_what_came_back_without_pointing_at_persons(client: TestClient, centre: office.Office) -> None:
    office.let_everything_arrive(office.launched(name="Came back"))

    page = office.sign_in(client, Role.OFFICER).get("/").text

    assert "Came back" in page
    assert "too few to say" in page


def test_silent_workers_and_a_locked_sender_are_the_first_thing_that_it_says(
    client: TestClient, centre: office.Office
) -> None:
    officer = office.sign_in(client, Role.OFFICER)
    with transaction() as session:
        heartbeats.beat(session, "delivery", "worker@north")
        assert guard.admits(session)
    calm = officer.get("/").text
    with transaction() as session:
        session.execute(text("UPDATE heartbeat SET at = now() - interval '3 minutes'"))
        session.execute(text("UPDATE sending_guard SET locked = 'older'"))
    number = office.planned(approved=True)

    alarmed = officer.get("/").text

    for notice in ("A worker is silent", "The database was put back to an earlier day"):
        assert notice not in calm
        assert notice in alarmed
    assert "Sending is locked" in officer.get(f"/campaigns/{number}/review").text
