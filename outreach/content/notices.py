"""The product's own mail: one letter to one address, about something that its reader asked for.

A closed list of letters in words of our own: nothing that a stranger typed stands in them, and nothing is measured.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlmodel import Session

from outreach.content import brand
from outreach.delivery import posting, senders
from outreach.delivery.models import Sender, Stream
from outreach.delivery.posting import Post
from outreach.foundation import locale
from outreach.foundation.errors import Unavailable
from outreach.foundation.locale import gettext as _
from outreach.foundation.settings import settings
from outreach.foundation.tables import uuid7
from outreach.rendering import message
from outreach.rendering.blocks import Button, Text
from outreach.rendering.edition import EditionInput, Kind


class Notice(StrEnum):
    """Which letter it is."""

    CONFIRM = "confirm"  # somebody signed up with this address; the link confirms
    SUBSCRIBED = "subscribed"  # somebody signed up who subscribes already; the link leads to their choices
    FRESH_LINK = "fresh_link"  # the link leads to the reader's own data, for a quarter of an hour
    MOVE_FROM = "move_from"  # letters are to go to another address than this; the link agrees or stops it
    MOVE_TO = "move_to"  # letters are to come to this address; the link agrees or stops it
    INVITE = "invite"  # a member of staff has an account; the link leads to a first password
    RENEW = "renew"  # a member of staff asked an administrator; the link leads to another password
    MOVE_TAKEN = "move_taken"  # letters were to come to this address, which gets letters of its own already


@dataclass(frozen=True)
class Words:
    """What a notice says in the language in use: plain text, each paragraph a string."""

    subject: str
    title: str
    paragraphs: tuple[str, ...]
    button: str
    why: str


LASTS: Final = {
    Notice.CONFIRM: timedelta(days=7),
    Notice.SUBSCRIBED: timedelta(days=7),
    Notice.FRESH_LINK: timedelta(minutes=15),
    Notice.MOVE_FROM: timedelta(hours=24),
    Notice.MOVE_TO: timedelta(hours=24),
    Notice.MOVE_TAKEN: timedelta(hours=24),
    Notice.INVITE: timedelta(days=7),
    Notice.RENEW: timedelta(days=7),
}


def post(
    session: Session,
    notice: Notice,
    *,
    address: str,
    language: str,
    link: str | Callable[[UUID], str],
    contact_id: UUID | None = None,
) -> UUID:
    """Plan a notice to a normalised address and return the id of its delivery; a worker sends it after commit.

    `link` is where its button leads, or makes that of the delivery's id, such as `urls.preferences`. What has not left
    when its link is over (`LASTS`) never does. Raises Unavailable where no sender for the product's own mail is set up.
    """
    spoken = locale.match(language) or locale.language()
    delivery = uuid7()
    sender = sender_of(session)
    with locale.use(spoken):
        edition = _edition(notice, spoken, link if isinstance(link, str) else link(delivery))
        letter = message.render(edition, tracked=False, public_url=settings().public_url)
        name = senders.name(sender)
    posting.post(
        session,
        sender,
        Post(spoken, name, letter.subject, letter.html, letter.text),
        delivery=delivery,
        address=address,
        contact=contact_id,
        expires_in=LASTS[notice],
    )
    return delivery


def sender_of(session: Session) -> Sender:
    """Return the identity that the product's own mail is sent from. Raises Unavailable where there is none."""
    found = senders.listed(session, Stream.SYSTEM)
    if not found:
        raise Unavailable(_("No sender for confirmations is set up; an administrator adds one under Senders."))
    return found[0]


def words(notice: Notice) -> Words:
    """Return what a notice says, in the language in use."""
    return _WORDS[notice]()


def _edition(notice: Notice, language: str, link: str) -> EditionInput:
    said = words(notice)
    paragraphs = "".join(f"<p>{one}</p>" for one in said.paragraphs)
    return EditionInput(
        kind=Kind.SYSTEM,
        language=language,
        title=said.title,
        subject=said.subject,
        preheader=said.paragraphs[0],
        blocks=(Text("text", paragraphs), Button("do", said.button, link)),
        brand=brand.brand(language),
        demo_banner=brand.demo_banner(),
        why=said.why,
    )


def _confirm() -> Words:
    return Words(
        subject=_("Please confirm your subscription"),
        title=_("One step left"),
        paragraphs=(
            _("Somebody, probably you, asked for letters to this address. Press the button to say that you want them."),
            _("The link works for seven days. Until then nothing else is sent to you."),
        ),
        button=_("Confirm my subscription"),
        why=_("If it was not you, you need do nothing: what was entered is deleted after seven days."),
    )


def _subscribed() -> Words:
    return Words(
        subject=_("You are subscribed already"),
        title=_("You are subscribed already"),
        paragraphs=(
            _("Somebody, probably you, signed up for letters with this address. It is subscribed already."),
            _("To choose other topics or another language, open your own page."),
        ),
        button=_("See my choices"),
        why=_("If it was not you, you need do nothing: nothing was changed."),
    )


def _fresh_link() -> Words:
    return Words(
        subject=_("Your link"),
        title=_("The link that you asked for"),
        paragraphs=(
            _("It leads to your own page and works once, for a quarter of an hour. Please do not pass this mail on."),
        ),
        button=_("Open my page"),
        why=_("If it was not you who asked, you need do nothing."),
    )


def _move_from() -> Words:
    return Words(
        subject=_("Should your letters go to another address?"),
        title=_("A change of address"),
        paragraphs=(
            _("Somebody, probably you, asked that letters to this address go to another one from now on."),
            _("It happens only when both mailboxes agree. Open the page to agree, or to stop it, within a day."),
        ),
        button=_("See the change"),
        why=_("If it was not you, stop it on that page, or do nothing: then nothing changes."),
    )


def _move_to() -> Words:
    return Words(
        subject=_("Should our letters come to this address?"),
        title=_("A change of address"),
        paragraphs=(
            _("Somebody, probably you, asked that our letters come to this address from now on."),
            _("It happens only when both mailboxes agree. Open the page to agree, or to stop it, within a day."),
        ),
        button=_("See the change"),
        why=_("If it was not you, you need do nothing: then nothing is sent to you."),
    )


def _move_taken() -> Words:
    return Words(
        subject=_("This address gets letters already"),
        title=_("Nothing was changed"),
        paragraphs=(
            _("Somebody, probably you, asked that more letters of ours come to this address."),
            _("It gets letters of its own already, so nothing was changed. Topics can be added on your own page."),
        ),
        button=_("Read our newsletters"),
        why=_("If both addresses are yours and you want one only, simply answer this mail."),
    )


def _invite() -> Words:
    return Words(
        subject=_("Your account in Outreach"),
        title=_("Welcome to Outreach"),
        paragraphs=(
            _("You have been given an account in Outreach, where our letters are written and sent."),
            _("Press the button and choose a password. The link works once, for seven days."),
        ),
        button=_("Choose a password"),
        why=_("If you do not know what this is about, you need do nothing; nobody can sign in before you choose."),
    )


def _renew() -> Words:
    return Words(
        subject=_("A new password for Outreach"),
        title=_("A new password"),
        paragraphs=(
            _("An administrator sends you this link, so that you can choose a new password for Outreach."),
            _("It works once, for seven days. Until then your present password holds."),
        ),
        button=_("Choose a password"),
        why=_("If you did not ask for it, tell an administrator, and do nothing else."),
    )


_WORDS: Final[dict[Notice, Callable[[], Words]]] = {
    Notice.CONFIRM: _confirm,
    Notice.SUBSCRIBED: _subscribed,
    Notice.FRESH_LINK: _fresh_link,
    Notice.MOVE_FROM: _move_from,
    Notice.MOVE_TO: _move_to,
    Notice.MOVE_TAKEN: _move_taken,
    Notice.INVITE: _invite,
    Notice.RENEW: _renew,
}
