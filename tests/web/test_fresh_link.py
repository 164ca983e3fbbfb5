"""The fresh link: what a letter's link does not open, mailed to the address on file, good once and not for long."""

import sqlalchemy as sa
from sqlmodel import select
from starlette.testclient import TestClient

from outreach.foundation import signing, urls
from outreach.foundation.database import transaction
from outreach.foundation.signing import Purpose
from outreach.readers import visiting
from outreach.readers.models import FreshLink
from tests.mailings import Sent
from tests.web import post
from tests.web.test_choices import choices
from tests.web.test_moving import OLD, letter, visit

__all__ = ["letter"]


def ask(client: TestClient, letter: Sent) -> str:
    answer = client.post(f"{choices(letter)}/link")
    assert answer.status_code == 303
    return answer.headers["location"]


def test_the_link_goes_to_the_address_on_file_and_the_page_shows_none(client: TestClient, letter: Sent) -> None:
    page = client.get(ask(client, letter))

    assert len(post.letters(OLD)) == 1
    assert "/personal/" not in page.text
    assert OLD not in page.text


def test_it_opens_once(client: TestClient, letter: Sent) -> None:
    ask(client, letter)
    link = post.link(OLD, "/personal/")

    assert [client.post(link).status_code for _turn in range(2)] == [200, 409]
    assert client.get(link).status_code == 409


def test_looking_does_not_use_it_up(client: TestClient, letter: Sent) -> None:
    ask(client, letter)
    link = post.link(OLD, "/personal/")
    for _turn in range(20):
        for method in ("GET", "HEAD", "OPTIONS"):
            client.request(method, link)

    page = client.get(link)
    assert OLD not in page.text
    assert client.post(link).status_code == 200


def test_it_is_over_after_a_quarter_of_an_hour_and_so_is_what_it_opened(client: TestClient, letter: Sent) -> None:
    secret = visit(client, letter)
    ask(client, letter)
    with transaction() as session:
        session.execute(sa.text("UPDATE fresh_link SET expires_at = now(), visit_ends_at = now()"))

    assert client.post(post.link(OLD, "/personal/")).status_code == 409
    answer = client.post("/personal/visit/address", data={"visit": secret, "email": "a@ny.example"})
    assert answer.status_code == 409


def test_the_answer_is_the_same_when_too_many_were_asked_for(client: TestClient, letter: Sent) -> None:
    answers = {ask(client, letter) for _turn in range(6)}

    assert len(answers) == 1
    assert len(post.letters(OLD)) == visiting.MOST_AN_HOUR


def test_ten_a_day_are_enough(client: TestClient, letter: Sent) -> None:
    for _turn in range(12):
        ask(client, letter)
        with transaction() as session:
            session.execute(sa.text("UPDATE fresh_link SET asked_at = asked_at - interval '61 minutes'"))

    assert len(post.letters(OLD)) == visiting.MOST_A_DAY


def test_neither_a_letters_link_nor_a_visit_of_ones_own_making_opens_anything(client: TestClient, letter: Sent) -> None:
    ask(client, letter)
    with transaction() as session:
        number = session.exec(select(FreshLink.id)).one()
    of_letter = urls.preferences(letter["anna"]).rpartition("/")[2]
    made_up = signing.sign(Purpose.VISIT, number)  # the link's own number is no visit

    assert client.post(f"/personal/{of_letter}").status_code == 404
    for secret, status in ((of_letter, 404), ("", 404), (made_up, 404)):
        answer = client.post("/personal/visit/address", data={"visit": secret, "email": "a@ny.example"})
        assert answer.status_code == status


def test_without_a_secret_the_forms_are_refused(client: TestClient, letter: Sent) -> None:
    assert client.post("/personal/visit/address", data={"email": "a@ny.example"}).status_code == 404


def test_links_are_forgotten_when_they_count_no_more(client: TestClient, letter: Sent) -> None:
    ask(client, letter)
    with transaction() as session:
        session.execute(sa.text("UPDATE fresh_link SET asked_at = asked_at - interval '2 days'"))
        visiting.forget(session)

    with transaction() as session:
        assert session.exec(select(FreshLink)).all() == []
