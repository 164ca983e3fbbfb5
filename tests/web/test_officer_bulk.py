"""Changing everybody whom a search finds: asked, counted, confirmed, and refused without the role."""

import re

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from outreach.accounts.models import Role
from outreach.bulk import asking, working
from outreach.bulk.models import BulkChange
from outreach.contacts.models import Contact
from outreach.foundation.database import transaction
from tests.web import office


def test_a_tag_reaches_everybody_found_after_their_number_was_confirmed(
    client: TestClient, centre: office.Office
) -> None:
    officer = office.sign_in(client, Role.OFFICER)

    form = officer.get("/contacts/change?language=sv").text
    asked = officer.get("/contacts/change?language=sv&action=tag&new_tag=2027").text
    fields = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', asked))
    done = officer.post("/contacts/change", data=fields)
    result = officer.get(done.headers["location"]).text

    assert "4 people" in form
    assert "Tag 4 people with “2027”" in asked
    assert done.status_code == 303
    assert "4 people were changed" in result
    with transaction() as session:
        tagged = session.scalars(text("SELECT count(*) FROM contact WHERE tags @> ARRAY['2027']")).one()
    assert tagged == 4


def test_what_is_missing_is_said_on_the_form(client: TestClient, centre: office.Office) -> None:
    officer = office.sign_in(client, Role.OFFICER)

    answer = officer.get("/contacts/change?action=suppress")

    assert answer.status_code == 422
    assert "Say why, in a few words." in answer.text


def test_a_change_to_nobody_is_refused(client: TestClient, centre: office.Office) -> None:
    officer = office.sign_in(client, Role.OFFICER)

    answer = officer.post("/contacts/change", data={"q": "nobody at all", "action": "tag", "new_tag": "x"})

    assert answer.status_code == 422
    assert "Nobody is found" in answer.text


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_stranger_changes_nobody(client: TestClient, centre: office.Office, method: str) -> None:
    answer = getattr(client, method)("/contacts/change")

    assert answer.status_code in (303, 401)


def test_a_large_change_goes_to_a_worker_and_shows_how_far_it_is(client: TestClient, centre: office.Office) -> None:
    with transaction() as session:
        session.add_all(
            Contact(email=f"n{n}@many.example", address=f"n{n}@many.example", language="sv", source="test")
            for n in range(asking.AT_ONCE)
        )
    officer = office.sign_in(client, Role.OFFICER)

    begun = officer.post("/contacts/change", data={"action": "tag", "new_tag": "x", "expected": "1005"})
    waiting = officer.get(begun.headers["location"]).text
    with transaction() as session:
        change = session.execute(text("SELECT id FROM bulk_change")).scalar_one()
    for _step in range(3):
        with transaction() as session:
            working.step(session, change)
    finished = officer.get(begun.headers["location"]).text

    assert "0 of 1,005" in waiting
    assert "1,005 people were changed" in finished
    with transaction() as session:
        assert session.get_one(BulkChange, change).finished_at is not None


@pytest.mark.parametrize(
    ("query", "found", "not_found"),
    [
        ("stopped=any", "nina@", "eva@"),
        ("stopped=no", "eva@", "nina@"),
        ("stopped=manual", "nina@", "eva@"),
        ("source=SIGN", "eva@", "guest@"),
        ("since=2999-01-01", "Nobody found", "eva@"),
        ("field=level&value=gold", "eva@", "olle@"),
        ("field=level", "eva@", "olle@"),
        ("order=name", "eva@", "nobody"),
        ("order=oldest&since=2020-01-01", "eva@", "nobody"),
    ],
)
def test_people_are_narrowed_by_what_is_seldom_asked(
    client: TestClient, centre: office.Office, query: str, found: str, not_found: str
) -> None:
    with transaction() as session:
        session.execute(
            text("INSERT INTO suppression (address, reason, detail) VALUES ('nina@firma.example', 'manual', '')")
        )
        eva = session.get_one(Contact, centre.people["eva"])
        eva.fields = {"level": "gold"}

    page = office.sign_in(client, Role.OFFICER).get(f"/contacts?{query}").text.replace("<wbr>", "")

    assert found in page
    assert not_found not in page
