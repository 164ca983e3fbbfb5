"""A person's permissions as staff see them, and what staff write down: an objection, and that somebody was told."""

import hashlib
from html import unescape
from uuid import UUID

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from outreach.accounts.models import Role
from outreach.consent import ledger, topics
from outreach.consent.models import Basis, ConsentAction
from outreach.contacts import editing
from outreach.contacts.editing import Details
from outreach.contacts.models import Contact, SourceKind
from outreach.foundation.database import transaction
from tests.web import office

OFFICER = "officer@csr-centre.example"
SAID = "Jag vill få brev om miljö."


@pytest.fixture
def journalist(centre: office.Office) -> UUID:
    """Somebody who is written to as part of the centre's task, and once agreed to letters."""
    details = Details(
        email="jo@tidning.example", language="sv", source="the paper's imprint", source_kind=SourceKind.PUBLISHED
    )
    with transaction() as session:
        one = editing.add(session, details, actor=OFFICER)
        press, environment = topics.by_keys(session, ["press", "environment"])[::-1]
        if press.key != "press":
            press, environment = environment, press
        ledger.record(
            session, one, action=ConsentAction.GIVEN, topic=press, source="x", actor="eva", basis=Basis.PUBLIC_TASK
        )
        ledger.record(
            session, one, action=ConsentAction.GIVEN, topic=environment, source="form", wording=SAID, language="sv"
        )
        return one.id


def read(client: TestClient, address: str) -> str:
    return " ".join(unescape(client.get(address).text).replace("<wbr>", "").split())


def test_a_persons_page_shows_the_ground_of_each_purpose_and_the_version_of_the_words(
    client: TestClient, journalist: UUID
) -> None:
    page = read(office.sign_in(client, Role.OFFICER), f"/contacts/{journalist}")

    assert 'Press releases <span class="muted small">Public task</span>' in page
    assert 'Environment <span class="muted small">Consent</span>' in page
    assert f'<q lang="sv">{SAID}</q>' in page
    assert hashlib.sha256(SAID.encode()).hexdigest()[:8] in page
    assert "Published for being written to" in page
    assert "Not yet" in page


def test_an_objection_holds_at_once_on_the_ground_on_which_the_purpose_stood(
    client: TestClient, journalist: UUID
) -> None:
    officer = office.sign_in(client, Role.OFFICER)
    assert "Press releases" in read(officer, f"/contacts/{journalist}/objection")

    answer = officer.post(
        f"/contacts/{journalist}/objection", data={"purpose": "press", "source": "answered our release"}
    )

    assert answer.status_code == 303
    page = read(officer, f"/contacts/{journalist}")
    assert "<strong>Objects to</strong> Press releases" in page
    assert "answered our release" in page
    assert OFFICER in page
    with transaction() as session:
        state = session.execute(
            text("SELECT action, basis, purpose, evidence FROM consent_record ORDER BY id DESC LIMIT 1")
        ).one()
    assert tuple(state) == ("withdrawn", "public_task", "press", {"objection": True})


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"purpose": "press", "source": " "}, "Say how it reached us"),
        ({"purpose": "labour", "source": "a letter"}, "nothing to stop"),
        ({"purpose": "tracking", "source": "a letter"}, "nothing to stop"),
        ({"purpose": "nonsense", "source": "a letter"}, "is not a topic"),
        ({"source": "a letter"}, "Choose what they object to."),
        ({"purpose": "press"}, "Say how it reached us"),
    ],
)
def test_an_objection_needs_something_that_is_permitted_and_a_word_on_how_it_came(
    client: TestClient, journalist: UUID, form: dict[str, str], said: str
) -> None:
    answer = office.sign_in(client, Role.OFFICER).post(f"/contacts/{journalist}/objection", data=form)

    assert answer.status_code == 422
    assert said in unescape(answer.text)


def test_who_is_overdue_stands_on_today_until_somebody_told_them(client: TestClient, journalist: UUID) -> None:
    officer = office.sign_in(client, Role.OFFICER)
    assert "has not been told" not in read(officer, "/")
    with transaction() as session:
        session.execute(text("UPDATE contact_notice SET since = now() - interval '2 months'"))

    assert "1 person has not been told where we have their address from." in read(officer, "/")
    listed = read(officer, "/contacts/untold?overdue=1")
    assert "jo@tidning.example" in listed
    assert "the paper's imprint" in listed
    assert officer.post(f"/contacts/{journalist}/told").status_code == 303

    assert "has not been told" not in read(officer, "/")
    assert "Everybody knows" in read(officer, "/contacts/untold?overdue=1")
    assert "told already" in unescape(officer.post(f"/contacts/{journalist}/told", follow_redirects=True).text)
    with transaction() as session:
        assert session.get_one(Contact, journalist)
        assert session.execute(text("SELECT told_by FROM contact_notice")).scalar_one() == OFFICER
