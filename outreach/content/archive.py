"""What everybody may read: when a piece is public, and the archive of published issues.

Whether it is public is asked of the database clock at every request, never of a worker that might not have run, and
answered in the same way for a piece that is not public yet as for one that does not exist.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import sqlalchemy as sa
from markupsafe import Markup
from sqlmodel import Session, col, select

from outreach.content import editions, pieces, values, web_blocks
from outreach.content.approval import IS_APPROVED, is_approved
from outreach.content.manuscript import Manuscript
from outreach.content.models import Edition, Piece, PieceKind
from outreach.foundation import clock, urls
from outreach.foundation.errors import NotFound
from outreach.foundation.paging import SIZE, Page, page
from outreach.foundation.settings import settings
from outreach.rendering.edition import Sibling


@dataclass(frozen=True)
class Issue:
    """One line of the archive."""

    key: str
    language: str
    title: str
    subject: str
    published_on: date
    topics: tuple[str, ...]
    url: str


@dataclass(frozen=True)
class IssuePage:
    """A published issue as a web page, without anything that is a reader's own."""

    key: str
    language: str
    title: str
    subtitle: str
    name: str
    date_line: str
    published_on: date
    body: Markup
    alternates: tuple[Sibling, ...]
    url: str


def is_public() -> sa.ColumnElement[bool]:
    """Say in SQL, of a `Piece`: approved as it stands, past its embargo, and its day of publication has come.

    The day is that of the centre's first time zone.
    """
    today = sa.cast(sa.func.timezone(settings().timezones[0], sa.func.now()), sa.Date)
    return sa.and_(
        IS_APPROVED,
        sa.or_(col(Piece.embargo_until).is_(None), col(Piece.embargo_until) <= sa.func.now()),
        col(Piece.published_on) <= today,
    )


def public_pieces(
    session: Session, kind: PieceKind, language: str, *, cursor: str | None = None, size: int = SIZE
) -> Page[Manuscript]:
    """List the public pieces of a kind that have an edition in a language, the newest first."""
    statement: sa.Select[*tuple[Any, ...]] = (
        sa.select(Piece)
        .join(Edition, sa.and_(col(Edition.piece_id) == col(Piece.id), col(Edition.language) == language))
        .where(col(Piece.kind) == kind, is_public())
    )
    keys = [sa.func.to_char(col(Piece.published_on), "YYYY-MM-DD", type_=sa.Text), col(Piece.key)]
    found = page(session, statement, keys, read=lambda row: row.Piece, cursor=cursor, size=size, descending=True)
    manuscripts = pieces.load_all(session, found.items)
    return Page(tuple(_usable(manuscripts[piece.id]) for piece in found.items), found.next, found.previous, found.total)


def public_piece(session: Session, kind: PieceKind, key: str, language: str) -> Manuscript:
    """Return a public piece that has an edition in a language, without pictures whose rights have run out.

    Raises NotFound, which tells nothing of why.
    """
    wanted = select(Piece).where(Piece.key == key, Piece.kind == kind, is_public())
    piece = session.exec(wanted).one_or_none() if values.is_key(key) else None
    manuscript = pieces.load(session, piece) if piece else None
    if piece is None or manuscript is None or language not in manuscript.editions:
        raise NotFound
    if not is_approved(session, piece, manuscript):
        raise NotFound
    return _usable(manuscript)


def issues(session: Session, language: str, *, cursor: str | None = None, size: int = SIZE) -> Page[Issue]:
    """List the published issues in a language, the newest first."""
    found = public_pieces(session, PieceKind.ISSUE, language, cursor=cursor, size=size)
    return Page(tuple(_issue(one, language) for one in found.items), found.next, found.previous, found.total)


def issue(session: Session, key: str, language: str) -> IssuePage:
    """Return a published issue in a language. Raises NotFound."""
    manuscript = public_piece(session, PieceKind.ISSUE, key, language)
    edition = editions.edition_of(manuscript, language)
    return IssuePage(
        key=key,
        language=language,
        title=edition.title,
        subtitle=edition.subtitle,
        name=edition.from_name,
        date_line=edition.date_line,
        published_on=manuscript.published_on or date.min,
        body=web_blocks.as_html(edition),
        alternates=edition.also_in,
        url=urls.archived(key, language),
    )


def _usable(manuscript: Manuscript) -> Manuscript:
    """Leave out the pictures that may not be shown any more."""
    today = clock.today(settings().timezones[0])
    kept = [one for one in manuscript.pictures if one.rights_expire_on is None or one.rights_expire_on >= today]
    return replace(manuscript, pictures=tuple(kept))


def _issue(manuscript: Manuscript, language: str) -> Issue:
    words = manuscript.editions[language]
    return Issue(
        key=manuscript.key,
        language=language,
        title=words.get("title", ""),
        subject=words.get("subject", ""),
        published_on=manuscript.published_on or date.min,
        topics=manuscript.topics,
        url=urls.archived(manuscript.key, language),
    )
