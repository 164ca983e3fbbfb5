"""Who freed a piece, and when: the approvals that stand and those that have lapsed."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from outreach.content.models import Approval, Piece


@dataclass(frozen=True)
class Freed:
    """One approval; `holds` tells whether it is for the content as it was last saved."""

    by: str
    at: datetime
    holds: bool


def approvals(session: Session, piece: Piece) -> list[Freed]:
    """List the approvals of a piece, the latest first."""
    wanted = select(Approval).where(Approval.piece_id == piece.id).order_by(col(Approval.approved_at).desc())
    return [
        Freed(one.approved_by, one.approved_at, one.content_hash == piece.content_hash) for one in session.exec(wanted)
    ]
