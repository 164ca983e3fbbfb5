"""One's own data: opened once by a link that was mailed a moment ago, then seen, taken along, moved or erased.

The page that opens is the answer to a POST, so no address of it can be kept, passed on or found in a log. Its forms
carry the visit; no cookie is set.
"""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Form, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, Response

from outreach.consent import ledger
from outreach.contacts.models import Contact
from outreach.foundation import signing
from outreach.foundation.errors import Conflict, Refused
from outreach.foundation.locale import gettext as _
from outreach.foundation.logs import mask
from outreach.foundation.signing import Purpose
from outreach.privacy import erasing, exporting
from outreach.readers import moving, visiting
from outreach.web.access import Db
from outreach.web.pages import render
from outreach.web.public import readers

router = APIRouter()
of_link = APIRouter(prefix="/personal/{token}")
of_visit = APIRouter(prefix="/personal/visit")

SMALL: Final = 16_384  # bytes
ON_OWN_PAGE: Final = "on their own page"  # for the log, which does not name them


async def bearer(session: Db, token: str, language: str | None = None) -> Contact:
    """Find whose fresh link is held, and speak their language; the link is not used up by it."""
    readers.speak(language)
    _kind, number = readers.subject(Purpose.FRESH, token)
    contact = await run_in_threadpool(visiting.of_link, session, number)
    readers.speak(language, contact.language)
    await run_in_threadpool(visiting.insist_fresh, session, number)
    return contact


async def visitor(
    session: Db, visit: Annotated[str, Form(max_length=200)] = "", language: str | None = None
) -> Contact:
    """Find who is visiting by the secret in the page's form, and speak their language."""
    readers.speak(language)
    _kind, number = readers.subject(Purpose.VISIT, visit)
    contact = await run_in_threadpool(visiting.of_visit, session, number)
    readers.speak(language, contact.language)
    await run_in_threadpool(visiting.insist_open, session, number)
    return contact


Bearer = Annotated[Contact, Depends(bearer)]
Visitor = Annotated[Contact, Depends(visitor)]
Visit = Annotated[str, Form(max_length=200)]  # the secret of the forms, which a `Visitor` has shown


@of_link.api_route("", methods=["GET", "HEAD"])
def ask(request: Request, contact: Bearer) -> HTMLResponse:
    """Show the button that opens; a mailbox that looks at every link must not use this one up."""
    return render(request, "public/personal.html", alternates=readers.alternates(request), address=mask(contact.email))


@of_link.post("", max_body_size=SMALL)
def open_(request: Request, contact: Bearer, session: Db, token: str) -> HTMLResponse:
    """Use the link up and show what is kept."""
    _kind, number = readers.subject(Purpose.FRESH, token)
    visit = visiting.open_(session, number)
    return _page(request, session, contact, signing.sign(Purpose.VISIT, visit))


@of_visit.post("/data", max_body_size=SMALL)
def take(contact: Visitor, session: Db) -> Response:
    """Hand over everything that is kept about the person, as a file (GDPR Art. 15 and 20)."""
    found = exporting.export(session, contact)
    name = f"outreach-{found.made_at:%Y-%m-%d}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(found.as_json(), media_type="application/json", headers=headers)


@of_visit.post("/erase", max_body_size=SMALL)
def erase(
    request: Request, contact: Visitor, session: Db, visit: Visit, sure: Annotated[bool, Form()] = False
) -> HTMLResponse:
    """Erase the person, who ticked that they are sure (GDPR Art. 17). What they opened is over with it."""
    try:
        with session.begin_nested():
            if not sure:
                raise Refused(_("Tick the box first, for this cannot be undone."))
            erasing.erase(session, contact, by=ledger.SELF, why=ON_OWN_PAGE)
    except (Refused, Conflict) as refusal:
        session.refresh(contact)
        return _page(request, session, contact, visit, status=refusal.status, kept=refusal.message)
    return render(request, "public/erased.html")


@of_visit.post("/address", max_body_size=SMALL)
def move(
    request: Request, contact: Visitor, session: Db, visit: Visit, email: Annotated[str, Form(max_length=320)] = ""
) -> HTMLResponse:
    """Ask both mailboxes about a new address. What is said here is the same whosever the new one is."""
    try:
        with session.begin_nested():
            asked = moving.ask(session, contact, email)
    except Refused as refusal:
        return _page(request, session, contact, visit, status=refusal.status, email=email, problem=refusal.message)
    return _page(request, session, contact, visit, asked=asked.email)


def _page(
    request: Request,
    session: Db,
    contact: Contact,
    visit: str,
    *,
    status: int = 200,
    email: str = "",
    problem: str | None = None,
    asked: str | None = None,
    kept: str | None = None,
) -> HTMLResponse:
    """Answer with the page of a visit; `asked` is the address that was written to, `kept` why nobody was erased."""
    shown: dict[str, Any] = {"visit": visit, "address": contact.email, "email": email, "problem": problem}
    sections = exporting.export(session, contact).sections
    return render(request, "public/own.html", status=status, sections=sections, asked=asked, kept=kept, **shown)


router.include_router(of_visit)
router.include_router(of_link)
