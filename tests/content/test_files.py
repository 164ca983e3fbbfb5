"""A piece goes out as a folder and comes back the same."""

import shutil
from pathlib import Path

import pytest
from sqlmodel import Session, select

import outreach
from outreach.content import approval, files, manuscript, pieces, queries
from outreach.content.models import Asset, Block, Edition, Piece, PieceKind
from outreach.foundation.errors import Conflict, Refused
from outreach.foundation.settings import settings
from tests.content.conftest import Edit

DEMO = Path(outreach.__path__[0]) / "cli" / "demo" / "content"


def tree(folder: Path) -> dict[str, bytes]:
    return {str(one.relative_to(folder)): one.read_bytes() for one in folder.rglob("*") if one.is_file()}


@pytest.mark.parametrize("key", sorted(one.name for one in DEMO.iterdir()))
def test_a_demo_folder_comes_out_byte_for_byte(session: Session, tmp_path: Path, key: str) -> None:
    piece = files.import_folder(session, DEMO / key)

    files.export_folder(session, piece, tmp_path / "out")

    assert tree(tmp_path / "out") == tree(DEMO / key)


def test_a_folder_written_by_hand_settles_after_one_export(session: Session, issue: Path, tmp_path: Path) -> None:
    (issue / "greeting.en.md").write_bytes(
        b"\xef\xbb\xbf---\r\nheading:   'Dear reader'\r\n---\r\n* one\r\n* __two__\r\n\r\n\r\n"
    )
    piece = files.import_folder(session, issue)
    files.export_folder(session, piece, tmp_path / "first")

    again = files.import_folder(session, tmp_path / "first")
    files.export_folder(session, again, tmp_path / "second")

    assert tree(tmp_path / "first") == tree(tmp_path / "second")
    text = (tmp_path / "first" / "greeting.en.md").read_text()
    assert text == "---\nheading: Dear reader\n---\n\n- one\n- **two**\n"


def test_an_import_of_the_same_key_replaces_the_piece_and_keeps_its_id(
    session: Session, issue: Path, edit: Edit
) -> None:
    first = files.import_folder(session, issue)
    edit("piece.yaml", "  - id: rule\n    kind: divider\n", "")
    edit("water.sv.md", "Varje dag.", "Varje natt.")

    second = files.import_folder(session, issue)

    assert second.id == first.id
    blocks = session.exec(select(Block.key).where(Block.piece_id == first.id).order_by(Block.position)).all()
    assert blocks == ["greeting", "water", "visit", "said"]
    kept = pieces.load(session, second)
    assert kept.sections[1].texts["sv"]["html"] == "<p>Varje natt.</p>"


def test_an_import_that_changes_nothing_touches_nothing(session: Session, issue: Path) -> None:
    piece = files.import_folder(session, issue)
    approval.approve(session, piece, by="eva@csr-centre.example")
    changed_at = piece.updated_at

    files.import_folder(session, issue)

    assert piece.updated_at == changed_at
    assert approval.is_approved(session, piece)


def test_only_the_edition_that_changed_is_marked_as_changed(session: Session, issue: Path, edit: Edit) -> None:
    piece = files.import_folder(session, issue)
    before = {one.language: one.updated_at for one in session.exec(select(Edition).where(Edition.piece_id == piece.id))}
    edit("water.sv.md", "Varje dag.", "Varje natt.")

    files.import_folder(session, issue)

    after = {one.language: one.updated_at for one in session.exec(select(Edition).where(Edition.piece_id == piece.id))}
    assert after["sv"] > before["sv"]
    assert after["en"] == before["en"]


def test_words_not_written_yet_stay_away_through_files(session: Session, issue: Path, tmp_path: Path) -> None:
    (issue / "water.en.md").write_text("")
    piece = files.import_folder(session, issue)

    files.export_folder(session, piece, tmp_path / "out")

    assert (tmp_path / "out" / "water.en.md").read_bytes() == b""
    assert "en" not in pieces.load(session, piece).sections[1].texts


def test_a_language_that_is_dropped_from_the_folder_is_dropped_from_the_piece(session: Session, issue: Path) -> None:
    files.import_folder(session, issue)
    for file in issue.rglob("*.en.md"):
        file.unlink()

    piece = files.import_folder(session, issue)

    assert pieces.load(session, piece).languages == ("sv",)


def test_a_mistake_leaves_nothing_behind(session: Session, issue: Path, edit: Edit) -> None:
    edit("said.sv.md", "Siffror", "# Siffror")

    with pytest.raises(Refused):
        files.import_folder(session, issue)

    assert session.exec(select(Piece)).all() == []
    assert session.exec(select(Asset)).all() == []


def test_one_bad_folder_keeps_the_others_out(session: Session, issue: Path, tmp_path: Path) -> None:
    shutil.copytree(issue, tmp_path / "zzz")

    with pytest.raises(Refused, match="Two folders hold a piece with the key “water-2026-01”"):
        files.import_tree(session, tmp_path)

    assert session.exec(select(Piece)).all() == []


def test_a_tree_is_a_piece_its_file_or_a_folder_of_pieces(session: Session, issue: Path) -> None:
    for path in (issue, issue / "piece.yaml", issue.parent):
        assert [piece.key for piece in files.import_tree(session, path)] == ["water-2026-01"]


def test_a_folder_without_pieces_is_refused(session: Session, tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"There is no piece\.yaml in .* nor in a folder in it\."):
        files.import_tree(session, tmp_path)
    with pytest.raises(Refused, match="There is no folder"):
        files.import_folder(session, tmp_path / "nowhere")
    with pytest.raises(Refused, match=r"There is no piece\.yaml"):
        files.import_folder(session, tmp_path)


def test_a_key_does_not_change_its_kind(session: Session, issue: Path, edit: Edit) -> None:
    files.import_folder(session, issue)
    edit("piece.yaml", "kind: issue", "kind: release")

    with pytest.raises(Conflict, match="already the key of another kind of piece"):
        files.import_folder(session, issue)


def test_an_export_replaces_an_earlier_one_whole(session: Session, issue: Path, tmp_path: Path) -> None:
    piece = files.import_folder(session, issue)
    shutil.copytree(issue, tmp_path / "out")
    (tmp_path / "out" / "old.sv.md").write_text("left over")

    files.export_folder(session, piece, tmp_path / "out")

    assert not (tmp_path / "out" / "old.sv.md").exists()
    assert [one.name for one in tmp_path.iterdir() if one.name.startswith(".")] == []


def test_an_export_never_overwrites_something_else(session: Session, issue: Path, tmp_path: Path) -> None:
    piece = files.import_folder(session, issue)
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "letter.txt").write_text("mine")

    with pytest.raises(Refused, match="holds something else; name a new or empty folder"):
        files.export_folder(session, piece, tmp_path / "home")

    assert (tmp_path / "home" / "letter.txt").read_text() == "mine"


def test_an_export_without_its_picture_is_refused(session: Session, issue: Path, tmp_path: Path) -> None:
    piece = files.import_folder(session, issue)
    asset = session.exec(select(Asset).where(Asset.piece_id == piece.id)).one()
    (settings().media / asset.file).unlink()

    with pytest.raises(Refused, match=r"The picture tap\.jpg is gone from the home folder"):
        files.export_folder(session, piece, tmp_path / "out")

    assert not (tmp_path / "out").exists()


def test_the_hash_stands_for_everything_in_a_piece(session: Session, issue: Path, edit: Edit) -> None:
    hashes = {manuscript.digest(pieces.load(session, files.import_folder(session, issue)))}
    for name, old, new in (
        ("piece.yaml", "published_on: 2026-01-15\n", "published_on: 2026-01-16\n"),
        ("piece.yaml", "2030-01-01", "2030-01-02"),
        ("piece.yaml", "[environment]", "[environment, labour]"),
        ("edition.sv.md", "Vatten", "Vattnet"),
        ("assets/tap.en.md", "A tap.", "A water tap."),
        ("said.en.md", "trusted.", "trusted!"),
    ):
        edit(name, old, new)
        hashes.add(manuscript.digest(pieces.load(session, files.import_folder(session, issue))))

    assert len(hashes) == 7


def test_pieces_are_found_by_key_and_listed(session: Session, issue: Path) -> None:
    files.import_folder(session, issue)

    row = queries.listed(session, kind=PieceKind.ISSUE).items[0]

    assert (row.key, row.languages, row.title("sv"), row.title("zh-Hans")) == (
        "water-2026-01",
        ("sv", "en"),
        "Vatten",
        "Water",
    )
    assert not row.is_approved
    assert queries.listed(session, kind=PieceKind.RELEASE).items == ()
    assert queries.by_key(session, "water-2026-01").id == row.id
