"""Test sends: the letters of a campaign, in the sender's name and by its road, to a few addresses before it leaves.

A test is never measured and belongs to no campaign's figures. It is kept for a week, and goes with the reader whose
words it held.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from outreach.accounts import audit
from outreach.campaigns import origin, reviewing
from outreach.campaigns.models import Campaign, SentTest
from outreach.contacts import addresses as spelling
from outreach.contacts.models import Contact
from outreach.content import editions, manuscript, pieces, preview
from outreach.content.models import Piece
from outreach.delivery import posting
from outreach.delivery.models import Delivery, DeliveryState, Stream
from outreach.foundation import clock, locale
from outreach.foundation.errors import Refused
from outreach.foundation.locale import gettext as _
from outreach.foundation.settings import settings
from outreach.foundation.slots import names_in
from outreach.foundation.tables import uuid7
from outreach.rendering import merge
from outreach.rendering import message as rendering

MOST_ADDRESSES: Final = 10
MOST_AN_HOUR: Final = 60  # letters by one member of staff
KEPT: Final = timedelta(days=7)
LASTS: Final = timedelta(hours=1)  # what has not left by then never does
SHOWN: Final = 10


@dataclass(frozen=True)
class Row:
    """One test letter and what became of it; `is_current` while the content is still the one that was sent."""

    at: datetime
    by: str
    language: str
    address: str
    state: DeliveryState
    is_current: bool


def send(
    session: Session,
    campaign: Campaign,
    piece: Piece,
    *,
    addresses: Sequence[str],
    languages: Sequence[str],
    reader: Contact | None = None,
    by: str,
) -> int:
    """Plan a letter per address and language, with a reader's words or neutral ones; returns how many.

    Raises Refused for no or too many addresses, for one that is none, and for content that cannot be sent.
    """
    to = list(dict.fromkeys(spelling.normalise(one).normalised for one in addresses))
    _insist_on_measure(session, len(to), len(languages), by)
    whole = pieces.load(session, piece)
    sender = origin.sender_of(session, campaign)
    known = dict(session.exec(select(Contact.address, Contact.id).where(col(Contact.address).in_(to))).all())
    for language in languages:
        edition = editions.edition_of(whole, language)
        second = reviewing.second(whole, campaign.layout, language)
        letter = rendering.render(edition, second=second, tracked=False, public_url=settings().public_url)
        held = set(names_in(letter.subject, letter.html, letter.text)).intersection(merge.PERSONAL)
        words = preview.words(session, whole, language, reader)
        with locale.use(language):
            subject = _("[Test] %(subject)s") % {"subject": letter.subject}
        post = posting.Post(
            language=language,
            from_name=edition.from_name or sender.names.get(language) or sender.key,
            subject=subject,
            html=letter.html,
            text=letter.text,
            values={name: words[name] for name in held},
        )
        for address in to:
            delivery = uuid7()
            posting.post(
                session,
                sender,
                post,
                delivery=delivery,
                address=address,
                contact=known.get(address),
                expires_in=LASTS,
                stream=Stream.SYSTEM,
            )
            session.add(
                SentTest(
                    campaign_id=campaign.id,
                    content_hash=manuscript.digest(whole),
                    language=language,
                    delivery_id=delivery,
                    reader_id=reader.id if reader else None,
                    by=by,
                )
            )
    session.flush()
    number = len(to) * len(languages)
    audit.append(session, actor=by, action="campaign.test", subject=str(campaign.id), detail={"letters": number})
    return number


def recent(session: Session, campaign: Campaign, piece: Piece) -> list[Row]:
    """Return the last tests of a campaign, the newest first."""
    now = manuscript.digest(pieces.load(session, piece))
    found = session.exec(
        select(SentTest, Delivery.address, Delivery.state)
        .join(Delivery, col(Delivery.id) == col(SentTest.delivery_id))
        .where(col(SentTest.campaign_id) == campaign.id)
        .order_by(col(SentTest.id).desc())
        .limit(SHOWN)
    )
    return [
        Row(one.at, one.by, one.language, address, DeliveryState(state), one.content_hash == now)
        for one, address, state in found
    ]


def tidy(session: Session) -> None:
    """Let go of the tests of last week."""
    _forget(session, col(SentTest.at) < clock.now() - KEPT)


def forget_reader(session: Session, contact: UUID) -> None:
    """Let go of the tests that hold a reader's words."""
    _forget(session, col(SentTest.reader_id) == contact)


def _forget(session: Session, which: sa.ColumnElement[bool]) -> None:
    letters = session.execute(sa.delete(SentTest).where(which).returning(col(SentTest.delivery_id))).scalars().all()
    posting.forget(session, letters)


def _insist_on_measure(session: Session, addresses: int, languages: int, by: str) -> None:
    if not addresses:
        raise Refused(_("Write at least one address that the test is to go to."))
    if addresses > MOST_ADDRESSES:
        raise Refused(_("A test goes to at most %(number)s addresses.") % {"number": locale.number(MOST_ADDRESSES)})
    if not languages:
        raise Refused(_("Choose at least one language for the test."))
    lately = session.scalar(
        sa.select(sa.func.count())
        .select_from(SentTest)
        .where(col(SentTest.by) == by, col(SentTest.at) > clock.now() - timedelta(hours=1))
    )
    if (lately or 0) + addresses * languages > MOST_AN_HOUR:
        raise Refused(_("You have sent many tests in the last hour; wait a little, or write to fewer addresses."))
