"""A few letters to a few addresses first: in which language, with whose words, and what becomes of them."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlmodel import col, select
from starlette.testclient import TestClient

from outreach.accounts.models import Role
from outreach.campaigns import test_sends
from outreach.campaigns.models import SentTest
from outreach.contacts.models import Contact
from outreach.delivery.models import Delivery, Mailing, Message, Stream
from outreach.foundation import clock
from outreach.foundation.database import transaction
from outreach.privacy import erasing
from tests.web import office

OWN = "officer@csr-centre.example"


def send(client: TestClient, number: UUID, **form: object) -> str:
    answer = client.post(f"/campaigns/{number}/review/test", data={"addresses": OWN, "languages": ["sv"], **form})
    return answer.text if answer.status_code == 422 else client.get(f"/campaigns/{number}/review").text


def sent() -> list[tuple[Delivery, Message, Mailing]]:
    with transaction() as session:
        found = session.exec(
            select(Delivery, Message, Mailing)
            .join(Message, col(Message.id) == col(Delivery.message_id))
            .join(Mailing, col(Mailing.id) == col(Delivery.mailing_id))
            .order_by(col(Delivery.id))
        ).all()
        session.expunge_all()
        return [(one, letter, mailing) for one, letter, mailing in found]


def test_a_letter_goes_to_each_address_in_each_language(client: TestClient, centre: office.Office) -> None:
    number = office.planned()
    officer = office.sign_in(client, Role.OFFICER)

    page = send(officer, number, addresses=f"{OWN}, van@exämple.example；{OWN}", languages=["sv", "zh-Hans"])

    assert "4 test letters are on their way." in page
    assert "A test of this content has been sent." in page
    letters = sent()
    assert [(one.address, letter.language) for one, letter, _mailing in letters] == [
        (OWN, "sv"),
        ("van@xn--exmple-cua.example", "sv"),
        (OWN, "zh-Hans"),
        ("van@xn--exmple-cua.example", "zh-Hans"),
    ]
    one, letter, mailing = letters[0]
    assert letter.subject == "[Test] Mät först"
    assert mailing.stream is Stream.SYSTEM
    assert "List-Unsubscribe" in letter.headers
    assert not letter.tracked
    assert one.values.keys() == {"first_name", "topics"}


def test_it_holds_the_words_of_a_reader_and_goes_with_them(client: TestClient, centre: office.Office) -> None:
    number = office.planned()
    officer = office.sign_in(client, Role.OFFICER)

    send(officer, number, reader=_address(centre, "eva"))

    ((one, _letter, _mailing),) = sent()
    assert one.values["first_name"] == "Eva"
    assert one.contact_id == one.id  # it is no letter to Eva
    with transaction() as session:
        erasing.erase(session, session.get_one(Contact, centre.people["eva"]), by=OWN, why="letter of 20 November")
    assert sent() == []


def test_a_test_is_kept_for_a_week(client: TestClient, centre: office.Office) -> None:
    number = office.planned()
    send(office.sign_in(client, Role.OFFICER), number)

    with transaction() as session:
        test_sends.tidy(session)
    assert len(sent()) == 1
    with transaction() as session:
        session.exec(select(SentTest)).one().at = clock.now() - timedelta(days=8)
    with transaction() as session:
        test_sends.tidy(session)

    assert sent() == []


def test_a_change_asks_for_another_test(client: TestClient, centre: office.Office, tmp_path: Path) -> None:
    number = office.planned()
    officer = office.sign_in(client, Role.OFFICER)
    assert "No test has been sent" in officer.get(f"/campaigns/{number}/review").text
    send(officer, number)

    office.rewrite(tmp_path, "greeting.zh-Hans.md", "各位读者", "亲爱的读者")

    assert "Something was changed after the last test; send another." in officer.get(f"/campaigns/{number}/review").text


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"addresses": " "}, "Write at least one address"),
        ({"addresses": "eva(at)farma"}, "eva(at)farma"),
        ({"addresses": " ".join(f"a{one}@b.example" for one in range(11))}, "at most 10 addresses"),
        ({"languages": []}, "Choose at least one language"),
        ({"languages": ["xx"]}, "Choose at least one language"),
        ({"reader": "nobody@nowhere.example"}, "Nobody has the address"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    client: TestClient, centre: office.Office, form: dict[str, object], said: str
) -> None:
    number = office.planned()
    officer = office.sign_in(client, Role.OFFICER)

    page = send(officer, number, **{"addresses": "kept@b.example", **form})

    assert said in page
    assert str(form.get("addresses", "kept@b.example")).strip() in page
    assert sent() == []


def test_nobody_floods_a_mailbox(client: TestClient, centre: office.Office) -> None:
    number = office.planned()
    officer = office.sign_in(client, Role.OFFICER)
    ten = " ".join(f"a{one}@b.example" for one in range(10))
    for _turn in range(3):
        send(officer, number, addresses=ten, languages=["sv", "zh-Hans"])

    assert "many tests in the last hour" in send(officer, number)
    assert len(sent()) == 60


def test_a_reader_of_figures_sends_none(client: TestClient, centre: office.Office) -> None:
    number = office.planned()
    reader = office.sign_in(client, Role.READER)

    assert reader.post(f"/campaigns/{number}/review/test", data={"addresses": OWN}).status_code == 403
    assert 'action="/campaigns/' not in reader.get(f"/campaigns/{number}/review").text.split('id="goals"')[0]


def _address(centre: office.Office, name: str) -> str:
    with transaction() as session:
        return session.get_one(Contact, centre.people[name]).email
