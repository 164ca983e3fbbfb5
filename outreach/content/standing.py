"""How far pieces are in each of the product's languages."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from sqlmodel import Session, col, select

from outreach.content import completeness, pieces
from outreach.content.completeness import Missing
from outreach.content.manuscript import Manuscript
from outreach.content.models import Piece
from outreach.foundation.locale import LANGUAGES


class Completeness(StrEnum):
    """Whether an edition could be approved."""

    COMPLETE = "complete"  # nothing is lacking
    INCOMPLETE = "incomplete"  # it is there, with gaps
    MISSING = "missing"  # there is no edition in this language


@dataclass(frozen=True)
class Standing:
    """One language of a piece and what it lacks."""

    language: str
    state: Completeness
    gaps: tuple[Missing, ...]


def of(manuscript: Manuscript) -> tuple[Standing, ...]:
    """Return how far a piece is, one standing per language of the product."""
    return tuple(_in(manuscript, language) for language in LANGUAGES)


def of_all(session: Session, piece_ids: Collection[UUID]) -> dict[UUID, tuple[Standing, ...]]:
    """Return how far several pieces are, by their ids; six statements however many there are."""
    rows = session.exec(select(Piece).where(col(Piece.id).in_(piece_ids))).all()
    return {piece_id: of(manuscript) for piece_id, manuscript in pieces.load_all(session, rows).items()}


def _in(manuscript: Manuscript, language: str) -> Standing:
    if language not in manuscript.editions:
        return Standing(language, Completeness.MISSING, ())
    gaps = tuple(completeness.gaps(manuscript, language))
    return Standing(language, Completeness.INCOMPLETE if gaps else Completeness.COMPLETE, gaps)
