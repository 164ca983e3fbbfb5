"""What a member of staff decides about their own account."""

from sqlmodel import Session

from outreach.accounts.models import User
from outreach.foundation import locale


def speak(session: Session, user: User, language: str) -> None:
    """Show the pages to a user in another language from now on."""
    user.language = locale.match(language) or user.language
    session.add(user)
