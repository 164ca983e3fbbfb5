"""Addresses that nothing is sent to: found, stopped by hand, undone by an administrator with a reason."""

import re
from html import unescape
from uuid import UUID

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from outreach.accounts import audit
from outreach.accounts.models import Role
from outreach.delivery import suppression
from outreach.delivery.events import Effect
from outreach.delivery.models import SuppressionReason
from outreach.foundation.database import transaction
from outreach.tracking import effects
from tests.web import office

HERE = "/delivery/suppressions"
EVA = "eva@firma.example"


def stopped(reason: SuppressionReason = SuppressionReason.HARD_BOUNCE, address: str = EVA, detail: str = "") -> UUID:
    """Suppress an address and return the suppression's id."""
    with transaction() as session:
        suppression.add(session, [address], reason, detail)
        found: UUID = session.execute(
            text("SELECT id FROM suppression WHERE address = :address"), {"address": address}
        ).scalar_one()
    return found


def is_stopped(address: str = EVA) -> bool:
    """Tell whether an address is suppressed."""
    with transaction() as session:
        return bool(
            session.execute(text("SELECT 1 FROM suppression WHERE address = :address"), {"address": address}).all()
        )


def said(client: TestClient, address: str) -> str:
    """Read a page as a person does."""
    return unescape(client.get(address).text).replace("<wbr>", "")


def test_each_is_listed_with_its_reason_and_the_campaign_it_comes_from(
    client: TestClient, centre: office.Office
) -> None:
    number = office.launched(name="January")
    with transaction() as session:
        letter = session.execute(
            text("UPDATE delivery SET reason = '550 gone' RETURNING id, contact_id, address")
        ).first()
        assert letter
        effects.follow(session, [Effect("bounced_hard", letter.id, letter.contact_id, letter.address)])
    stopped(SuppressionReason.UNSUBSCRIBED, "left@firma.example", "preference page")

    page = said(office.sign_in(client, Role.OFFICER), HERE)

    assert letter.address in page
    assert "Does not work" in page
    assert f'<a href="/campaigns/{number}">January</a>' in page
    assert "550 gone" in page
    assert "Left altogether" in page
    assert "preference page" in page


@pytest.mark.parametrize(
    ("query", "found", "not_found"),
    [
        ("q=EVA", "eva@", "olle@"),
        ("reason=complaint", "olle@", "eva@"),
        ("q=firma&reason=hard_bounce", "eva@", "olle@"),
        ("q=%25", "No such address here", "eva@firma.example</a>"),
    ],
)
def test_they_are_found_by_part_of_an_address_and_by_reason(
    client: TestClient, centre: office.Office, query: str, found: str, not_found: str
) -> None:
    stopped()
    stopped(SuppressionReason.COMPLAINT, "olle@firma.example")

    page = said(office.sign_in(client, Role.OFFICER), f"{HERE}?{query}")

    assert found in page
    assert not_found not in page.partition('<div id="found">')[2]


def test_a_long_list_is_paged_by_key_and_keeps_its_search(client: TestClient) -> None:
    with transaction() as session:
        many = [f"n{number}@many.example" for number in range(60)]
        suppression.add(session, many, SuppressionReason.HARD_BOUNCE)
    officer = office.sign_in(client, Role.OFFICER)

    first = said(officer, f"{HERE}?q=many.example")
    link = re.search(r'rel="next" href="([^"]+)"', first)
    assert link is not None
    second = said(officer, link[1])

    assert "q=many.example" in link[1]
    assert first.count("@many.example</a>") + second.count("@many.example</a>") == 60


def test_an_officer_stops_an_address_and_what_waits_for_it(client: TestClient, centre: office.Office) -> None:
    office.launched()
    officer = office.sign_in(client, Role.OFFICER)

    answer = officer.post(HERE, data={"address": "Eva@Firma.example ", "why": "Called and asked"})

    assert answer.status_code == 303
    assert is_stopped()
    page = said(officer, HERE)
    assert "Decided by staff" in page
    assert "officer@csr-centre.example" in page
    assert "Called and asked" in page
    with transaction() as session:
        states = session.execute(text("SELECT state FROM delivery WHERE address = :eva"), {"eva": EVA}).scalars().all()
        last = audit.listed(session, audit.Wanted(subject=f"contact:{centre.people['eva']}"), size=1).items[0]
    assert states == ["suppressed"]
    assert (last.action, last.actor) == ("suppression.add", "officer@csr-centre.example")


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({"address": "nonsense", "why": "x"}, "is not a mail address"),
        ({"address": "a@b.example", "why": "  "}, "Say why, in a few words."),
        ({"address": "a@b.example", "why": "x" * 300}, "keep it under 200 characters"),
        ({"address": EVA, "why": "again"}, "Nothing is sent to this address already."),
    ],
)
def test_a_form_that_cannot_be_used_says_why_and_keeps_what_was_typed(
    client: TestClient, centre: office.Office, form: dict[str, str], told: str
) -> None:
    stopped()

    answer = office.sign_in(client, Role.OFFICER).post(HERE, data=form)

    assert answer.status_code == 422
    assert told in unescape(answer.text)
    assert f'value="{form["address"]}"' in answer.text


def test_an_administrator_undoes_one_and_the_log_keeps_why(client: TestClient, centre: office.Office) -> None:
    one = stopped()
    administrator = office.sign_in(client, Role.ADMINISTRATOR)

    administrator.post(f"{HERE}/{one}/lift", data={"why": "works"})

    assert not is_stopped()
    with transaction() as session:
        last = audit.listed(session, audit.Wanted(subject=f"contact:{centre.people['eva']}"), size=1).items[0]
    assert (last.action, last.actor) == ("suppression.lift", "administrator@csr-centre.example")
    assert last.detail == {"was": "hard_bounce", "why": "works"}
    assert administrator.get(f"{HERE}/{one}").status_code == 404


@pytest.mark.parametrize("role", [Role.OFFICER, Role.APPROVER])
def test_nobody_else_undoes_one(client: TestClient, centre: office.Office, role: Role) -> None:
    one = stopped()
    somebody = office.sign_in(client, role)

    assert "An administrator can undo it." in said(somebody, f"{HERE}/{one}")
    assert somebody.post(f"{HERE}/{one}/lift", data={"why": "works"}).status_code == 403
    assert is_stopped()


@pytest.mark.parametrize("reason", [SuppressionReason.COMPLAINT, SuppressionReason.UNSUBSCRIBED])
def test_what_the_person_decided_is_undone_only_on_their_own_wish(
    client: TestClient, centre: office.Office, reason: SuppressionReason
) -> None:
    one = stopped(reason)
    administrator = office.sign_in(client, Role.ADMINISTRATOR)
    assert "own wish in writing" in said(administrator, f"{HERE}/{one}")

    administrator.post(f"{HERE}/{one}/lift", data={"why": "asked"})
    assert is_stopped()
    administrator.post(f"{HERE}/{one}/lift", data={"why": "works", "confirmed": "1"})
    assert is_stopped()

    administrator.post(f"{HERE}/{one}/lift", data={"why": "asked", "confirmed": "1"})
    assert not is_stopped()


def test_what_stands_for_an_erased_person_is_shown_to_nobody_and_not_undone(client: TestClient) -> None:
    one = stopped(SuppressionReason.ERASED, "9f86d081884c7d65")
    administrator = office.sign_in(client, Role.ADMINISTRATOR)

    administrator.post(f"{HERE}/{one}/lift", data={"why": "asked", "confirmed": "1"})

    assert is_stopped("9f86d081884c7d65")
    for page in (said(administrator, HERE), said(administrator, f"{HERE}/{one}")):
        assert "Somebody who was erased" in page
        assert "9f86d081884c7d65" not in page
    assert "No such address here" in said(administrator, f"{HERE}?q=9f86")


def test_undoing_without_a_reason_is_asked_again(client: TestClient, centre: office.Office) -> None:
    one = stopped(SuppressionReason.MANUAL)
    administrator = office.sign_in(client, Role.ADMINISTRATOR)

    administrator.post(f"{HERE}/{one}/lift", data={})

    assert is_stopped()
    assert "Choose why it is undone." in said(administrator, f"{HERE}/{one}")


def test_an_undone_suppression_alone_sends_nobody_a_letter(client: TestClient, centre: office.Office) -> None:
    one = stopped(SuppressionReason.MANUAL, "nina@firma.example")  # who never agreed to anything
    administrator = office.sign_in(client, Role.ADMINISTRATOR)

    administrator.post(f"{HERE}/{one}/lift", data={"why": "mistake"})
    office.launched()

    with transaction() as session:
        addresses = session.execute(text("SELECT address FROM delivery")).scalars().all()
    assert "nina@firma.example" not in addresses
