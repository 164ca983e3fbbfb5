"""Where a member of staff is signed in, and ending that from elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from outreach.accounts import audit, signin
from outreach.accounts.models import LoginSession, User
from outreach.foundation import clock
from outreach.foundation.errors import NotFound


@dataclass(frozen=True)
class Seat:
    """A browser that is signed in; `is_this` for the one that asks."""

    id: UUID
    agent: str
    since: datetime
    until: datetime
    is_this: bool


def listed(session: Session, user: User, *, secret: str | None) -> Sequence[Seat]:
    """List the browsers in which somebody is signed in, the latest first."""
    found = session.exec(
        select(LoginSession)
        .where(
            LoginSession.user_id == user.id,
            col(LoginSession.expires_at) > clock.now(),
            sa.not_(col(LoginSession.waits_for_code)),
        )
        .order_by(col(LoginSession.created_at).desc(), col(LoginSession.id).desc())
    )
    own = signin.hashed(secret) if secret else ""
    return [Seat(one.id, one.agent, one.created_at, one.expires_at, one.secret_hash == own) for one in found]


def end(session: Session, user: User, seat: UUID) -> None:
    """Sign somebody out of one browser. Raises NotFound for one that is not theirs."""
    gone = sa.delete(LoginSession).where(col(LoginSession.id) == seat, col(LoginSession.user_id) == user.id)
    if not session.execute(gone.returning(col(LoginSession.id))).all():
        raise NotFound
    audit.append(session, actor=user.email, action="session.end", subject=f"user:{user.id}")


def end_others(session: Session, user: User, *, secret: str) -> int:
    """Sign somebody out everywhere but here; return from how many browsers."""
    others = sa.delete(LoginSession).where(
        col(LoginSession.user_id) == user.id, col(LoginSession.secret_hash) != signin.hashed(secret)
    )
    number = len(session.execute(others.returning(col(LoginSession.id))).all())
    if number:
        detail = {"number": number}
        audit.append(session, actor=user.email, action="session.end_others", subject=f"user:{user.id}", detail=detail)
    return number
