"""An approval is for exactly this content."""

from pathlib import Path

import pytest
from sqlmodel import Session, select

from outreach.accounts.models import AuditEntry
from outreach.content import approval, files, queries
from outreach.content.models import Approval, BlockText
from outreach.content.queries import PieceState
from outreach.foundation.errors import Refused
from tests.content.conftest import Edit

EVA = "eva@csr-centre.example"


def test_an_approval_lapses_with_the_smallest_change_and_comes_back_with_the_old_words(
    session: Session, issue: Path, edit: Edit
) -> None:
    piece = files.import_folder(session, issue)
    assert not approval.is_approved(session, piece)

    approval.approve(session, piece, by=EVA)
    assert approval.is_approved(session, piece)

    edit("said.en.md", "trusted.", "trusted!")
    files.import_folder(session, issue)
    assert not approval.is_approved(session, piece)
    assert queries.row(session, piece).state is PieceState.LAPSED

    edit("said.en.md", "trusted!", "trusted.")
    files.import_folder(session, issue)
    assert approval.is_approved(session, piece)


def test_a_change_behind_our_back_lapses_it_too(session: Session, issue: Path) -> None:
    piece = files.import_folder(session, issue)
    approval.approve(session, piece, by=EVA)

    words = session.exec(select(BlockText).where(BlockText.language == "sv")).first()
    assert words is not None
    words.fields = {**words.fields, "html": "<p>Något annat</p>"}
    session.add(words)
    session.flush()

    assert not approval.is_approved(session, piece)


def test_approving_twice_is_once_and_is_written_down(session: Session, issue: Path) -> None:
    piece = files.import_folder(session, issue)

    first = approval.approve(session, piece, by=EVA)
    second = approval.approve(session, piece, by=EVA)

    assert second.id == first.id
    assert session.exec(select(Approval)).all() == [first]
    entry = session.exec(select(AuditEntry)).one()
    assert (entry.actor, entry.action, entry.subject) == (EVA, "piece.approve", f"piece:{piece.id}")


def test_an_edition_with_a_gap_cannot_be_approved(session: Session, issue: Path, edit: Edit) -> None:
    edit("assets/tap.en.md", "alt: A tap.\n", "")
    piece = files.import_folder(session, issue)

    with pytest.raises(Refused, match=r"English: alternative text of tap\.jpg is missing; add it before"):
        approval.approve(session, piece, by=EVA)

    assert not approval.is_approved(session, piece)


def test_a_piece_without_words_cannot_be_approved(session: Session, issue: Path) -> None:
    for file in issue.rglob("*.md"):
        file.unlink()
    piece = files.import_folder(session, issue)

    with pytest.raises(Refused, match="no edition in any language"):
        approval.approve(session, piece, by=EVA)
