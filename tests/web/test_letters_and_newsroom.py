"""What everybody may read: issues and releases when they are public, and a reader's own letter without the reader."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select
from starlette.testclient import TestClient

import outreach
from outreach.content import approval, files
from outreach.content.models import Asset
from outreach.delivery.models import Message
from outreach.foundation import clock, urls
from outreach.foundation.database import transaction
from tests import mailings

DEMO = Path(outreach.__path__[0]) / "cli" / "demo" / "content"
ISSUE, RELEASE = "ansvar-2026-04", "2026-09-hostprogram"
LANGUAGES = ("sv", "zh-Hans", "en")


def publish(key: str, *, embargo: timedelta | None = None) -> None:
    with transaction() as session:
        piece = files.import_folder(session, DEMO / key)
        piece.published_on = clock.today("Asia/Shanghai")
        piece.embargo_until = clock.now() + embargo if embargo else None
        session.add(piece)
        for asset in session.exec(select(Asset)):
            asset.rights_expire_on = None  # no picture's rights end before the story does
            session.add(asset)
        session.flush()
        approval.approve(session, piece, by="eva@csr-centre.example")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_published_issue_is_a_page_in_each_language_with_the_way_to_the_others(
    client: TestClient, language: str
) -> None:
    publish(ISSUE)

    page = client.get(f"/letters/{ISSUE}/{language}")

    assert page.status_code == 200
    assert f'<html lang="{language}">' in page.text
    for other in LANGUAGES:
        assert f'hreflang="{other}" href="{urls.archived(ISSUE, other)}"' in page.text
    assert "\ue000" not in page.text
    assert "noindex" not in page.text
    assert f"/letters/{ISSUE}/{language}" in client.get(f"/letters/?language={language}").text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_newsroom_lists_a_release_and_shows_it(client: TestClient, language: str) -> None:
    publish(RELEASE)

    listed = client.get(f"/newsroom/{language}/")
    page = client.get(f"/newsroom/{language}/{RELEASE}")

    assert urls.release(RELEASE, language) in listed.text
    assert (listed.status_code, page.status_code) == (200, 200)
    for other in LANGUAGES:
        assert f'hreflang="{other}" href="{urls.release(RELEASE, other)}"' in page.text
    assert f'<link rel="canonical" href="{urls.release(RELEASE, language)}">' in page.text


def test_a_release_under_embargo_is_not_there_whoever_asks_and_however(client: TestClient) -> None:
    publish(RELEASE, embargo=timedelta(hours=1))

    missing = client.get("/newsroom/sv/no-such-release")
    for language in LANGUAGES:
        assert RELEASE not in client.get(f"/newsroom/{language}/").text
        assert client.get(f"/newsroom/{language}/{RELEASE}").status_code == 404
        assert client.get(f"/letters/{RELEASE}/{language}").status_code == 404
    assert client.get(f"/newsroom/sv/{RELEASE}").text.replace(RELEASE, "") == missing.text


def test_a_language_that_is_not_ours_is_not_there(client: TestClient) -> None:
    publish(ISSUE)

    for address in ("/newsroom/fr/", "/newsroom/zh-TW/", f"/letters/{ISSUE}/fr", "/letters/?language=fr"):
        assert client.get(address).status_code == 404


def test_the_pages_answer_head_and_an_empty_newsroom_says_so(client: TestClient) -> None:
    assert client.head("/newsroom/sv/").status_code == 200
    assert client.head("/letters/").status_code == 200
    assert "Här finns ännu inget" in client.get("/newsroom/sv/").text


def test_a_letter_on_the_web_holds_nothing_of_its_reader_and_nothing_that_acts_for_them(client: TestClient) -> None:
    home = "http://127.0.0.1:8000"
    with transaction() as session:
        sent = mailings.send(session, mailings.reader(session, "anna"))
        message = session.exec(select(Message)).one()
        message.html = (
            "<!doctype html><html lang='sv'><body><div role='article'>"
            f"<img src='{home}/o/\ue000open\ue001.gif' alt=''><p>Hej \ue000first_name\ue001!</p>"
            f"<p><a href='{home}/c/\ue000click\ue001-{sent.link_key}'>Läs handboken</a></p>"
            f"<p id='own'><a href='{home}/preferences/\ue000preferences\ue001'>Ändra</a> &nbsp;·&nbsp; "
            f"<a href='{home}/preferences/\ue000preferences\ue001#pause'>Pausa</a> &nbsp;·&nbsp; "
            f"<a href='{home}/unsubscribe/\ue000unsubscribe\ue001'>Avsluta</a></p>"
            f"<td>Mer <a href='{home}/letters/\ue000letter\ue001'>Läs på webben</a></td></div></body></html>"
        )
        session.add(message)

    page = client.get("/" + urls.letter(sent["anna"]).split("/", 3)[3])

    assert page.status_code == 200
    assert mailings.HANDBOOK in page.text
    for forbidden in ("Anna", "/o/", "/c/", "/unsubscribe/", "/preferences/", 'id="own"', "\ue000", "Läs på webben"):
        assert forbidden not in page.text
    assert "Hej läsare!" in page.text
    assert 'role="main"' in page.text
    assert page.headers["x-robots-tag"] == "noindex, nofollow"
    assert page.headers["cache-control"] == "no-store"
    assert "sandbox" in page.headers["content-security-policy"]
    assert "script-src" not in page.headers["content-security-policy"]


def test_a_forged_letter_token_is_a_page_that_says_there_is_nothing(client: TestClient) -> None:
    assert client.get("/letters/v1.forged.l.x.y").status_code == 404
