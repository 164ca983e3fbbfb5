"""Approval: somebody frees exactly this content. Change a comma, and it lapses."""

from typing import Final

from sqlalchemy import ColumnElement, exists
from sqlmodel import Session, col, select

from outreach.accounts import audit
from outreach.content import completeness, manuscript, pieces
from outreach.content.manuscript import Manuscript
from outreach.content.models import Approval, Piece
from outreach.foundation import locale
from outreach.foundation.errors import Refused
from outreach.foundation.locale import gettext as _

# For lists, in SQL: some approval is for the content as it was last saved.
IS_APPROVED: Final[ColumnElement[bool]] = exists().where(
    col(Approval.piece_id) == col(Piece.id), col(Approval.content_hash) == col(Piece.content_hash)
)


def approve(session: Session, piece: Piece, by: str) -> Approval:
    """Record that `by` frees the content as it stands; once a person is enough for the same content.

    Raises Refused for a piece that has no edition, or one with gaps: an approver answers for every language.
    """
    whole = pieces.load(session, piece)
    _insist_on_completeness(whole)
    digest = manuscript.digest(whole)
    if earlier := _approval(session, piece, digest, by=by):
        return earlier
    piece.content_hash = digest
    approval = Approval(piece_id=piece.id, content_hash=digest, approved_by=by)
    session.add(approval)
    session.flush()
    audit.append(session, actor=by, action="piece.approve", subject=f"piece:{piece.id}", detail={"content": digest})
    return approval


def is_approved(session: Session, piece: Piece, whole: Manuscript | None = None) -> bool:
    """Tell whether somebody approved the content as it stands, computed anew from every row of it.

    `whole` is the piece's manuscript where it has just been loaded.
    """
    return _approval(session, piece, manuscript.digest(whole or pieces.load(session, piece))) is not None


def approvers(session: Session, piece: Piece) -> set[str]:
    """Return everybody who approved the content as it stands."""
    digest = manuscript.digest(pieces.load(session, piece))
    return set(session.exec(select(Approval.approved_by).where(*_of(piece, digest))))


def _approval(session: Session, piece: Piece, digest: str, by: str | None = None) -> Approval | None:
    statement = select(Approval).where(*_of(piece, digest))
    if by is not None:
        statement = statement.where(Approval.approved_by == by)
    return session.exec(statement.order_by(col(Approval.approved_at)).limit(1)).first()


def _of(piece: Piece, digest: str) -> tuple[ColumnElement[bool], ...]:
    return col(Approval.piece_id) == piece.id, col(Approval.content_hash) == digest


def _insist_on_completeness(whole: Manuscript) -> None:
    if not whole.languages:
        raise Refused(_("This piece has no edition in any language; write one before it is approved."))
    for language in whole.languages:
        if missing := completeness.gaps(whole, language):
            values = {"language": locale.NAMES[language], "what": missing[0].label}
            raise Refused(_("%(language)s: %(what)s is missing; add it before the piece is approved.") % values)
