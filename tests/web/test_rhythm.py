"""A pause on the preference page: begun, shown, moved, ended; for the newsletter, and for the press where chosen."""

from datetime import timedelta

import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from outreach.delivery.models import ReaderPause, Stream
from outreach.foundation import clock, urls
from outreach.foundation.database import transaction
from tests import mailings
from tests.web.test_choices import choices

KEPT = {"letters_in": "sv", "topics": ["labour", "press"]}


@pytest.fixture
def page(client: TestClient) -> str:
    """The preference page of Anna, who follows the newsletter and the press."""
    with transaction() as session:
        return choices(mailings.send(session, mailings.reader(session, "anna", keys=("labour", "press"))))


def pauses() -> dict[Stream, int]:
    """Return in how many days each pause ends."""
    with transaction() as session:
        return {one.stream: (one.until - clock.now()).days for one in session.exec(select(ReaderPause))}


def test_a_pause_of_months_is_for_newsletters_only(client: TestClient, page: str) -> None:
    answer = client.post(page, data=KEPT | {"rhythm": "3"})

    assert answer.status_code == 303
    assert list(pauses()) == [Stream.NEWSLETTER]
    assert 88 <= pauses()[Stream.NEWSLETTER] <= 92
    shown = client.get(answer.headers["location"]).text
    assert "Behåll" in shown or "keep" in shown
    assert 'value="keep" checked' in shown


def test_press_releases_pause_where_that_is_chosen(client: TestClient, page: str) -> None:
    client.post(page, data=KEPT | {"rhythm": "1", "pause_press": "true"})

    assert set(pauses()) == {Stream.NEWSLETTER, Stream.PRESS}
    assert 'name="pause_press" value="true" checked' in client.get(page).text

    client.post(page, data=KEPT | {"rhythm": "keep"})

    assert set(pauses()) == {Stream.NEWSLETTER}


def test_a_day_of_ones_own_may_be_typed_and_the_button_beside_it_forgotten(client: TestClient, page: str) -> None:
    day = (clock.now() + timedelta(days=40)).date().isoformat()

    client.post(page, data=KEPT | {"rhythm": "all", "until": day})

    assert 38 <= pauses()[Stream.NEWSLETTER] <= 40


def test_every_letter_again_ends_a_pause_at_once(client: TestClient, page: str) -> None:
    client.post(page, data=KEPT | {"rhythm": "6", "pause_press": "true"})
    client.post(page, data=KEPT | {"rhythm": "all"})

    assert pauses() == {}


@pytest.mark.parametrize("day", ["", "soon", "2001-01-01", "2999-01-01", "2027-02-31", "0001-01-01"])
def test_a_day_that_cannot_be_is_said_on_the_page_and_nothing_is_saved(client: TestClient, page: str, day: str) -> None:
    answer = client.post(page, data={"letters_in": "en", "rhythm": "day", "until": day})

    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert '<html lang="sv">' in answer.text
    assert pauses() == {}
    assert 'value="labour" checked' in client.get(page).text


def test_who_does_not_follow_the_press_is_not_asked_about_it(client: TestClient) -> None:
    with transaction() as session:
        sent = mailings.send(session, mailings.reader(session, "bo"))

    assert "pause_press" not in client.get("/" + urls.preferences(sent["bo"]).split("/", 3)[3]).text
