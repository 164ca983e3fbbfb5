"""What a route asks of its request: a transaction, and who is there."""

from collections.abc import Callable, Iterator
from typing import Annotated

from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool
from sqlmodel import Session

from outreach.accounts import roles, signin
from outreach.accounts.models import User
from outreach.accounts.roles import Action
from outreach.foundation import locale, masking
from outreach.foundation.database import transaction
from outreach.foundation.errors import SignInNeeded
from outreach.web import cookies


def session() -> Iterator[Session]:
    """Open the request's one transaction."""
    with transaction() as opened:
        yield opened


# "function": the commit comes before the answer leaves, or a redirect would overtake it.
Db = Annotated[Session, Depends(session, scope="function")]


async def user(request: Request, session: Db) -> User | None:
    """Return who is signed in, and speak their language from here on.

    It is a coroutine so that the language it sets is still set in the route: a thread has a context of its own.
    """
    found = await run_in_threadpool(signin.user_of, session, cookies.get(request, cookies.SESSION))
    request.state.user = found
    if found is not None:
        locale.set_language(found.language)
        masking.hide(not roles.allows(found.role, Action.SEE_PEOPLE))
    return found


async def signed_in(user: Annotated[User | None, Depends(user)]) -> User:
    """Insist that somebody is signed in. Raises SignInNeeded."""
    if user is None:
        raise SignInNeeded
    return user


Visitor = Annotated[User | None, Depends(user)]
Staff = Annotated[User, Depends(signed_in)]


def may(action: Action) -> Callable[[User], User]:
    """Make a dependency that lets only those through who may do something: `Depends(may(Action.LAUNCH))`."""

    def insist(user: Staff) -> User:
        roles.require(user, action)
        return user

    return insist
