"""A change of address: from a fresh link, agreed to in both mailboxes, and nobody learns who else is here."""

import json

import pytest
import sqlalchemy as sa
from sqlmodel import select
from starlette.testclient import TestClient

from outreach.accounts.models import AuditEntry
from outreach.consent import preferences
from outreach.contacts.models import Contact
from outreach.delivery import suppression
from outreach.delivery.models import Suppression, SuppressionReason
from outreach.foundation.database import transaction
from outreach.readers.models import Move
from tests import mailings
from tests.mailings import Sent
from tests.web import post
from tests.web.test_choices import choices

OLD = "anna@firma.example"
NEW = "anna.berg@ny.example"


@pytest.fixture
def letter(client: TestClient) -> Sent:
    """A newsletter to Anna; Bo is a reader too."""
    post.open_office()
    with transaction() as session:
        mailings.reader(session, "bo", language="zh-Hans")
        return mailings.send(session, mailings.reader(session, "anna"))


def visit(client: TestClient, letter: Sent) -> str:
    """Let Anna open her own page; return the secret of its forms."""
    client.post(f"{choices(letter)}/link")
    page = client.post(post.link(OLD, "/personal/"))
    assert page.status_code == 200
    return page.text.split('name="visit" value="')[1].split('"')[0]


def ask(client: TestClient, letter: Sent, new: str = NEW) -> str:
    answer = client.post("/personal/visit/address", data={"visit": visit(client, letter), "email": new})
    assert answer.status_code == 200, answer.text
    return answer.text


def address() -> str:
    with transaction() as session:
        return session.exec(select(Contact.email).where(Contact.given_name == "Anna")).one()


def test_letters_go_to_the_new_address_when_both_mailboxes_have_agreed(client: TestClient, letter: Sent) -> None:
    ask(client, letter, "Anna.Berg@ny.example")

    assert client.post(post.link(NEW, "/address/")).status_code == 200
    assert address() == OLD
    assert client.post(post.link(OLD, "/address/")).status_code == 200

    assert address() == "Anna.Berg@ny.example"
    with transaction() as session:
        entry = session.exec(select(AuditEntry).where(AuditEntry.action == "contact.move")).one()
    assert (entry.actor, entry.detail) == ("subscriber", {})
    assert client.get(post.link(OLD, "/address/")).status_code == 200


def test_looking_at_either_page_agrees_to_nothing(client: TestClient, letter: Sent) -> None:
    ask(client, letter)
    for link in (post.link(OLD, "/address/"), post.link(NEW, "/address/")):
        for method in ("GET", "HEAD", "OPTIONS"):
            client.request(method, link)
            client.request(method, f"{link}/stop")

    assert address() == OLD
    with transaction() as session:
        move = session.exec(select(Move)).one()
    assert (move.state, move.agreed_by_old_at, move.agreed_by_new_at) == ("waiting", None, None)


@pytest.mark.parametrize("who", [OLD, NEW])
def test_either_mailbox_can_stop_it(client: TestClient, letter: Sent, who: str) -> None:
    ask(client, letter)
    assert client.post(post.link(NEW if who == OLD else OLD, "/address/")).status_code == 200

    assert client.post(f"{post.link(who, '/address/')}/stop").status_code == 200

    assert client.post(post.link(who, "/address/")).status_code == 409
    assert address() == OLD


def test_it_is_over_after_a_day(client: TestClient, letter: Sent) -> None:
    ask(client, letter)
    with transaction() as session:
        session.execute(sa.text("UPDATE move SET expires_at = expires_at - interval '1 day'"))

    assert client.post(post.link(NEW, "/address/")).status_code == 409


def test_asking_again_takes_the_first_question_back(client: TestClient, letter: Sent) -> None:
    ask(client, letter, "first@ny.example")
    ask(client, letter)

    assert client.post(post.link("first@ny.example", "/address/")).status_code == 409


def test_an_address_of_somebody_else_gets_the_same_answer_and_only_its_mailbox_is_told(
    client: TestClient, letter: Sent
) -> None:
    free = ask(client, letter)
    taken = ask(client, letter, "bo@firma.example")

    assert _without(free, NEW) == _without(taken, "bo@firma.example")
    assert post.letters("bo@firma.example")
    assert not any("/address/" in one for one in post.letters("bo@firma.example"))
    client.post(post.link(OLD, "/address/"))
    assert address() == OLD


def test_an_address_that_was_taken_since_is_not_taken_away(client: TestClient, letter: Sent) -> None:
    ask(client, letter)
    client.post(post.link(NEW, "/address/"))
    with transaction() as session:
        session.add(Contact(email=NEW, address=NEW, language="sv", source="test"))

    answer = client.post(post.link(OLD, "/address/"))

    assert answer.status_code == 200
    assert address() == OLD


@pytest.mark.parametrize("reason", SuppressionReason)
def test_nothing_goes_to_an_address_that_is_suppressed(
    client: TestClient, letter: Sent, reason: SuppressionReason
) -> None:
    with transaction() as session:
        suppression.add(session, [NEW], reason)

    said = ask(client, letter)

    assert _without(said, NEW) == _without(ask(client, letter, "free@ny.example"), "free@ny.example")
    assert post.letters(NEW) == []


def test_an_address_that_was_suppressed_meanwhile_is_not_moved_to(client: TestClient, letter: Sent) -> None:
    ask(client, letter)
    client.post(post.link(NEW, "/address/"))
    with transaction() as session:
        suppression.add(session, [NEW], SuppressionReason.COMPLAINT)

    client.post(post.link(OLD, "/address/"))

    assert address() == OLD


def test_who_left_altogether_has_left_at_the_new_address_too(client: TestClient, letter: Sent) -> None:
    with transaction() as session:
        anna = session.exec(select(Contact).where(Contact.given_name == "Anna")).one()
        preferences.leave_all(session, anna, source="test")
    ask(client, letter)
    for mailbox in (OLD, NEW):
        client.post(post.link(mailbox, "/address/"))

    assert address() == NEW
    with transaction() as session:
        assert set(session.exec(select(Suppression.address))) == {OLD, NEW}


def test_after_three_questions_a_day_it_is_enough(client: TestClient, letter: Sent) -> None:
    secret = visit(client, letter)
    statuses = [
        client.post("/personal/visit/address", data={"visit": secret, "email": f"a{number}@ny.example"}).status_code
        for number in range(5)
    ]

    assert statuses == [200, 200, 200, 429, 429]
    assert len([one for one in post.letters(OLD) if "/address/" in one]) == 3


@pytest.mark.parametrize("typed", ["", "nobody", OLD, "ANNA@firma.example", "a@b", "x" * 310 + "@ny.example"])
def test_what_is_no_address_or_no_change_is_said_on_the_page_in_its_language(
    client: TestClient, letter: Sent, typed: str
) -> None:
    answer = client.post(
        "/personal/visit/address",
        data={"visit": visit(client, letter), "email": typed},
        headers={"accept-language": "fi"},
    )

    assert answer.status_code == 422
    assert '<html lang="sv">' in answer.text
    assert post.letters(typed or "-") == [] or typed == OLD


@pytest.mark.parametrize("new", [NEW, "bo@firma.example"])
def test_ones_own_data_does_not_tell_what_became_of_the_letter_to_the_new_address(
    client: TestClient, letter: Sent, new: str
) -> None:
    secret = visit(client, letter)
    client.post("/personal/visit/address", data={"visit": secret, "email": new})

    found = json.loads(client.post("/personal/visit/data", data={"visit": secret}).text)

    assert {one["address"] for one in found["letters"]} == {OLD}
    assert [one["email"] for one in found["moves"]] == [new]


def test_who_is_erased_leaves_no_new_address_behind(client: TestClient, letter: Sent) -> None:
    secret = visit(client, letter)
    client.post("/personal/visit/address", data={"visit": secret, "email": NEW})
    client.post("/personal/visit/erase", data={"visit": secret, "sure": "true"})

    with transaction() as session:
        assert NEW not in session.scalars(sa.text("SELECT address FROM delivery")).all()


def test_a_mailbox_cannot_speak_for_the_other(client: TestClient, letter: Sent) -> None:
    ask(client, letter)
    for _turn in range(2):
        client.post(post.link(NEW, "/address/"))

    assert address() == OLD


def test_the_new_mailbox_does_not_learn_the_old_address(client: TestClient, letter: Sent) -> None:
    ask(client, letter)

    page = client.get(post.link(NEW, "/address/")).text
    assert "firma.example" not in page
    assert "a***@ny.example" in page
    assert not any("firma.example" in one for one in post.letters(NEW))


def _without(page: str, address: str) -> str:
    """Return what a page says about the move, without the address and the visit's secret."""
    part = page.split('<section class="sheet">')[1].split("</section>")[0]
    return part.replace(address, "").replace(page.split('name="visit" value="')[1].split('"')[0], "")
