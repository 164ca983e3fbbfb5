"""A change of address, as each of the two mailboxes is asked about it: the page tells, only its buttons act."""

from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse

from outreach.contacts.models import Contact
from outreach.foundation.logs import mask
from outreach.foundation.signing import Purpose
from outreach.readers import moving
from outreach.readers.models import Move, MoveState
from outreach.readers.moving import Side
from outreach.web.access import Db
from outreach.web.pages import render
from outreach.web.public import readers

router = APIRouter(prefix="/address/{token}")

SMALL: Final = 16_384  # bytes
SIDES: Final = {Purpose.MOVE_FROM: Side.OLD, Purpose.MOVE_TO: Side.NEW}


@dataclass(frozen=True)
class Mailbox:
    """One of the two mailboxes of a change, as its link tells."""

    side: Side
    move: Move
    contact: Contact

    @property
    def has_agreed(self) -> bool:
        """Tell whether this mailbox has agreed already."""
        return (self.move.agreed_by_old_at if self.side is Side.OLD else self.move.agreed_by_new_at) is not None


async def mailbox(request: Request, session: Db, token: str, language: str | None = None) -> Mailbox:
    """Find which mailbox of which change holds a token, and speak the language of whose change it is."""
    readers.speak(language)
    purpose, number = readers.subject(tuple(SIDES), token)
    move, contact = await run_in_threadpool(moving.find, session, number, acting=readers.is_acting(request))
    readers.speak(language, contact.language)
    moving.insist_open(move)
    return Mailbox(SIDES[purpose], move, contact)


Holder = Annotated[Mailbox, Depends(mailbox)]


@router.api_route("", methods=["GET", "HEAD"])
def show(request: Request, holder: Holder) -> HTMLResponse:
    """Show what is to change and ask; nothing changes by looking."""
    return _page(request, holder)


@router.post("", max_body_size=SMALL)
def agree(request: Request, holder: Holder, session: Db) -> HTMLResponse:
    """Note that this mailbox agrees. Once or twice makes no difference."""
    moving.agree(session, holder.move, holder.contact, holder.side)
    return _page(request, holder)


@router.post("/stop", max_body_size=SMALL)
def stop(request: Request, holder: Holder, session: Db) -> HTMLResponse:
    """Let the change never happen."""
    moving.stop(session, holder.move)
    return _page(request, holder)


def _page(request: Request, holder: Mailbox) -> HTMLResponse:
    here = request.url.path.removesuffix("/stop")
    return render(
        request,
        "public/address.html",
        alternates=[(tag, name, f"{here}?language={tag}") for tag, name, _address in readers.alternates(request)],
        here=here,
        side=holder.side.value,
        # Each mailbox is told where letters are to go; the new one, which may be a stranger's, not where from.
        address=mask(holder.move.email),
        state=holder.move.state,
        states=MoveState,
        has_agreed=holder.has_agreed,
    )
