"""Signing in and out, and the staff who may.

A browser holds a 256-bit secret; the database holds its SHA-256 only, so that a copy of the database opens nothing.
"""

import secrets
import unicodedata
from datetime import timedelta
from hashlib import sha256
from typing import Final

import sqlalchemy as sa
from email_validator import EmailNotValidError, validate_email
from sqlmodel import Session, col, select

from outreach.accounts import audit, passwords, throttle
from outreach.accounts.models import LoginSession, Role, User
from outreach.foundation import clock, locale
from outreach.foundation.errors import Conflict, Refused
from outreach.foundation.locale import gettext as _
from outreach.rendering import merge

LASTS: Final = timedelta(hours=12)


def add_user(
    session: Session,
    *,
    email: str,
    role: Role,
    password: str | None,
    name: str = "",
    language: str = "en",
    actor: str = audit.COMMAND_LINE,
) -> User:
    """Add a member of staff, without a password where they are to choose it.

    Raises Refused for a bad address or password, Conflict when the user exists.
    """
    address = _known_as(email)
    try:
        validate_email(address, check_deliverability=False)
    except EmailNotValidError as fault:
        raise Refused(_("This is not a mail address; write it as name@example.org.")) from fault
    if _find(session, address) is not None:
        raise Conflict(_("There is a user with this address already."))
    user = User(
        email=address,
        name=name.strip() or address.partition("@")[0],
        role=role,
        password_hash="" if password is None else passwords.hashed(password, email=address),
        language=locale.match(language) or "en",
    )
    session.add(user)
    session.flush()
    audit.append(session, actor=actor, action="user.add", subject=f"user:{user.id}", detail={"role": role.value})
    return user


def sign_in(session: Session, email: str, password: str, *, client: str = "", agent: str = "") -> str:
    """Start a session of 12 hours and return its secret, for a cookie.

    Takes as long for a user that does not exist. Where a second factor is set up, the session opens nothing before
    `second_factor.come_in`. Raises Refused when address and password do not go together, TooMany after too many
    failures. `client` is the visitor's IP address: it is counted for a quarter of an hour, not kept.
    """
    address = _known_as(email)
    throttle.insist(address, client)
    user = _find(session, address)
    active = user if user is not None and user.disabled_at is None else None
    right, newer_hash = passwords.verify(password, active.password_hash if active else None)
    if active is None or not right:
        throttle.count_failure(address, client)
        raise Refused(_("Address and password do not go together; check both and try again."))
    if newer_hash is not None:
        active.password_hash = newer_hash
    return start(session, active, agent=agent, waits_for_code=bool(active.second_nonce))


def start(session: Session, user: User, *, agent: str = "", waits_for_code: bool = False) -> str:
    """Start a session for somebody who has shown who they are, or half of it, and return its secret."""
    secret = secrets.token_urlsafe(32)
    session.add(
        LoginSession(
            user_id=user.id,
            secret_hash=hashed(secret),
            created_at=clock.now(),
            expires_at=clock.now() + LASTS,
            agent=agent[:200],
            waits_for_code=waits_for_code,
        )
    )
    if not waits_for_code:
        audit.append(session, actor=user.email, action="session.start", subject=f"user:{user.id}")
    return secret


def user_of(session: Session, secret: str | None) -> User | None:
    """Return whose session this is, None when it is unknown, over, or its user was shut out."""
    if not secret:
        return None
    statement = (
        select(User)
        .join(LoginSession, col(LoginSession.user_id) == col(User.id))
        .where(
            col(LoginSession.secret_hash) == hashed(secret),
            col(LoginSession.expires_at) > clock.now(),
            sa.not_(col(LoginSession.waits_for_code)),
            col(User.disabled_at).is_(None),
        )
    )
    return session.exec(statement).one_or_none()


def sign_out(session: Session, secret: str) -> None:
    """End this session; its secret opens nothing from now on."""
    session.execute(sa.delete(LoginSession).where(col(LoginSession.secret_hash) == hashed(secret)))


def change_password(session: Session, user: User, *, password: str, actor: str) -> None:
    """Give a user a new password and end every session, the present one too."""
    keep_password(session, user, passwords.hashed(password, email=user.email), actor=actor)


def keep_password(session: Session, user: User, kept: str, *, actor: str) -> None:
    """Keep the hash of a new password and end every session."""
    user.password_hash = kept
    session.add(user)
    end_sessions(session, user)
    audit.append(session, actor=actor, action="user.password", subject=f"user:{user.id}")


def shut_out(session: Session, user: User, *, actor: str) -> None:
    """Let a user sign in no more and end every session; what they did stays in the log."""
    user.disabled_at = clock.now()
    end_sessions(session, user)
    audit.append(session, actor=actor, action="user.shut_out", subject=f"user:{user.id}")


def forget_expired(session: Session) -> None:
    """Delete sessions that are over; the upkeep tick calls this."""
    session.execute(sa.delete(LoginSession).where(col(LoginSession.expires_at) <= clock.now()))


def hashed(secret: str) -> str:
    """Return what is kept of a session's secret."""
    return sha256(secret.encode()).hexdigest()


def _known_as(email: str) -> str:
    return merge.plain(unicodedata.normalize("NFKC", email)).strip().lower()


def _find(session: Session, address: str) -> User | None:
    return session.exec(select(User).where(col(User.email) == address)).one_or_none()


def end_sessions(session: Session, user: User, *, but: str = "") -> None:
    """End every session of a user, but for the one of this secret."""
    session.add(user)
    others = col(LoginSession.secret_hash) != hashed(but)
    session.execute(sa.delete(LoginSession).where(col(LoginSession.user_id) == user.id, others))
