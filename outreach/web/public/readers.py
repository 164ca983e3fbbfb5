"""Who holds a letter or a mailed link in hand, as its signed token tells. No sign-in, no cookie.

Dependencies are coroutines, so that the language they speak is still spoken where the request ends: also when it ends
in an error.
"""

from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit
from uuid import UUID

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from sqlmodel import Session

from outreach.foundation import locale, signing, urls
from outreach.foundation.errors import NotFound
from outreach.foundation.locale import gettext as _
from outreach.foundation.signing import Purpose
from outreach.readers import holding
from outreach.readers.holding import Reader
from outreach.web.access import Db


def holder(purpose: Purpose) -> Callable[..., Awaitable[Reader]]:
    """Make the dependency that finds the reader of a letter by the token in the path, and speaks their language.

    A POST holds their row until the request is over, so that two clicks count as one. Raises NotFound, the same for a
    forged token and for a letter or a person that is not there any more.
    """

    async def found(request: Request, session: Db, token: str, language: str | None = None) -> Reader:
        speak(language)
        reader = await run_in_threadpool(_read, session, purpose, token, acting=is_acting(request))
        speak(language, reader.contact.language, reader.letter.language)
        return reader

    return found


def speak(*tags: str | None) -> None:
    """Speak the first language of these that is ours; say nothing of it where none is."""
    if found := next((match for tag in tags if (match := locale.match(tag))), None):
        locale.set_language(found)


def subject(purposes: Purpose | tuple[Purpose, ...], token: str) -> tuple[Purpose, UUID]:
    """Return what a token is for and about. Raises NotFound for a forged one."""
    for purpose in purposes if isinstance(purposes, tuple) else (purposes,):
        if found := signing.read(purpose, token):
            return purpose, found
    raise lost()


def is_acting(request: Request) -> bool:
    """Tell whether a request may change something (RFC 9110 §9.2.1)."""
    return request.method == "POST"


def preferences_path(reader: Reader) -> str:
    """Return where the reader's preference page is, on the host that they are on."""
    return path(urls.preferences(reader.letter.delivery_id))


def path(url: str) -> str:
    """Return an address of ours as it is on the host that the reader is on."""
    return urlsplit(url).path


def alternates(request: Request) -> list[tuple[str, str, str]]:
    """Return this page in each language as (language, name, address)."""
    return [(tag, name, f"{request.url.path}?language={tag}") for tag, name in locale.NAMES.items()]


def lost() -> NotFound:
    """Make the answer to a token that leads nowhere."""
    return NotFound(_("This link does not work any more; use the one in our newest letter, or simply answer it."))


def _read(session: Session, purpose: Purpose, token: str, *, acting: bool) -> Reader:
    _kind, delivery = subject(purpose, token)
    reader = holding.of_letter(session, delivery, acting=acting)
    if reader is None:
        raise lost()
    return reader
