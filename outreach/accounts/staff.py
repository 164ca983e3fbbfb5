"""Members of staff: who comes, what they may do, and who goes. They choose their own password by a link."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from outreach.accounts import audit, passwords, signin
from outreach.accounts.models import Invitation, LoginSession, Role, User
from outreach.foundation import clock, locale
from outreach.foundation.errors import Conflict, NotFound, Refused
from outreach.foundation.locale import gettext as _

LASTS: Final = timedelta(days=7)  # a link


@dataclass(frozen=True)
class Member:
    """One member of staff; `invited_until` while they have a link that they have not used."""

    user: User
    signed_in_at: datetime | None
    invited_until: datetime | None

    @property
    def has_come(self) -> bool:
        """Tell whether they have a password."""
        return bool(self.user.password_hash)


def listed(session: Session) -> list[Member]:
    """Return everybody by name, those shut out at the end."""
    last = _of_users(session, sa.select(col(LoginSession.user_id), sa.func.max(LoginSession.created_at)))
    open_ = _of_users(
        session, sa.select(col(Invitation.user_id), sa.func.max(Invitation.expires_at)).where(*_is_open())
    )
    order = (col(User.disabled_at).is_not(None), col(User.name), col(User.id))
    return [Member(one, last.get(one.id), open_.get(one.id)) for one in session.exec(select(User).order_by(*order))]


def get(session: Session, user_id: UUID) -> User:
    """Return one member of staff. Raises NotFound."""
    found = session.get(User, user_id)
    if found is None:
        raise NotFound
    return found


def invite(session: Session, *, email: str, name: str, role: Role, language: str, by: str) -> Invitation:
    """Add somebody who has no password yet, and make their link. Raises Refused, Conflict as `signin.add_user` does."""
    user = signin.add_user(session, email=email, name=name, role=role, language=language, password=None, actor=by)
    return _link(session, user, by=by)


def send_anew(session: Session, user: User, *, by: str) -> Invitation:
    """Make a new link by which they choose a password; links before it end. Raises Conflict for who is shut out."""
    if user.disabled_at is not None:
        raise Conflict(_("Let them in again first."))
    audit.append(session, actor=by, action="user.link", subject=f"user:{user.id}")
    return _link(session, user, by=by)


def invited(session: Session, invitation_id: UUID) -> User:
    """Return whose link it is. Raises NotFound, Conflict for one that is used or over."""
    found = session.execute(
        sa.select(User, sa.and_(*_is_open()))
        .join(Invitation, col(Invitation.user_id) == col(User.id))
        .where(col(Invitation.id) == invitation_id)
    ).one_or_none()
    if found is None:
        raise NotFound
    user, is_open = found
    if not is_open or user.disabled_at is not None:
        raise Conflict(_("This link has been used or is too old; ask an administrator for a new one."))
    return user  # type: ignore[no-any-return] # the first of the row


def accept(session: Session, invitation_id: UUID, *, password: str) -> User:
    """Take the password that they chose; the link is used up and every session ends. Raises as `invited`, Refused."""
    user = invited(session, invitation_id)
    kept = passwords.hashed(password, email=user.email)
    first = session.execute(
        sa.update(Invitation)
        .where(col(Invitation.id) == invitation_id, *_is_open())
        .values(used_at=clock.now())
        .returning(col(Invitation.id))
    ).one_or_none()
    if first is None:
        raise Conflict(_("This link has been used or is too old; ask an administrator for a new one."))
    signin.keep_password(session, user, kept, actor=user.email)
    return user


def change(session: Session, user: User, *, name: str, role: Role, language: str, by: User) -> None:
    """Change what somebody is called and may do; another role ends their sessions. Nobody changes their own role."""
    if role is not user.role:
        if user.id == by.id:
            raise Refused(_("Nobody changes their own role; another administrator does."))
        detail = {"from": user.role.value, "to": role.value}
        user.role = role
        signin.end_sessions(session, user)
        audit.append(session, actor=by.email, action="user.role", subject=f"user:{user.id}", detail=detail)
    user.name = " ".join(name.split())[:200] or user.name
    user.language = locale.match(language) or user.language
    session.add(user)
    session.flush()


def shut_out(session: Session, user: User, *, by: User) -> None:
    """Let somebody in no more. Raises Refused for oneself."""
    if user.id == by.id:
        raise Refused(_("Nobody shuts themselves out; another administrator does."))
    signin.shut_out(session, user, actor=by.email)
    _end_links(session, user)


def let_in(session: Session, user: User, *, by: User) -> None:
    """Let somebody in again, with the password that they had."""
    user.disabled_at = None
    session.add(user)
    audit.append(session, actor=by.email, action="user.let_in", subject=f"user:{user.id}")


def _link(session: Session, user: User, *, by: str) -> Invitation:
    _end_links(session, user)
    made = Invitation(user_id=user.id, by=by, expires_at=clock.now() + LASTS)
    session.add(made)
    session.flush()
    return made


def _end_links(session: Session, user: User) -> None:
    session.execute(
        sa.update(Invitation).where(col(Invitation.user_id) == user.id, *_is_open()).values(expires_at=clock.now())
    )


def _is_open() -> tuple[sa.ColumnElement[bool], ...]:
    return col(Invitation.used_at).is_(None), col(Invitation.expires_at) > clock.now()


def _of_users(session: Session, statement: sa.Select[UUID, datetime]) -> Mapping[UUID, datetime]:
    return {row[0]: row[1] for row in session.execute(statement.group_by(statement.selected_columns[0]))}
