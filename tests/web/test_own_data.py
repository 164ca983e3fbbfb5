"""One's own data: on the page and as a file, only behind a fresh link; and erased at one's own word."""

import json

import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from outreach.accounts.models import AuditEntry
from outreach.contacts.models import Contact
from outreach.foundation.database import transaction
from outreach.readers import moving, parting
from outreach.readers.models import FreshLink, Move, Parting
from tests.mailings import Sent
from tests.web import post
from tests.web.test_choices import choices
from tests.web.test_moving import NEW, OLD, ask, letter, visit

__all__ = ["letter"]


def anna() -> Contact | None:
    with transaction() as session:
        return session.exec(select(Contact).where(Contact.given_name == "Anna")).one_or_none()


def test_the_page_shows_what_is_kept_in_the_readers_language(client: TestClient, letter: Sent) -> None:
    client.post(f"{choices(letter)}/link")

    page = client.post(post.link(OLD, "/personal/"), headers={"accept-language": "fi"})

    assert '<html lang="sv">' in page.text
    assert OLD in page.text
    assert "set-cookie" not in page.headers
    assert page.headers["cache-control"] == "no-store"


def test_the_file_holds_everything_and_is_not_kept_by_browsers(client: TestClient, letter: Sent) -> None:
    secret = visit(client, letter)

    answer = client.post("/personal/visit/data", data={"visit": secret})

    assert answer.status_code == 200
    assert answer.headers["content-disposition"].startswith('attachment; filename="outreach-')
    assert answer.headers["cache-control"] == "no-store"
    found = json.loads(answer.text)
    assert found["person"][0]["email"] == OLD
    assert found["letters"]
    assert found["fresh_links"][0]["opened"] is True


def test_erasing_needs_a_tick_and_then_leaves_nothing_to_come_back_to(client: TestClient, letter: Sent) -> None:
    ask(client, letter)
    with transaction() as session:
        parting.leave(
            session,
            session.exec(select(Contact).where(Contact.given_name == "Anna")).one(),
            ["labour"],
            source="test",
            delivery=letter["anna"],
        )
    secret = visit(client, letter)

    unsure = client.post("/personal/visit/erase", data={"visit": secret})
    assert unsure.status_code == 422
    assert anna() is not None

    sure = client.post("/personal/visit/erase", data={"visit": secret, "sure": "true"})

    assert sure.status_code == 200
    assert '<html lang="sv">' in sure.text
    assert anna() is None
    assert client.get(choices(letter)).status_code == 404
    assert client.post("/personal/visit/data", data={"visit": secret}).status_code == 404
    with transaction() as session:
        assert session.exec(select(FreshLink)).all() == []
        assert session.exec(select(Move)).all() == []
        assert [(one.contact_id, one.kept) for one in session.exec(select(Parting))] == [(None, {})]
        entry = session.exec(select(AuditEntry).where(AuditEntry.action == "person.erase")).one()
    assert entry.actor == "subscriber"


def test_letters_to_an_erased_address_are_not_moved_there_either(client: TestClient, letter: Sent) -> None:
    client.post("/personal/visit/erase", data={"visit": visit(client, letter), "sure": "true"})

    with transaction() as session:
        bo = session.exec(select(Contact).where(Contact.given_name == "Bo")).one()
        moving.ask(session, bo, OLD)

    assert not any("/address/" in one for one in post.letters(OLD))


@pytest.mark.parametrize("act", ["data", "erase", "address"])
def test_looking_at_what_acts_shows_nothing(client: TestClient, letter: Sent, act: str) -> None:
    secret = visit(client, letter)

    assert client.get(f"/personal/visit/{act}?visit={secret}&sure=true&email={NEW}").status_code in {404, 405}
    assert anna() is not None
