"""The sign-up form as staff see it: its texts, its alarms, and who works where."""

import re
from uuid import UUID

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from outreach.accounts.models import Role
from outreach.contacts.models import Contact
from outreach.foundation import clock
from outreach.foundation.database import transaction
from outreach.foundation.locale import LANGUAGES
from outreach.signup import defences, organisations, texts
from outreach.signup.models import TextKind
from tests.web import office, sign_ups
from tests.web.office import Office

WORDS = "Vi sparar din adress.\n\nDu får:\n- fråga oss\n- lämna oss"


def test_the_page_shows_every_text_and_a_form_for_other_websites_in_each_language(client: TestClient) -> None:
    page = office.sign_in(client, Role.OFFICER).get("/sign-up").text

    assert page.count("Came with the product") == len(texts.places())
    for language in LANGUAGES:
        assert f"/subscribe?language={language}" in page
        assert f"/subscribe/form?language={language}" in page
    assert "/sign-up/texts/" not in page


def test_what_is_copied_to_another_website_leads_to_our_page(client: TestClient) -> None:
    page = office.sign_in(client, Role.OFFICER).get("/sign-up").text
    snippet = re.search(r"<code[^>]*>(&lt;form.*?)</code>", page, re.DOTALL)
    assert snippet

    plain = snippet[1].replace("&lt;", "<").replace("&gt;", ">").replace("&#34;", '"')

    assert 'name="email"' in plain
    assert 'value="press"' not in plain
    action = re.search(r'action="https?://[^/]+(/[^"]+)"', plain)
    assert action
    arrived = client.post(action[1], data={"email": "eva@firma.example", "topics": ["labour"]})
    assert 'value="eva@firma.example"' in arrived.text


def test_an_administrator_changes_a_text_and_every_version_stays(client: TestClient) -> None:
    office.sign_in(client, Role.ADMINISTRATOR)

    changed = client.post("/sign-up/texts/notice/sv", data={"text": WORDS + "\r\n\r\n"})

    assert changed.status_code == 303
    public = client.get("/subscribe?language=sv").text
    assert "<p>Vi sparar din adress.</p>" in public
    assert "<ul><li>fråga oss</li><li>lämna oss</li></ul>" in public
    again = client.post("/sign-up/texts/notice/sv", data={"text": "Vi sparar allt."})
    assert again.status_code == 303
    shown = client.get("/sign-up/texts/notice/sv").text
    assert "fråga oss" in shown
    assert "administrator@csr-centre.example" in shown
    with transaction() as session:
        assert len(texts.history(session, TextKind.NOTICE, "sv")) == 2
        with pytest.raises(Exception, match=r"append-only|permission denied"), session.begin_nested():
            session.execute(text("UPDATE sign_up_text SET words = 'nothing'"))


@pytest.mark.parametrize("typed", ["", "  \n ", "x" * 8_001])
def test_a_text_that_cannot_stand_there_is_refused_and_kept_for_its_writer(client: TestClient, typed: str) -> None:
    office.sign_in(client, Role.ADMINISTRATOR)

    answer = client.post("/sign-up/texts/intro/en", data={"text": typed})

    assert answer.status_code == 422
    assert typed in answer.text
    assert sign_ups.count("sign_up_text") == 0


def test_the_same_text_makes_no_version(client: TestClient) -> None:
    office.sign_in(client, Role.ADMINISTRATOR)
    with transaction() as session:
        now = texts.current(session, TextKind.INTRO, "en").text

    client.post("/sign-up/texts/intro/en", data={"text": now})

    assert sign_ups.count("sign_up_text") == 0


@pytest.mark.parametrize("path", ["/sign-up/texts/transfer/sv", "/sign-up/texts/nothing/sv", "/sign-up/texts/intro/xx"])
def test_a_text_that_there_is_not_is_not_there(client: TestClient, path: str) -> None:
    office.sign_in(client, Role.ADMINISTRATOR)

    assert client.get(path).status_code == 404
    assert client.post(path, data={"text": "x"}).status_code == 404


@pytest.mark.parametrize("role", [Role.OFFICER, Role.APPROVER])
def test_only_an_administrator_changes_what_people_agree_to(client: TestClient, role: Role) -> None:
    office.sign_in(client, role)

    assert client.get("/sign-up/texts/notice/sv").status_code == 403
    assert client.post("/sign-up/texts/notice/sv", data={"text": "x"}).status_code == 403
    assert sign_ups.count("sign_up_text") == 0


def test_a_stranger_sees_none_of_it(client: TestClient) -> None:
    assert client.get("/sign-up").headers["location"].startswith("/sign-in")
    assert client.post("/sign-up/texts/notice/sv", data={"text": "x"}).headers["location"] == "/sign-in"
    assert client.post(f"/sign-up/organisations/{UUID(int=1)}").headers["location"] == "/sign-in"


def test_people_who_were_turned_away_stand_on_today_for_a_day(client: TestClient) -> None:
    office.sign_in(client, Role.OFFICER)
    assert "turned away" not in client.get("/").text
    with transaction() as session:
        defences.alarm(session)
        defences.alarm(session)

    assert "2 sign-ups were turned away" in client.get("/").text
    assert "Hours in which the form closed" in client.get("/sign-up").text
    with transaction() as session:
        session.execute(text("UPDATE sign_up_alarm SET last_at = now() - interval '25 hours'"))
    assert "turned away" not in client.get("/").text


def test_confirmations_that_do_not_leave_stand_on_today(client: TestClient) -> None:
    sign_ups.post(client)
    office.sign_in(client, Role.OFFICER)
    assert "Confirmations do not leave" not in client.get("/").text

    sign_ups.let_pass(days=0.01)

    assert "Confirmations do not leave" in client.get("/").text


def said(centre: Office, name: str = "Färgeriet i Borås") -> UUID:
    """Let Nina, who works nowhere that we know of, name an organisation."""
    with transaction() as session:
        nina = session.get_one(Contact, centre.people["nina"])
        nina.organisation_id = None
        session.flush()
        organisations.say(session, nina, name, "textiles")
        return nina.id


def employer(contact: UUID) -> UUID | None:
    with transaction() as session:
        return session.get_one(Contact, contact).organisation_id


def test_an_officer_links_who_named_an_organisation_otherwise(client: TestClient, centre: Office) -> None:
    nina = said(centre, "Färgeriet i Borås")
    office.sign_in(client, Role.OFFICER)
    page = client.get("/sign-up").text
    assert "Färgeriet i Borås" in page
    assert f'<option value="{centre.works}">' in page

    client.post(f"/sign-up/organisations/{nina}", data={"organisation": str(centre.works)})

    assert employer(nina) == centre.works
    assert "Färgeriet i Borås" not in client.get("/sign-up").text


def test_an_officer_may_leave_it_and_the_second_is_told(client: TestClient, centre: Office) -> None:
    nina = said(centre)
    office.sign_in(client, Role.OFFICER)

    client.post(f"/sign-up/organisations/{nina}")
    again = client.post(f"/sign-up/organisations/{nina}")

    assert employer(nina) is None
    assert sign_ups.count("said_organisation") == 0
    assert "dealt with" in client.get(again.headers["location"]).text


@pytest.mark.parametrize("chosen", [str(UUID(int=5)), "nonsense"])
def test_an_organisation_that_there_is_not_is_not_linked(client: TestClient, centre: Office, chosen: str) -> None:
    nina = said(centre)
    office.sign_in(client, Role.OFFICER)

    client.post(f"/sign-up/organisations/{nina}", data={"organisation": chosen})

    assert employer(nina) is None
    assert sign_ups.count("said_organisation") == 1


def test_versions_are_listed_with_the_newest_first(client: TestClient) -> None:
    with transaction() as session:
        for number in range(3):
            texts.write(session, TextKind.INTRO, "en", f"Text {number}", by="eva@csr-centre.example")
        found = texts.history(session, TextKind.INTRO, "en")

    assert [one.text for one in found] == ["Text 2", "Text 1", "Text 0"]
    assert all(one.at and one.at <= clock.now() for one in found)
