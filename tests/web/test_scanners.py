"""Programs that look at every link of a letter before its reader does change nothing, however often they look."""

import re
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from outreach.delivery import sending
from outreach.foundation.database import transaction
from outreach.foundation.settings import settings
from outreach.tracking import storing
from tests.delivery.conftest import _running, mailbox
from tests.sandbox.peer import Peer
from tests.web import office, post
from tests.web.office import Office

__all__ = ["_running", "mailbox"]

LOOKS = 1_000
MEASURED = {"tracking_event", "stream_position"}  # what an open or a click of a scanner may leave: a machine's mark
SCANNER = {"user-agent": "Mozilla/5.0 (compatible; SafeLinks scanner)"}


@pytest.fixture
def letter(mailbox: Peer, client: TestClient, tmp_path: Path) -> dict[str, Any]:
    """The letter that Eva got: launched, sent by a worker, taken by a provider over HTTP."""
    made: Office = office.open_office(tmp_path)
    assert made.people
    post.open_office()
    office.launched()
    assert sending.send_batches(seconds=10)
    return next(one for one in mailbox.messages() if one["email"] == "eva@firma.example")


def links(letter: dict[str, Any]) -> list[str]:
    """Return the path of every link to us in a letter: in both parts and in its headers."""
    home = re.escape(settings().public_url)
    written = "\n".join([letter["html"], letter["text"], *letter["headers"].values()])
    return sorted({one.split("#")[0] for one in re.findall(rf"{home}(/[^\s\"'<>)\]]*)", written)})


def everything() -> dict[str, str | None]:
    """Return a digest of the rows of every table."""
    with transaction() as session:
        names = session.execute(
            text(
                "SELECT relname FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace "
                "WHERE relkind IN ('r', 'p') AND NOT relispartition AND nspname = 'public'"
            )
        ).scalars()
        return {
            name: session.execute(
                text(f"SELECT md5(string_agg(row::text, '|' ORDER BY row::text)) FROM {name} AS row")  # noqa: S608 - a table of ours
            ).scalar_one()
            for name in list(names)
        }


def test_a_thousand_looks_at_every_link_of_a_real_letter_change_no_row(
    client: TestClient, letter: dict[str, Any]
) -> None:
    found = links(letter)
    kinds = {one.split("/")[1] for one in found}
    assert {"unsubscribe", "preferences", "o", "c", "letters"} <= kinds
    before = everything()

    looked, refused = 0, set()
    while looked < LOOKS:
        for link in found:
            for method in ("GET", "HEAD", "OPTIONS"):
                answer = client.request(method, link, headers=SCANNER)
                looked += 1
                if answer.status_code not in {200, 302, 405}:
                    refused.add((method, link, answer.status_code))

    # The web version in another language is not there before the day on which the issue is published.
    assert {link for _method, link, status in refused if status != 404} == set()
    assert {link for _method, link, _status in refused} <= {f"/letters/{office.ISSUE}/zh-Hans"}
    assert everything() == before
    with transaction() as session:
        while storing.store(session):
            pass
    after = everything()
    assert {name for name in after if after[name] != before[name]} <= MEASURED


def test_looking_at_what_those_pages_lead_to_changes_nothing_either(client: TestClient, letter: dict[str, Any]) -> None:
    pages = [one for one in links(letter) if one.startswith(("/unsubscribe/", "/preferences/"))]
    left = client.post(next(one for one in pages if one.startswith("/unsubscribe/")), data={"scope": "all"}).text
    client.post(next(one for one in pages if one.startswith("/preferences/")) + "/link")
    pages.append(post.link("eva@firma.example", "/personal/"))
    further = {
        link.replace("&amp;", "&")
        for page in [left, *(client.get(one).text for one in pages)]
        for link in re.findall(r'(?:href|action)="(/[^"]*)"', page)
    }
    before = everything()

    for link in sorted(further | set(pages)):
        for method in ("GET", "HEAD", "OPTIONS"):
            client.request(method, link, headers=SCANNER)

    assert any("/undo" in one for one in further)
    assert everything() == before


def test_who_withdraws_measuring_on_the_page_is_not_measured_by_letters_that_they_have(
    client: TestClient, letter: dict[str, Any]
) -> None:
    found = links(letter)
    page = next(one for one in found if one.startswith("/preferences/"))
    client.post(page, data={"letters_in": "sv", "topics": ["environment"]})

    answers = [client.get(one, headers=SCANNER).status_code for one in found if one.startswith(("/o/", "/c/"))]

    assert set(answers) == {200, 302}
    with transaction() as session:
        while storing.store(session):
            pass
        assert session.execute(text("SELECT count(*) FROM tracking_event")).scalar_one() == 0
