"""A letter as it was sent, for everybody's eyes: the frozen one, without a reader's own words and addresses."""

import re
from typing import Final
from uuid import UUID

from selectolax.lexbor import LexborHTMLParser, LexborNode
from sqlmodel import Session, col, select

from outreach.content import web_blocks
from outreach.delivery.models import Link, Message
from outreach.foundation import locale
from outreach.foundation.errors import NotFound
from outreach.rendering import merge

NOBODY: Final = "nobody"  # stands where a letter has its reader's signed tokens
_CLICK: Final = re.compile(rf"/c/{NOBODY}-(?P<key>[A-Za-z0-9_-]{{11}})$")
_OWN: Final = re.compile(rf"/(?:letters|preferences|unsubscribe)/{NOBODY}(?:#.*)?$")
_PIXEL: Final = re.compile(rf"/o/{NOBODY}\.gif$")


def as_html(session: Session, message: UUID) -> str:
    """Return a message as a document: neutral words, plain links, no pixel, and no way to act in the reader's name.

    The page may be passed on, so it must not carry what unsubscribes. Raises NotFound.
    """
    letter = session.get(Message, message)
    if letter is None:
        raise NotFound
    with locale.use(letter.language):
        words = web_blocks.neutral() | dict.fromkeys(merge.TECHNICAL, NOBODY)
    document = LexborHTMLParser(merge.fill(merge.split(letter.html), words))
    _lead_on_plainly(document, _links(session, letter.mailing_id))
    _take_out_what_is_the_readers_own(document)
    _mark_as_main(document)
    return document.html or ""


def _links(session: Session, mailing: UUID) -> dict[str, str]:
    return dict(session.exec(select(Link.key, Link.url).where(col(Link.mailing_id) == mailing)).all())


def _lead_on_plainly(document: LexborHTMLParser, targets: dict[str, str]) -> None:
    for link in document.css("a[href]"):
        found = _CLICK.search(link.attributes["href"] or "")
        if found:
            link.attrs["href"] = targets.get(found["key"], "#")


def _take_out_what_is_the_readers_own(document: LexborHTMLParser) -> None:
    for picture in document.css("img[src]"):
        if _PIXEL.search(picture.attributes["src"] or ""):
            picture.decompose()
    for link in document.css("a[href]"):
        if _OWN.search(link.attributes["href"] or ""):
            _take_out(link)


def _take_out(link: LexborNode) -> None:
    """Remove a link, the dot between it and its neighbour, and the paragraph that it leaves empty."""
    paragraph, before = link.parent, link.prev
    if before is not None and before.tag == "-text" and not (before.text(deep=False) or "").strip(" \xa0·\n"):
        before.decompose()
    link.decompose()
    if paragraph is not None and paragraph.tag == "p" and not paragraph.text().strip(" \xa0·\n"):
        paragraph.decompose()


def _mark_as_main(document: LexborHTMLParser) -> None:
    """Say that the letter is the page's main content, which in an inbox it is not."""
    body = document.body
    for part in body.iter() if body else ():
        if part.attributes.get("role") == "article":
            part.attrs["role"] = "main"
            return
