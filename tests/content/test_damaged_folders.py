"""However a folder is damaged, it is read or refused in one sentence; and many may import at once."""

import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import select

from outreach.content import files, frontmatter, piece_yaml
from outreach.content.folders import open_folder
from outreach.content.mistakes import Mistake
from outreach.content.models import Block, Piece
from outreach.foundation.database import transaction
from outreach.foundation.embedded import Addresses
from tests.content.conftest import PIECE, jpeg


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Give a folder with a picture, whose piece.yaml is written anew by each example."""
    with tempfile.TemporaryDirectory() as made:
        (Path(made) / "assets").mkdir()
        (Path(made) / "assets" / "tap.jpg").write_bytes(jpeg())
        yield Path(made)


@settings(deadline=None)  # a busy machine is no fault
@given(
    start=st.integers(0, len(PIECE)),
    length=st.integers(0, 40),
    put=st.text(alphabet=st.sampled_from(list("-: \n[]{}&*!|>'\"%@`#?,~äa1\t\x85\u2028")), max_size=12),
)
def test_a_damaged_piece_yaml_is_read_or_refused(folder: Path, start: int, length: int, put: str) -> None:
    (folder / "piece.yaml").write_text(PIECE[:start] + put + PIECE[start + length :], encoding="utf-8")

    try:
        piece = piece_yaml.read(open_folder(folder), ["environment"])
    except Mistake as mistake:
        said = mistake.message
    else:
        said = f"{piece.key}/piece.yaml is right"

    assert "/piece.yaml" in said
    assert "\n" not in said


@settings(deadline=None)  # a busy machine is no fault
@given(st.text(max_size=80))
def test_any_front_matter_is_read_or_refused(text: str) -> None:
    try:
        fields, body, line = frontmatter.split("x.md", f"---\n{text}\n---\nbody")
    except Mistake:
        return

    assert line > 2
    assert body
    assert fields.values.keys() == fields.lines.keys()


def test_several_imports_of_one_piece_make_one_piece(database: Addresses, issue: Path) -> None:
    def take(_turn: int) -> str:
        with transaction() as session:
            return files.import_folder(session, issue).key

    with ThreadPoolExecutor(4) as pool:
        keys = set(pool.map(take, range(8)))

    assert keys == {"water-2026-01"}
    with transaction() as session:
        assert len(session.exec(select(Piece)).all()) == 1
        assert len(session.exec(select(Block)).all()) == 5
