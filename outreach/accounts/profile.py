"""What a member of staff decides about their own account."""

from sqlmodel import Session

from outreach.accounts import passwords, signin, throttle
from outreach.accounts.models import User
from outreach.foundation import locale
from outreach.foundation.errors import Refused
from outreach.foundation.locale import gettext as _


def speak(session: Session, user: User, language: str) -> None:
    """Show the pages to a user in another language from now on."""
    user.language = locale.match(language) or user.language
    session.add(user)


def renew_password(session: Session, user: User, *, old: str, new: str, client: str = "") -> None:
    """Take a new password for the old one; every session ends, the present one too.

    Raises Refused for a new one that is too weak, and as `insist_on_password` does.
    """
    insist_on_password(user, old, client=client)
    signin.change_password(session, user, password=new, actor=user.email)


def insist_on_password(user: User, password: str, *, client: str = "") -> None:
    """Insist that whoever is signed in knows the password, too.

    Raises Refused for a wrong one, TooMany after too many failures, which count together with those at the door (see
    `signin.sign_in` for `client`).
    """
    throttle.insist(user.email, client)
    right, _newer = passwords.verify(password, user.password_hash)
    if not right:
        throttle.count_failure(user.email, client)
        raise Refused(_("The present password is another one; check it and try again."))
