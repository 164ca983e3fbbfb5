"""Members of staff as pages and commands look them up."""

from sqlmodel import Session, col, select

from outreach.accounts.models import User
from outreach.foundation.errors import NotFound
from outreach.foundation.locale import gettext as _


def users(session: Session) -> list[User]:
    """Return all members of staff by name, those shut out at the end."""
    order = (col(User.disabled_at).is_not(None), col(User.name), col(User.id))
    return list(session.exec(select(User).order_by(*order)))


def user(session: Session, email: str) -> User:
    """Return the user with this address. Raises NotFound."""
    found = session.exec(select(User).where(col(User.email) == email.strip().lower())).one_or_none()
    if found is None:
        raise NotFound(_("There is no user with this address."))
    return found
