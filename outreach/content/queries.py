"""Pieces as lists and look-ups of the officers' pages."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from outreach.content import values
from outreach.content.approval import IS_APPROVED
from outreach.content.archive import is_public
from outreach.content.models import Approval, Edition, Piece, PieceKind
from outreach.foundation.errors import NotFound
from outreach.foundation.locale import FALLBACKS, LANGUAGES
from outreach.foundation.locale import gettext as _
from outreach.foundation.paging import SIZE, Page, page


class PieceState(StrEnum):
    """Where a piece stands, by the database clock."""

    DRAFT = "draft"  # nobody has approved it yet
    LAPSED = "lapsed"  # it changed after its approval
    APPROVED = "approved"  # free to be sent; not public yet
    EMBARGOED = "embargoed"  # free to be sent to those who hold it back until the lift
    PUBLISHED = "published"  # everybody may read it


@dataclass(frozen=True)
class PieceRow:
    """One line of a list of pieces; `titles` holds one per language it has an edition in."""

    id: UUID
    key: str
    kind: PieceKind
    state: PieceState
    titles: Mapping[str, str]
    topics: tuple[str, ...]
    updated_at: datetime
    embargo_until: datetime | None
    published_on: date | None

    @property
    def languages(self) -> tuple[str, ...]:
        """Return the languages of its editions, in the product's order."""
        return tuple(language for language in LANGUAGES if language in self.titles)

    @property
    def is_approved(self) -> bool:
        """Tell whether it may be sent."""
        return self.state not in {PieceState.DRAFT, PieceState.LAPSED}

    def title(self, language: str) -> str:
        """Return its title in a language, or in the next best one, or its key."""
        return next((self.titles[one] for one in FALLBACKS[language] if self.titles.get(one)), self.key)


def by_key(session: Session, key: str) -> Piece:
    """Return the piece with a key. Raises NotFound."""
    wanted = select(Piece).where(Piece.key == key)
    piece = session.exec(wanted).one_or_none() if values.is_key(key) else None
    if piece is None:
        raise NotFound(_("There is no piece “%(key)s”; look for it among newsletters and releases.") % {"key": key})
    return piece


def listed(
    session: Session, *, kind: PieceKind | None = None, cursor: str | None = None, size: int = SIZE
) -> Page[PieceRow]:
    """List pieces, the one that changed last first."""
    statement = _statement()
    if kind:
        statement = statement.where(col(Piece.kind) == kind)
    keys = [col(Piece.updated_at), col(Piece.id)]
    return page(session, statement, keys, read=_row, cursor=cursor, size=size, descending=True)


def row(session: Session, piece: Piece) -> PieceRow:
    """Return one piece as a line of the list."""
    return _row(session.execute(_statement().where(col(Piece.id) == piece.id)).one())


def _statement() -> sa.Select[*tuple[Any, ...]]:
    titles = (
        sa.select(sa.func.jsonb_object_agg(Edition.language, Edition.title))
        .where(col(Edition.piece_id) == col(Piece.id))
        .scalar_subquery()
    )
    was_approved = sa.exists().where(col(Approval.piece_id) == col(Piece.id))
    state = sa.case(
        (sa.not_(was_approved), PieceState.DRAFT.value),
        (sa.not_(IS_APPROVED), PieceState.LAPSED.value),
        (col(Piece.embargo_until) > sa.func.now(), PieceState.EMBARGOED.value),
        (is_public(), PieceState.PUBLISHED.value),
        else_=PieceState.APPROVED.value,
    )
    return sa.select(Piece, titles.label("titles"), state.label("state"))


def _row(row: Any) -> PieceRow:
    piece: Piece = row.Piece
    return PieceRow(
        id=piece.id,
        key=piece.key,
        kind=piece.kind,
        state=PieceState(row.state),
        titles=row.titles or {},
        topics=tuple(piece.topics),
        updated_at=piece.updated_at,
        embargo_until=piece.embargo_until,
        published_on=piece.published_on,
    )
