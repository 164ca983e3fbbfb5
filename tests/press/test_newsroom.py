"""The newsroom shows a release when it is approved, past its embargo and out: never a moment before."""

import time
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func
from sqlmodel import Session, select

import outreach
from outreach.consent import topics
from outreach.content import approval, files
from outreach.content.models import Piece
from outreach.foundation import clock
from outreach.foundation.database import transaction
from outreach.foundation.embedded import Addresses
from outreach.foundation.errors import NotFound
from outreach.press import newsroom

DEMO = Path(outreach.__path__[0]) / "cli" / "demo" / "content"
WAGES = "2026-11-lonevagledning"
AUTUMN = "2026-09-hostprogram"
EVA = "eva@csr-centre.example"


def release(session: Session, key: str) -> Piece:
    topics.ensure(session)
    piece = files.import_folder(session, DEMO / key)
    piece.published_on = clock.today("Asia/Shanghai")
    piece.embargo_until = None
    session.add(piece)
    session.flush()
    return piece


def is_seen(session: Session, key: str) -> bool:
    """Tell whether the newsroom shows it, in lists and as a page, which must agree."""
    listed = [any(one.key == key for one in newsroom.releases(session, tag).items) for tag in ("sv", "zh-Hans", "en")]
    shown = []
    for tag in ("sv", "zh-Hans", "en"):
        try:
            shown.append(newsroom.release(session, key, tag).key == key)
        except NotFound:
            shown.append(False)
    assert listed == shown
    assert len(set(listed)) == 1
    return listed[0]


def test_a_release_that_is_approved_and_out_is_seen(session: Session) -> None:
    piece = release(session, AUTUMN)
    assert not is_seen(session, AUTUMN)

    approval.approve(session, piece, by=EVA)

    assert is_seen(session, AUTUMN)


def test_nothing_is_seen_before_the_lift_by_the_clock_of_the_database(session: Session) -> None:
    piece = release(session, WAGES)
    now = session.exec(select(func.now())).one()

    for seconds, expected in ((3600, False), (1, False), (0, True), (-1, True)):
        piece.embargo_until = now + timedelta(seconds=seconds)
        session.add(piece)
        approval.approve(session, piece, by=EVA)

        assert is_seen(session, WAGES) is expected


def test_our_own_clock_cannot_lift_an_embargo(session: Session) -> None:
    piece = release(session, WAGES)
    piece.embargo_until = clock.now() + timedelta(hours=1)
    session.add(piece)
    approval.approve(session, piece, by=EVA)

    with clock.fixed(clock.now() + timedelta(days=365)):
        assert not is_seen(session, WAGES)


def test_a_release_of_tomorrow_is_not_seen(session: Session) -> None:
    piece = release(session, AUTUMN)
    piece.published_on = clock.today("Asia/Shanghai") + timedelta(days=1)
    session.add(piece)
    approval.approve(session, piece, by=EVA)

    assert not is_seen(session, AUTUMN)


def test_a_release_that_was_changed_is_not_seen_until_it_is_approved_again(session: Session, tmp_path: Path) -> None:
    piece = release(session, AUTUMN)
    approval.approve(session, piece, by=EVA)
    files.export_folder(session, piece, tmp_path / "out")
    edition = tmp_path / "out" / "edition.sv.md"
    edition.write_text(edition.read_text().replace("title: ", "title: Ny "))

    files.import_folder(session, tmp_path / "out")
    assert not is_seen(session, AUTUMN)

    approval.approve(session, piece, by=EVA)
    assert is_seen(session, AUTUMN)


def test_an_issue_is_no_release(session: Session) -> None:
    piece = release(session, "ansvar-2026-04")
    approval.approve(session, piece, by=EVA)

    assert not is_seen(session, "ansvar-2026-04")


def test_a_release_appears_by_itself_when_the_moment_comes(database: Addresses) -> None:
    with transaction() as session:
        piece = release(session, WAGES)
        now = session.exec(select(func.clock_timestamp())).one()
        piece.embargo_until = now + timedelta(seconds=1.5)
        session.add(piece)
        approval.approve(session, piece, by=EVA)

    with transaction() as session:
        assert not is_seen(session, WAGES)
    time.sleep(2)
    with transaction() as session:
        assert is_seen(session, WAGES)


def test_a_page_holds_what_an_editor_needs(session: Session) -> None:
    piece = release(session, WAGES)
    approval.approve(session, piece, by=EVA)

    page = newsroom.release(session, WAGES, "en")

    assert page.title.startswith("New guide makes suppliers’ wages")
    assert page.dateline == "Beijing, 26 November 2026"
    assert "<h1" not in page.body
    assert '<div class="lead">' in page.body
    assert "Johan Berglind" in page.contact
    assert "Johan Berglind" not in page.body
    assert "About the CSR Centre" in page.about
    assert [one.language for one in page.siblings] == ["sv", "zh-Hans"]
    picture = page.pictures[0]
    assert picture.credit
    assert picture.licence
    assert picture.alt
    assert picture.url in page.body
    assert {"medtop:20000518", "genre:Press_Release"} <= set(page.codes)


def test_a_chinese_release_has_place_and_date_in_its_lead(session: Session) -> None:
    piece = release(session, WAGES)
    approval.approve(session, piece, by=EVA)

    page = newsroom.release(session, WAGES, "zh-Hans")

    assert page.dateline == ""
    assert "<p>（北京，2026年11月26日）企业社会责任中心今天发布" in page.body


def test_quotations_stand_in_the_text_as_each_language_has_them(session: Session) -> None:
    piece = release(session, AUTUMN)
    approval.approve(session, piece, by=EVA)

    assert "säger Elin Sandberg, chef för CSR-centret.</p>" in newsroom.release(session, AUTUMN, "sv").body
    assert "says Elin Sandberg, head of the CSR Centre.</p>" in newsroom.release(session, AUTUMN, "en").body


def test_a_headline_opens_a_list(session: Session) -> None:
    piece = release(session, WAGES)
    approval.approve(session, piece, by=EVA)

    headline = newsroom.releases(session, "sv").items[0]

    assert headline.title.startswith("Ny vägledning")
    assert headline.lead.startswith("<p>CSR-centret publicerar i dag")
    assert headline.topics == ("labour", "human_rights")
    assert headline.picture is not None
    assert headline.url.endswith(f"/newsroom/sv/{WAGES}")


def test_what_does_not_exist_is_told_like_what_is_not_public(session: Session) -> None:
    release(session, WAGES)

    answers = set()
    for key, tag in ((WAGES, "sv"), ("no-such", "sv"), (WAGES, "de"), ("\0", "sv")):
        with pytest.raises(NotFound) as caught:
            newsroom.release(session, key, tag)
        answers.add(caught.value.message)

    assert len(answers) == 1
