"""Who needs only figures sees no name and no address, on any page there is; every route of staff is asked.

A page that is added without a line in `THINGS` is asked with an id that names nothing; give it one where it has more to
show.
"""

import re
from html import unescape
from uuid import UUID

import pytest
from fastapi import FastAPI
from sqlalchemy import text
from starlette.testclient import TestClient

from outreach.accounts import roles
from outreach.accounts.models import Role
from outreach.accounts.roles import Action
from outreach.delivery import suppression
from outreach.delivery.models import SuppressionReason
from outreach.foundation import masking
from outreach.foundation.database import transaction
from outreach.foundation.tables import uuid7
from outreach.web import officer
from tests.web import office
from tests.web.test_officer_doors import FOR_ANYBODY

NAMES = ("eva@firma", "wenli@firma", "olle@firma", "nina@firma", "Evas", "Ängström", "文丽", "petra@firma")
THINGS = {"contact_id", "organisation_id", "campaign_id", "delivery_id", "suppression_id", "key"}


@pytest.fixture
def things(client: TestClient, centre: office.Office) -> dict[str, str]:
    """What the routes are asked about: Eva got a letter, her address bounced, and Olle was left out."""
    with transaction() as session:
        session.execute(
            text("UPDATE contact SET given_name = 'Evas', family_name = 'Ängström' WHERE id = :eva"),
            {"eva": centre.people["eva"]},
        )
    campaign = office.launched(name="January")
    with transaction() as session:
        session.execute(
            text("UPDATE delivery SET state = 'ambiguous', name = 'Evas Ängström', reason = '<eva@firma.example>'")
        )
        suppression.add(session, ["eva@firma.example"], SuppressionReason.HARD_BOUNCE)
        found: dict[str, UUID] = {
            "delivery_id": session.execute(text("SELECT id FROM delivery LIMIT 1")).scalar_one(),
            "suppression_id": session.execute(text("SELECT id FROM suppression")).scalar_one(),
        }
    return {
        "contact_id": str(centre.people["eva"]),
        "organisation_id": str(centre.works),
        "campaign_id": str(campaign),
        "key": office.ISSUE,
        **{name: str(number) for name, number in found.items()},
    }


def doors(method: str) -> list[str]:
    app = FastAPI()
    app.include_router(officer.router)
    paths = {path for path, answered in app.openapi()["paths"].items() if method in answered}
    return sorted(paths - FOR_ANYBODY)


def filled(path: str, things: dict[str, str]) -> str:
    address = re.sub(r"\{([^}]*)\}", lambda found: things.get(found[1], str(uuid7())), path)
    return f"{address}?campaign={things['campaign_id']}" if path == "/deliveries" else address


def test_a_reader_of_figures_finds_nobody_on_any_page(client: TestClient, things: dict[str, str]) -> None:
    reader = office.sign_in(client, Role.READER)
    shown = 0

    for path in doors("get"):
        if path.endswith("/progress"):
            continue  # a stream that does not end; what it sends is built from the same rows
        answer = reader.get(filled(path, things))

        said = unescape(answer.text).replace("<wbr>", "")
        assert [one for one in NAMES if one in said] == [], path
        shown += answer.status_code == 200
    assert shown > 25


def test_an_officer_finds_them_on_the_same_pages(client: TestClient, things: dict[str, str]) -> None:
    officer_ = office.sign_in(client, Role.OFFICER)

    for path in ("/contacts", "/contacts/{contact_id}", "/organisations/{organisation_id}", "/deliveries"):
        said = unescape(officer_.get(filled(path, things)).text).replace("<wbr>", "")

        assert any(one in said for one in NAMES), path


def test_a_reader_of_figures_changes_nothing(client: TestClient, things: dict[str, str]) -> None:
    reader = office.sign_in(client, Role.READER)

    theirs = [path for path in doors("post") if not path.startswith("/account/")]  # everybody has an account
    answered = {path: reader.post(filled(path, things), data={}).status_code for path in theirs}

    assert {path: status for path, status in answered.items() if status != 403} == {}


def test_a_reader_of_figures_still_reads_figures(client: TestClient, things: dict[str, str]) -> None:
    reader = office.sign_in(client, Role.READER)

    page = unescape(reader.get("/contacts").text)

    assert "E***" in page
    assert "reader@csr-centre.example" in page.replace("<wbr>", "")  # their own
    assert reader.get(f"/campaigns/{things['campaign_id']}/report").status_code == 200


def test_the_lowest_role_is_the_only_one_that_sees_nobody() -> None:
    assert [role for role in Role if not roles.allows(role, Action.SEE_PEOPLE)] == [Role.READER]


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("<td>eva@firma.example</td>", "<td>e***@firma.example</td>"),
        ("eva.lind+1<wbr>@firma.example", "e***<wbr>@firma.example"),
        ("?address=eva%40firma.example", "?address=e***%40firma.example"),
        ("brev@csr-centre.example", "brev@csr-centre.example"),
        ("no address @ all", "no address @ all"),
    ],
)
def test_a_finished_page_is_gone_through_once_more(written: str, shown: str) -> None:
    assert masking.page(written, own="reader@csr-centre.example") == shown
