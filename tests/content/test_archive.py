"""The archive shows what is approved and out, and nothing else."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import Session

from outreach.content import approval, archive, files, queries
from outreach.content.models import Piece
from outreach.content.queries import PieceState
from outreach.foundation import clock
from outreach.foundation.errors import NotFound
from tests.content.conftest import Edit

EVA = "eva@csr-centre.example"


def published(session: Session, issue: Path) -> Piece:
    piece = files.import_folder(session, issue)
    approval.approve(session, piece, by=EVA)
    return piece


def test_a_published_issue_is_in_the_archive(session: Session, issue: Path) -> None:
    piece = published(session, issue)

    assert [one.title for one in archive.issues(session, "sv").items] == ["Vatten"]
    page = archive.issue(session, "water-2026-01", "en")

    assert page.title == "Water"
    assert [one.language for one in page.alternates] == ["sv"]
    assert "Measure first" in page.body
    assert queries.row(session, piece).state is PieceState.PUBLISHED


def test_an_issue_that_nobody_approved_is_not(session: Session, issue: Path) -> None:
    piece = files.import_folder(session, issue)

    assert archive.issues(session, "sv").items == ()
    with pytest.raises(NotFound):
        archive.issue(session, "water-2026-01", "sv")
    assert queries.row(session, piece).state is PieceState.DRAFT


def test_an_issue_of_tomorrow_is_not(session: Session, issue: Path, edit: Edit) -> None:
    tomorrow = clock.today("Asia/Shanghai") + timedelta(days=1)
    edit("piece.yaml", "2026-01-15", tomorrow.isoformat())
    piece = published(session, issue)

    assert archive.issues(session, "sv").items == ()
    with pytest.raises(NotFound):
        archive.issue(session, "water-2026-01", "sv")
    assert queries.row(session, piece).state is PieceState.APPROVED


def test_an_issue_without_a_day_is_not(session: Session, issue: Path, edit: Edit) -> None:
    edit("piece.yaml", "published_on: 2026-01-15\n", "")
    published(session, issue)

    assert archive.issues(session, "sv").items == ()


def test_a_language_without_edition_is_not(session: Session, issue: Path) -> None:
    published(session, issue)

    assert archive.issues(session, "zh-Hans").items == ()
    with pytest.raises(NotFound):
        archive.issue(session, "water-2026-01", "zh-Hans")


def test_a_picture_whose_rights_ran_out_is_shown_no_more(session: Session, issue: Path, edit: Edit) -> None:
    yesterday = clock.today("Asia/Shanghai") - timedelta(days=1)
    edit("piece.yaml", "2030-01-01", yesterday.isoformat())
    published(session, issue)

    body = archive.issue(session, "water-2026-01", "sv").body

    assert "<img" not in body
    assert "Mät först" in body


def test_the_archive_pages_by_key(session: Session, issue: Path, edit: Edit) -> None:
    keys = ["water-2026-01"]
    published(session, issue)
    for month in range(2, 5):
        keys.append(f"water-2026-0{month}")
        edit("piece.yaml", keys[-2], keys[-1])
        edit("piece.yaml", f"2026-0{month - 1}-15", f"2026-0{month}-15")
        published(session, issue)

    first = archive.issues(session, "sv", size=3)
    second = archive.issues(session, "sv", cursor=first.next, size=3)

    assert [one.key for one in (*first.items, *second.items)] == keys[::-1]
    assert second.next is None
