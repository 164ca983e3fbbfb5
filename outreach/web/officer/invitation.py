"""Choosing a password by a link that an administrator had mailed; nobody is signed in yet."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.concurrency import run_in_threadpool

from outreach.accounts import staff
from outreach.accounts.models import User
from outreach.foundation import locale, signing
from outreach.foundation.errors import NotFound, Refused
from outreach.foundation.locale import gettext as _
from outreach.foundation.signing import Purpose
from outreach.web.access import Db
from outreach.web.officer.page import page
from outreach.web.pages import redirect

router = APIRouter(prefix="/invitation/{token}")

SMALL = 16_384  # bytes


async def invited(session: Db, token: str, language: str | None = None) -> User:
    """Find whose link is held, and speak their language."""
    number = signing.read(Purpose.INVITATION, token)
    if number is None:
        raise NotFound
    user = await run_in_threadpool(staff.invited, session, number)
    locale.set_language(locale.match(language) or user.language)
    return user


Invited = Annotated[User, Depends(invited)]
Password = Annotated[str, Form(max_length=1000)]


@router.get("")
def ask(request: Request, user: Invited, token: str) -> Response:
    """Show the form; a mailbox that looks at every link uses nothing up."""
    return page(request, "invitation", email=user.email, token=token, problem="")


@router.post("", max_body_size=SMALL)
def take(
    request: Request, session: Db, user: Invited, token: str, new: Password = "", again: Password = ""
) -> Response:
    """Take the password, and lead to the door."""
    try:
        if new != again:
            raise Refused(_("The two new passwords are not the same; write it twice."))
        number = signing.read(Purpose.INVITATION, token)
        with session.begin_nested():
            if number is not None:
                staff.accept(session, number, password=new)
    except Refused as refusal:
        return page(
            request, "invitation", status=refusal.status, email=user.email, token=token, problem=refusal.message
        )
    return redirect("/sign-in", say=_("Your password holds from now on. Sign in with it."))
