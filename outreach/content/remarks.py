"""Remarks on a piece: what an approver wants changed before it is freed, and what is said about it."""

from collections.abc import Collection, Sequence
from typing import Final
from uuid import UUID

from sqlmodel import Session, col, select

from outreach.accounts import audit
from outreach.content import approval, manuscript, pieces
from outreach.content.models import Piece, Remark
from outreach.foundation.errors import Conflict, Refused
from outreach.foundation.locale import gettext as _
from outreach.rendering import merge

LONGEST: Final = 2000  # characters
SHOWN: Final = 50


def add(session: Session, piece: Piece, text: str, *, by: str, returns: bool = False) -> Remark:
    """Say something about a piece; one that `returns` it asks for changes instead of an approval.

    Raises Refused without words or with too many, Conflict for returning what is approved as it stands.
    """
    said = "\n".join(merge.plain(line) for line in text.strip().splitlines())
    if not said:
        raise Refused(_("Write what you want to say about it."))
    if len(said) > LONGEST:
        raise Refused(_("Say it in fewer words."))
    whole = pieces.load(session, piece)
    if returns and approval.is_approved(session, piece, whole):
        raise Conflict(
            _("It is approved as it stands; whoever wants it otherwise changes it, and the approval lapses.")
        )
    remark = Remark(piece_id=piece.id, content_hash=manuscript.digest(whole), text=said, returns=returns, by=by)
    session.add(remark)
    session.flush()
    action = "piece.return" if returns else "piece.remark"
    audit.append(session, actor=by, action=action, subject=f"piece:{piece.id}", detail={"remark": str(remark.id)})
    return remark


def listed(session: Session, piece: Piece) -> Sequence[Remark]:
    """List what was said about a piece, the latest first."""
    wanted = select(Remark).where(Remark.piece_id == piece.id).order_by(col(Remark.id).desc()).limit(SHOWN)
    return session.exec(wanted).all()


def returned(session: Session, piece_ids: Collection[UUID]) -> dict[UUID, Remark]:
    """Return, for those of some pieces that were returned as they were last saved, the latest remark that did so."""
    found = session.exec(
        select(Remark)
        .join(Piece, col(Piece.id) == col(Remark.piece_id))
        .where(
            col(Remark.piece_id).in_(piece_ids),
            col(Remark.returns),
            col(Remark.content_hash) == col(Piece.content_hash),
        )
        .order_by(col(Remark.id))
    )
    return {one.piece_id: one for one in found}
