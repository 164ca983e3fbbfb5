"""How a letter looks: as nobody in particular, as one reader, or as everybody may see it on the web.

A preview is never tracked, so that looking at a letter is not counted as reading it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from sqlmodel import Session, col, select

from outreach.consent import topics
from outreach.consent.models import Subscription, SubscriptionState, Topic
from outreach.contacts.models import Contact, Organisation
from outreach.content import editions, pieces, web_blocks
from outreach.content.manuscript import Manuscript
from outreach.content.models import Piece
from outreach.foundation import locale
from outreach.foundation.settings import settings
from outreach.rendering import merge, message
from outreach.rendering.edition import EditionInput

_BETWEEN: Final = {"zh-Hans": "、"}


@dataclass(frozen=True, slots=True)
class Reader:
    """The words of one reader that a letter may hold."""

    first_name: str
    full_name: str
    organisation: str
    topics: str


def render(
    session: Session, piece: Piece, language: str, *, second: str | None = None, reader: Contact | None = None
) -> str:
    """Return a letter as HTML, with a second language below where wanted, filled for a reader or with neutral words.

    The addresses of its footer lead nowhere: a look must not end a subscription. Raises NotFound for a language that
    the piece has no edition in, Refused for content that cannot be sent.
    """
    whole = pieces.load(session, piece)
    below = editions.edition_of(whole, second) if second and second != language else None
    return _filled(editions.edition_of(whole, language), below, words(session, whole, language, reader))


def web_version(session: Session, piece: Piece, language: str) -> str:
    """Return a letter as anybody may read it on the web: no reader's words, no pixel, no way into anybody's choices.

    It does not ask whether the piece is public: see `archive`. Raises NotFound, Refused as `render` does.
    """
    edition = editions.edition_of(pieces.load(session, piece), language)
    with locale.use(language):
        return _filled(replace(edition, is_public=True), None, web_blocks.neutral())


def words(session: Session, whole: Manuscript, language: str, reader: Contact | None) -> dict[str, str]:
    """Return what fills the merge fields of a letter: a reader's own words, or neutral ones."""
    if reader:
        own = _words_of(session, reader, whole, language)
        return {name: getattr(own, name) for name in merge.PERSONAL}
    with locale.use(language):
        return web_blocks.neutral()


def reader_of(session: Session, contact: Contact, piece: Piece, language: str) -> Reader:
    """Return a contact's own words, as a launch would freeze them for a letter in a language."""
    return _words_of(session, contact, pieces.load(session, piece), language)


def _words_of(session: Session, contact: Contact, manuscript: Manuscript, language: str) -> Reader:
    organisation = session.get(Organisation, contact.organisation_id) if contact.organisation_id else None
    chosen = session.exec(
        select(Topic)
        .join(Subscription, col(Subscription.topic_id) == col(Topic.id))
        .where(
            Subscription.contact_id == contact.id,
            Subscription.state == SubscriptionState.SUBSCRIBED,
            col(Topic.key).in_(manuscript.topics),
        )
        .order_by(col(Topic.position))
    ).all()
    with locale.use(language):
        labels = [topics.label(topic) for topic in chosen]
    return Reader(
        first_name=contact.given_name,
        full_name=contact.display_name,
        organisation=organisation.names.get(language, "") if organisation else "",
        topics=_BETWEEN.get(language, ", ").join(labels),
    )


def _filled(edition: EditionInput, below: EditionInput | None, own: Mapping[str, str]) -> str:
    letter = message.render(edition, second=below, tracked=False, public_url=settings().public_url)
    return merge.fill(merge.split(letter.html), {**own, **dict.fromkeys(merge.TECHNICAL, "preview")})
