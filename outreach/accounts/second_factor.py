"""A second factor at the door: the code of an app (TOTP, RFC 6238), or one of ten codes on paper.

The database keeps a nonce; what the app knows is derived from it with the product's secret key, so that a copy of the
database opens nothing. A code is good once, half a minute before and after its own; a code on paper is good once.
"""

import hmac
import secrets
from base64 import b32encode
from datetime import timedelta
from hashlib import sha256
from typing import Final

import pyotp
import sqlalchemy as sa
from sqlmodel import Session, col, select

from outreach.accounts import audit, profile, signin, throttle
from outreach.accounts.models import LoginSession, User
from outreach.foundation import blinding, clock
from outreach.foundation.errors import Conflict, Refused, SignInNeeded
from outreach.foundation.locale import gettext as _
from outreach.foundation.settings import secret_keys

ISSUER: Final = "Outreach"
STEP: Final = 30  # seconds
PAPER: Final = 10  # codes
PATIENCE: Final = timedelta(minutes=10)  # between the password and the code
_PURPOSE: Final = "recovery"


def begin() -> str:
    """Make the nonce of a new factor; nothing is kept before `switch_on`."""
    return secrets.token_urlsafe(16)


def secret(user: User, nonce: str) -> str:
    """Return what an app is told, in Base32."""
    return _secret(secret_keys()[0], user, nonce)


def address(user: User, nonce: str) -> str:
    """Return what stands in the picture that an app reads (otpauth://)."""
    return pyotp.TOTP(secret(user, nonce)).provisioning_uri(name=user.email, issuer_name=ISSUER)


def is_on(user: User) -> bool:
    """Tell whether a code is asked for."""
    return bool(user.second_nonce)


def switch_on(session: Session, user: User, nonce: str, code: str, *, here: str) -> list[str]:
    """Ask for codes from now on, and return ten for the paper; `here` is the session that stays, all others end.

    Raises Refused where the app does not show this code, for then it has not taken the secret; Conflict where a factor
    is on, which only the password switches off.
    """
    if is_on(user):
        raise Conflict(_("A second factor is set up already; switch it off first."))
    step = _step(user, nonce[:100], code) if nonce else None
    if step is None:
        raise Refused(_("This is not the code that the app shows now. Is the clock of the telephone right?"))
    paper = [f"{secrets.token_hex(3)}-{secrets.token_hex(3)}" for _number in range(PAPER)]
    user.second_nonce, user.second_step = nonce[:100], step
    user.recovery = [blinding.blinded(_PURPOSE, _paper(user, one)) for one in paper]
    session.add(user)
    session.flush()
    signin.end_sessions(session, user, but=here)
    audit.append(session, actor=user.email, action="user.second_on", subject=f"user:{user.id}")
    return paper


def switch_off(session: Session, user: User, *, password: str, client: str = "") -> None:
    """Ask for no codes any more. Raises as `profile.insist_on_password` does."""
    profile.insist_on_password(user, password, client=client)
    take_away(session, user, actor=user.email)


def take_away(session: Session, user: User, *, actor: str) -> None:
    """Ask somebody for no codes any more, such as when their telephone is lost."""
    user.second_nonce, user.second_step, user.recovery = "", 0, []
    session.add(user)
    audit.append(session, actor=actor, action="user.second_off", subject=f"user:{user.id}")


def is_waiting(session: Session, own: str | None) -> bool:
    """Tell whether a browser has shown a password and not yet a code."""
    return own is not None and _waiting(session, own) is not None


def come_in(session: Session, own: str, code: str, *, client: str = "", agent: str = "") -> str:
    """Take the code of a browser that has shown a password, and return the secret of its session, a new one.

    Raises Refused for a code that is wrong or was used, TooMany after too many, SignInNeeded where none is waited for.
    """
    user = _waiting(session, own)
    if user is None:
        raise SignInNeeded
    throttle.insist(user.email, client)
    if not (_take_code(session, user, code) or _take_paper(session, user, code)):
        throttle.count_failure(user.email, client)
        raise Refused(_("This code is not right or was used already; wait for the next one."))
    session.execute(sa.delete(LoginSession).where(col(LoginSession.secret_hash) == signin.hashed(own)))
    return signin.start(session, user, agent=agent)


def _waiting(session: Session, own: str) -> User | None:
    return session.exec(
        select(User)
        .join(LoginSession, col(LoginSession.user_id) == col(User.id))
        .where(
            col(LoginSession.secret_hash) == signin.hashed(own),
            col(LoginSession.waits_for_code),
            col(LoginSession.created_at) > clock.now() - PATIENCE,
            col(User.disabled_at).is_(None),
        )
    ).one_or_none()


def _take_code(session: Session, user: User, code: str) -> bool:
    step = _step(user, user.second_nonce, code)
    if step is None:
        return False
    used = (
        sa.update(User)
        .where(col(User.id) == user.id, col(User.second_step) < step)
        .values(second_step=step)
        .returning(col(User.id))
    )
    return session.execute(used).one_or_none() is not None


def _take_paper(session: Session, user: User, code: str) -> bool:
    session.refresh(user, with_for_update=True)
    written = _paper(user, code.strip().lower())
    left = [one for one in user.recovery if not blinding.is_blinded(_PURPOSE, written, one)]
    if len(left) == len(user.recovery):
        return False
    user.recovery = left
    session.add(user)
    detail = {"left": len(left)}
    audit.append(session, actor=user.email, action="user.second_paper", subject=f"user:{user.id}", detail=detail)
    return True


def _step(user: User, nonce: str, code: str) -> int | None:
    """Return the step that a code is of: this one, the one before or the next; None for a wrong code."""
    given, now = "".join(code.split()), int(clock.now().timestamp()) // STEP
    for root in secret_keys():
        app = pyotp.TOTP(_secret(root, user, nonce))
        for step in (now, now - 1, now + 1):
            if hmac.compare_digest(app.generate_otp(step).encode(), given.encode()):
                return step
    return None


def _secret(root: str, user: User, nonce: str) -> str:
    key = hmac.digest(root.encode(), b"second factor", sha256)
    return b32encode(hmac.digest(key, f"{user.id}:{nonce}".encode(), sha256)[:20]).decode()


def _paper(user: User, code: str) -> str:
    return f"{user.id}:{code}"
