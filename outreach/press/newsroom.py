"""The newsroom: releases that everybody may read, as lists and pages.

Nothing of a release is shown before it is approved, its embargo has passed by the database clock, and its day has come;
until then it is not there, whoever asks for it and however.
"""

from dataclasses import dataclass
from datetime import date

from markupsafe import Markup
from sqlmodel import Session

from outreach.content import archive, assets, editions, web_blocks
from outreach.content.brand import PRESS_ADDRESS
from outreach.content.manuscript import Manuscript
from outreach.content.models import BlockKind, PieceKind
from outreach.foundation import urls
from outreach.foundation.paging import SIZE, Page
from outreach.rendering import habits, richtext
from outreach.rendering.blocks import About, Contact, Lead
from outreach.rendering.edition import EditionInput, Sibling


@dataclass(frozen=True)
class PressPicture:
    """A picture that editors may use, with the credit and the terms under which they may."""

    name: str
    url: str
    width: int
    height: int
    alt: str
    caption: str
    credit: str
    licence: str


@dataclass(frozen=True)
class Headline:
    """One line of the newsroom."""

    key: str
    language: str
    title: str
    subtitle: str
    lead: Markup
    published_on: date
    topics: tuple[str, ...]
    picture: PressPicture | None
    url: str
    siblings: tuple[Sibling, ...]


@dataclass(frozen=True)
class Release:
    """One release in one language as a web page.

    `dateline` is place and date where they stand above the text; where the language puts them into the lead it is "".
    `body` is everything but `contact` and `about`, which close the page.
    """

    key: str
    language: str
    title: str
    subtitle: str
    dateline: str
    published_on: date
    topics: tuple[str, ...]
    codes: tuple[str, ...]
    body: Markup
    contact: Markup
    about: Markup
    press_address: str
    organisation: str
    pictures: tuple[PressPicture, ...]
    siblings: tuple[Sibling, ...]
    url: str


def releases(session: Session, language: str, *, cursor: str | None = None, size: int = SIZE) -> Page[Headline]:
    """List the public releases in a language, the newest first."""
    found = archive.public_pieces(session, PieceKind.RELEASE, language, cursor=cursor, size=size)
    return Page(tuple(_headline(one, language) for one in found.items), found.next, found.previous, found.total)


def release(session: Session, key: str, language: str) -> Release:
    """Return a public release in a language.

    Raises NotFound, the same for a release that is not public, has no edition in the language, or does not exist.
    """
    manuscript = archive.public_piece(session, PieceKind.RELEASE, key, language)
    edition = editions.edition_of(manuscript, language)
    return Release(
        key=key,
        language=language,
        title=edition.title,
        subtitle=edition.subtitle,
        dateline=_dateline(edition),
        published_on=manuscript.published_on or date.min,
        topics=manuscript.topics,
        codes=manuscript.codes,
        body=web_blocks.as_html(edition, lambda block: not isinstance(block, Contact | About)),
        contact=web_blocks.as_html(edition, lambda block: isinstance(block, Contact)),
        about=web_blocks.as_html(edition, lambda block: isinstance(block, About)),
        press_address=PRESS_ADDRESS,
        organisation=edition.brand.organisation,
        pictures=_pictures(manuscript, language),
        siblings=edition.also_in,
        url=urls.release(key, language),
    )


def _headline(manuscript: Manuscript, language: str) -> Headline:
    words = manuscript.editions[language]
    leads = (one.texts.get(language, {}).get("html", "") for one in manuscript.sections if one.kind is BlockKind.LEAD)
    pictures = _pictures(manuscript, language)
    return Headline(
        key=manuscript.key,
        language=language,
        title=words.get("title", ""),
        subtitle=words.get("subtitle", ""),
        lead=Markup(richtext.clean(next(leads, ""))),  # noqa: S704 - cleaned to the allowed subset
        published_on=manuscript.published_on or date.min,
        topics=manuscript.topics,
        picture=pictures[0] if pictures else None,
        url=urls.release(manuscript.key, language),
        siblings=editions.siblings(manuscript, language),
    )


def _dateline(edition: EditionInput) -> str:
    has_lead = any(isinstance(block, Lead) for block in edition.blocks)
    return "" if has_lead and habits.habit(edition.language).dateline_in_lead else edition.date_line


def _pictures(manuscript: Manuscript, language: str) -> tuple[PressPicture, ...]:
    found = []
    for picture in manuscript.pictures:
        words = picture.texts.get(language, {})
        found.append(
            PressPicture(
                name=picture.name,
                url=urls.media(assets.served_name(picture.name, picture.sha256)),
                width=picture.width,
                height=picture.height,
                alt=words.get("alt", ""),
                caption=words.get("caption", ""),
                credit=words.get("credit", ""),
                licence=words.get("licence", ""),
            )
        )
    return tuple(found)
