"""Newsletters and press releases: lists, the true letter, approval."""

import html
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from outreach.accounts.models import Role
from outreach.content import approval, queries
from outreach.foundation import locale
from outreach.foundation.database import transaction
from tests.web import office

PIECE = f"/pieces/{office.ISSUE}"


def is_approved() -> bool:
    with transaction() as session:
        return approval.is_approved(session, queries.by_key(session, office.ISSUE))


def test_the_list_shows_what_there_is_in_which_languages(client: TestClient, centre: office.Office) -> None:
    page = office.sign_in(client, Role.OFFICER, language="sv").get("/newsletters").text

    assert f'<a href="{PIECE}">Vatten först</a>' in page
    assert "Svenska" in page
    assert "中文" in page
    assert "Utkast" in page
    assert "Vatten först" not in client.get("/releases").text


@pytest.mark.parametrize("language", locale.LANGUAGES)
def test_a_piece_is_shown_in_the_language_of_whoever_looks(
    client: TestClient, centre: office.Office, language: str
) -> None:
    page = office.sign_in(client, Role.OFFICER, language=language).get(PIECE).text

    assert f'<html lang="{language}">' in page
    assert {"sv": "Vatten först", "zh-Hans": "先测量", "en": "Vatten först"}[language] in page


def test_the_preview_is_the_true_letter_and_may_do_nothing(client: TestClient, centre: office.Office) -> None:
    officer = office.sign_in(client, Role.OFFICER)

    page = officer.get(f"{PIECE}?language=sv&width=phone").text
    letter = officer.get(f"{PIECE}/preview?language=sv")

    assert f'<iframe src="{PIECE}/preview?language=sv"' in page
    assert " sandbox " in page
    assert 'data-width="phone"' in page
    assert "Mät vattnet" in letter.text
    policy = letter.headers["content-security-policy"]
    assert "sandbox" in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'self'" in policy
    assert "/o/" not in letter.text  # looking is not counted as reading
    assert "/c/" not in letter.text


def test_two_languages_stand_in_one_letter_where_that_is_asked_for(client: TestClient, centre: office.Office) -> None:
    officer = office.sign_in(client, Role.OFFICER)

    both = officer.get(f"{PIECE}/preview?language=zh-Hans&second=sv&layout=stacked").text
    chosen_for_us = officer.get(f"{PIECE}/preview?language=zh-Hans&layout=stacked").text
    single = officer.get(f"{PIECE}/preview?language=zh-Hans&second=sv&layout=single").text

    assert both.index("测量用水") < both.index("Mät vattnet")
    assert "Mät vattnet" in chosen_for_us
    assert "Mät vattnet" not in single


def test_a_letter_is_looked_at_as_a_reader_without_pictures_and_in_the_dark(
    client: TestClient, centre: office.Office
) -> None:
    officer = office.sign_in(client, Role.OFFICER)

    page = officer.get(f"{PIECE}?language=sv&scheme=dark&pictures=off&reader=eva@firma.example").text
    address = html.unescape(page.split('<iframe src="')[1].split('"')[0])
    letter = officer.get(address)
    neutral = officer.get(f"{PIECE}/preview?language=sv")

    assert 'data-scheme="dark"' in page
    assert "Eva" in letter.text
    assert "Eva" not in neutral.text
    assert "img-src 'none'" in letter.headers["content-security-policy"]
    assert "img-src 'self'" in neutral.headers["content-security-policy"]
    assert letter.headers["cache-control"] == "private, no-store"


@pytest.mark.parametrize("reader", ["nobody@firma.example", "no address", "<script>"])
def test_a_reader_whom_nobody_knows_is_said_in_the_letters_place(
    client: TestClient, centre: office.Office, reader: str
) -> None:
    officer = office.sign_in(client, Role.OFFICER)

    answer = officer.get(f"{PIECE}/preview", params={"language": "sv", "reader": reader})

    assert answer.status_code == 404
    assert "Nobody among the contacts" in answer.text
    assert "<script>" not in answer.text


def test_who_may_not_see_people_sees_no_letter_of_one(client: TestClient, centre: office.Office) -> None:
    reader = office.sign_in(client, Role.READER)

    assert reader.get(f"{PIECE}/preview?language=sv&reader=eva@firma.example").status_code == 403
    assert "as-reader" not in reader.get(PIECE).text


@pytest.mark.parametrize("language", ["en", "tlh", ""])
def test_a_language_without_an_edition_has_no_preview(client: TestClient, centre: office.Office, language: str) -> None:
    officer = office.sign_in(client, Role.OFFICER)

    assert officer.get(f"{PIECE}/preview?language={language}").status_code == 404


def test_an_approver_frees_exactly_what_stands_there(client: TestClient, centre: office.Office, tmp_path: Path) -> None:
    approver = office.sign_in(client, Role.APPROVER)

    answer = approver.post(f"{PIECE}/approval")

    assert answer.headers["location"] == PIECE
    assert is_approved()
    assert office.APPROVER in approver.get(PIECE).text

    office.rewrite(tmp_path, "water.sv.md", "Varje dag.", "Varje vecka.")

    assert not is_approved()
    page = approver.get(PIECE).text
    assert "The approval has lapsed." in page
    assert f'action="{PIECE}/approval"' in page


def test_a_piece_with_gaps_cannot_be_approved_and_says_what_is_missing(
    client: TestClient, centre: office.Office, tmp_path: Path
) -> None:
    office.rewrite(tmp_path, "water.sv.md", "heading: Mät vattnet\n", "")
    approver = office.sign_in(client, Role.APPROVER)

    page = approver.get(PIECE).text
    approver.post(f"{PIECE}/approval")
    told = approver.get(PIECE).text

    assert "heading of article “water”" in page
    assert f'action="{PIECE}/approval"' not in page
    assert "add it before the piece is approved" in told
    assert not is_approved()


def test_an_officer_sees_that_an_approver_can(client: TestClient, centre: office.Office) -> None:
    officer = office.sign_in(client, Role.OFFICER)

    page = officer.get(PIECE).text

    assert f'action="{PIECE}/approval"' not in page
    assert "An approver can." in page
    assert officer.post(f"{PIECE}/approval").status_code == 403
    assert not is_approved()
