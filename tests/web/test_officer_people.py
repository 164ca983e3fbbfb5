"""People, organisations, and letters one by one."""

import re
from html import unescape

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from outreach.accounts.models import Role
from outreach.contacts.models import Contact
from outreach.delivery import suppression
from outreach.delivery.models import SuppressionReason
from outreach.foundation.database import transaction
from tests.web import office


@pytest.mark.parametrize(
    ("query", "found", "not_found"),
    [
        ("q=eva", "eva@", "petra@"),
        ("q=文丽", "wenli@", "eva@"),
        ("q=färgeriet", "olle@", "petra@"),
        ("language=zh-Hans", "wenli@", "eva@"),
        ("kind=media", "petra@", "eva@"),
        ("topic=press", "petra@", "nina@"),
        ("country=SE&sector=textiles&q=ni", "nina@", "petra@"),
        ("q=eva&kind=&sector=&language=&country=&topic=&tag=", "eva@", "petra@"),  # what is left open is sent too
    ],
)
def test_people_are_found_by_words_and_filters(
    client: TestClient, centre: office.Office, query: str, found: str, not_found: str
) -> None:
    page = office.sign_in(client, Role.OFFICER).get(f"/contacts?{query}").text.replace("<wbr>", "")

    assert found in page
    assert not_found not in page


def test_nobody_found_says_so_and_leads_back(client: TestClient, centre: office.Office) -> None:
    page = office.sign_in(client, Role.OFFICER).get("/contacts?q=nobody+at+all").text

    assert "Nobody found" in page
    assert 'href="/contacts"' in page


def test_a_long_list_is_paged_by_key_and_keeps_its_filters(client: TestClient, centre: office.Office) -> None:
    with transaction() as session:
        session.add_all(
            Contact(email=f"n{n}@many.example", address=f"n{n}@many.example", language="sv", source="test")
            for n in range(60)
        )
    officer = office.sign_in(client, Role.OFFICER)

    first = officer.get("/contacts?q=many.example&language=sv").text
    link = re.search(r'rel="next" href="([^"]+)"', first)
    assert link is not None
    second = officer.get(link[1].replace("&amp;", "&")).text

    assert "q=many.example" in link[1]
    assert first.count("many.example</a>") + second.count("many.example</a>") == 60
    assert 'rel="prev"' in second


def test_a_cursor_that_no_list_wrote_is_refused_in_words(client: TestClient, centre: office.Office) -> None:
    answer = office.sign_in(client, Role.OFFICER).get("/contacts?cursor=nonsense")

    assert answer.status_code == 422
    assert "go back to the first page" in answer.text


def test_a_persons_page_holds_the_evidence_and_the_letters(client: TestClient, centre: office.Office) -> None:
    number = office.launched()
    office.let_everything_arrive(number)

    page = office.sign_in(client, Role.OFFICER).get(f"/contacts/{centre.people['eva']}").text

    assert "Eva" in page
    assert "Färgeriet AB" in page
    assert "sign-up form" in page
    assert "Subscribed" in page
    assert "Agreed to" in page
    assert f'<a href="/campaigns/{number}">January</a>' in page


def test_every_letter_to_a_person_tells_what_became_of_it_the_newest_first(
    client: TestClient, centre: office.Office
) -> None:
    first = office.launched(name="First")
    with transaction() as session:
        session.execute(
            text(
                """
                UPDATE delivery SET state = 'bounced_soft', reason = '452 4.2.2 mailbox full', changed_at = now(),
                    accepted_at = now() - interval '2 minutes', bounced_at = now() - interval '1 minute'
                WHERE mailing_id = :first
                """
            ),
            {"first": first},
        )
        session.execute(text("UPDATE mailing SET created_at = now() - interval '3 minutes'"))
    office.launched(name="Second")

    page = unescape(office.sign_in(client, Role.OFFICER).get(f"/contacts/{centre.people['eva']}").text)

    letters = page.partition('id="happened"')[2]
    assert letters.index("Second") < letters.index("First")
    assert "Mät först" in letters  # the subject, as it was read
    told = letters[letters.index("First") :]
    moments = ("Came back", "452 4.2.2 mailbox full", "Handed to the provider", "Made ready")
    assert [told.index(one) for one in moments] == sorted(told.index(one) for one in moments)


def test_opens_and_clicks_stand_with_their_letter(client: TestClient, centre: office.Office) -> None:
    number = office.launched()
    office.let_everything_arrive(number)
    with transaction() as session:
        session.execute(
            text(
                """
                INSERT INTO tracking_event (delivery_id, mailing_id, kind, actor, hour, ruleset)
                SELECT id, mailing_id, 'open', 'human', date_trunc('hour', now()), 1 FROM delivery
                WHERE contact_id = :eva
                """
            ),
            {"eva": centre.people["eva"]},
        )
    officer = office.sign_in(client, Role.OFFICER)

    assert "Opened" in officer.get(f"/contacts/{centre.people['eva']}").text
    assert "kept by the hour" in officer.get(f"/contacts/{centre.people['eva']}").text
    assert "Opened" not in officer.get(f"/contacts/{centre.people['wenli']}").text


def test_many_letters_are_paged_by_key(client: TestClient, centre: office.Office) -> None:
    for number in range(22):
        office.launched(name=f"Number {number}")
    officer = office.sign_in(client, Role.OFFICER)
    address = f"/contacts/{centre.people['eva']}"

    first = officer.get(f"{address}?only=letter").text
    link = re.search(r'rel="next" href="([^"]+)"', first)
    assert link is not None
    second = officer.get(address + link[1].replace("&amp;", "&")).text

    assert "22 in all" in first
    assert first.count('class="card letter"') == 20
    assert second.count('class="card letter"') == 2


def test_the_letter_is_shown_as_it_was_sent_and_can_do_nothing(client: TestClient, centre: office.Office) -> None:
    number = office.launched()
    officer = office.sign_in(client, Role.OFFICER)
    page = officer.get(f"/contacts/{centre.people['wenli']}").text
    link = re.search(r'href="(/deliveries/[^"]+/letter)"', page)
    assert link is not None

    letter = officer.get(link[1])

    assert "测量用水" in letter.text
    assert "/unsubscribe/" not in letter.text
    assert "sandbox" in letter.headers["content-security-policy"]
    assert officer.get(f"/deliveries/{number}/letter").status_code == 404


def test_a_person_who_left_is_shown_as_such(client: TestClient, centre: office.Office) -> None:
    page = office.sign_in(client, Role.OFFICER).get(f"/contacts/{centre.people['olle']}").text

    assert "No longer agrees to" in page
    assert "unsubscribe link" in page
    assert "Unsubscribed" in page


def test_an_address_that_nothing_is_sent_to_says_why(client: TestClient, centre: office.Office) -> None:
    with transaction() as session:
        suppression.add(session, ["eva@firma.example"], SuppressionReason.HARD_BOUNCE)

    page = office.sign_in(client, Role.OFFICER).get(f"/contacts/{centre.people['eva']}").text

    assert "Nothing is sent to this address." in page
    assert "The address does not work." in page
    assert 'href="/delivery/suppressions/' in page


def test_what_people_wrote_about_themselves_is_never_markup(client: TestClient, centre: office.Office) -> None:
    with transaction() as session:
        eva = session.get_one(Contact, centre.people["eva"])
        eva.title, eva.email = "<b>chief</b>", "<img>@firma.example"
        session.add(eva)
    officer = office.sign_in(client, Role.OFFICER)

    for page in (officer.get(f"/contacts/{centre.people['eva']}").text, officer.get("/contacts").text):
        assert "<b>chief" not in page
        assert "<img>" not in page
        assert "&lt;img&gt;" in page


def test_an_organisation_shows_whom_we_know_there(client: TestClient, centre: office.Office) -> None:
    officer = office.sign_in(client, Role.OFFICER)

    listed = officer.get("/organisations?sector=textiles").text
    page = officer.get(f"/organisations/{centre.works}").text.replace("<wbr>", "")

    assert f'<a href="/organisations/{centre.works}">Färgeriet AB</a>' in listed
    assert "Dagens Färg" not in listed
    assert "eva@firma.example" in page
    assert "petra@firma.example" not in page


def test_letters_are_listed_by_state(client: TestClient, centre: office.Office) -> None:
    number = office.launched()
    office.let_everything_arrive(number, left_over=1)
    officer = office.sign_in(client, Role.OFFICER)

    everything = officer.get(f"/deliveries?campaign={number}").text
    waiting = officer.get(f"/deliveries?campaign={number}&state=waiting").text
    wrong = officer.get(f"/deliveries?campaign={number}&state=wrong").text

    assert everything.count('<th scope="row"') == 2
    assert waiting.count('<th scope="row"') == 1
    assert "No letters here" in wrong


@pytest.mark.parametrize("query", ["", "campaign=nonsense", "campaign=01a20ad4-5caf-7294-9b74-7e33718e7d42"])
def test_letters_of_no_campaign_are_nothing(client: TestClient, centre: office.Office, query: str) -> None:
    assert office.sign_in(client, Role.OFFICER).get(f"/deliveries?{query}").status_code == 404


def test_a_state_that_does_not_exist_is_nothing(client: TestClient, centre: office.Office) -> None:
    number = office.launched()

    assert office.sign_in(client, Role.OFFICER).get(f"/deliveries?campaign={number}&state=lost").status_code == 404


def test_whoever_was_left_out_is_named_with_the_reason(client: TestClient, centre: office.Office) -> None:
    number = office.launched()
    officer = office.sign_in(client, Role.OFFICER)

    page = officer.get(f"/campaigns/{number}/left-out").text
    narrowed = officer.get(f"/campaigns/{number}/left-out?reason=suppressed").text

    assert "Olle" in page
    assert "Nina" in page
    assert "No subscription to its topics" in page
    assert "Olle" not in narrowed
