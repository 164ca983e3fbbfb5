"""What a piece was: one revision per person and sitting, to be compared and brought back.

Panes save themselves every second or so. What one person changes within ten minutes is one revision, which grows until
somebody else writes, a pause, or a removal, which can so be undone.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from outreach.content import manuscript as whole
from outreach.content.manuscript import Manuscript
from outreach.content.models import Piece, Revision
from outreach.foundation import clock
from outreach.foundation.errors import NotFound

SITTING: Final = timedelta(minutes=10)
MOST: Final = 200  # revisions of a piece; the oldest go


def listed(session: Session, piece: Piece) -> Sequence[Revision]:
    """List the revisions of a piece, the latest first."""
    wanted = select(Revision).where(Revision.piece_id == piece.id)
    return session.exec(wanted.order_by(col(Revision.at).desc(), col(Revision.id).desc())).all()


def authors(session: Session, piece: Piece) -> set[str]:
    """Return everybody of the staff who wrote in a piece, as far back as its revisions go."""
    return set(session.exec(select(Revision.by).where(Revision.piece_id == piece.id))) - {""}


def of_piece(session: Session, piece: Piece, revision_id: UUID) -> Revision:
    """Return one revision of a piece. Raises NotFound."""
    revision = session.get(Revision, revision_id)
    if revision is None or revision.piece_id != piece.id:
        raise NotFound
    return revision


def manuscript_of(revision: Revision) -> Manuscript:
    """Return the piece as it was."""
    return whole.of_plain(revision.content)


def begin(session: Session, piece: Piece, manuscript: Manuscript) -> None:
    """Keep what a piece was before a change, where nobody here made it so: a folder was taken in."""
    last = _last(session, piece)
    if last is None or last.content_hash != whole.digest(manuscript):
        _add(session, piece, manuscript, by="", is_closed=True)


def keep(session: Session, piece: Piece, manuscript: Manuscript, *, by: str) -> None:
    """Note what a piece is now, after somebody's change."""
    last, now = _last(session, piece), clock.now()
    digest = whole.digest(manuscript)
    if last and last.content_hash == digest:
        return
    if last and not last.is_closed and last.by == by and now - last.began_at < SITTING:
        last.content_hash, last.content, last.at = digest, whole.plain(manuscript), now
        session.add(last)
        session.flush()
    else:
        _add(session, piece, manuscript, by=by)


def close(session: Session, piece: Piece, manuscript: Manuscript) -> UUID:
    """Make sure that what a piece is now has a revision that does not grow any more; return its id."""
    begin(session, piece, manuscript)
    last = _last(session, piece)
    assert last is not None  # noqa: S101 - `begin` has seen to it
    last.is_closed = True
    session.add(last)
    session.flush()
    return last.id


def _last(session: Session, piece: Piece) -> Revision | None:
    wanted = select(Revision).where(Revision.piece_id == piece.id)
    return session.exec(wanted.order_by(col(Revision.at).desc(), col(Revision.id).desc()).limit(1)).first()


def _add(session: Session, piece: Piece, manuscript: Manuscript, *, by: str, is_closed: bool = False) -> None:
    now = clock.now()
    session.add(
        Revision(
            piece_id=piece.id,
            content_hash=whole.digest(manuscript),
            content=whole.plain(manuscript),
            by=by,
            began_at=now,
            at=now,
            is_closed=is_closed,
        )
    )
    session.flush()
    old = (
        select(Revision.id)
        .where(Revision.piece_id == piece.id)
        .order_by(col(Revision.at).desc(), col(Revision.id).desc())
        .offset(MOST)
    )
    session.execute(sa.delete(Revision).where(col(Revision.id).in_(old)))
