"""Signing up: what a form brings is checked, counted and kept until its address confirms it.

It never looks whether it knows the address, so that neither answer nor time tell a stranger (S-17): what is written to
whom is found out by `letters`, afterwards.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from sqlmodel import Session

from outreach.consent import topics
from outreach.consent.models import Topic
from outreach.contacts import addresses
from outreach.contacts.addresses import Address
from outreach.contacts.models import Sector
from outreach.delivery.identity import Faults
from outreach.foundation import jobs, locale
from outreach.foundation.errors import Refused
from outreach.foundation.jobs import Job
from outreach.foundation.locale import gettext as _
from outreach.rendering import merge
from outreach.signup import defences, texts, wordings
from outreach.signup.defences import Haste
from outreach.signup.models import Form, SignUp

WRITE: Final = Job("signup.write")
LONGEST: Final = 200  # characters of an organisation's name


class Answer(StrEnum):
    """What the page says."""

    THANKS = "thanks"  # look into your mailbox; said whether a letter went or not
    FAST = "fast"  # press once more, please
    CHANGED = "changed"  # a text of the page is another by now; read it and press once more
    BUSY = "busy"  # too much at once; come back in an hour


@dataclass(frozen=True)
class Asked:
    """What somebody entered. `shown` are the hashes of the texts on their page; `trap` is a field that nobody sees."""

    email: str = ""
    language: str = ""
    topics: tuple[str, ...] = ()
    organisation: str = ""
    sector: str = ""
    tracking: bool = False
    transfer: bool = False
    form: Form = Form.HOSTED
    stamp: str = ""
    shown: frozenset[str] = field(default_factory=frozenset)
    trap: str = ""


def ask(session: Session, asked: Asked, *, client: str) -> Answer:
    """Take in a form in the language in use. `client` is the visitor's IP address; it is not kept.

    Raises Faults, naming each field that cannot be taken.
    """
    address, chosen = _checked(session, asked)
    page = texts.of_page(session, locale.language())
    if asked.trap:
        return Answer.THANKS
    haste = defences.haste(asked.stamp)
    if haste is Haste.FAST:
        return Answer.FAST
    if haste is Haste.STALE or asked.shown != {one.sha256 for one in page.values()}:
        return Answer.CHANGED
    if not defences.admits_network(client):
        return Answer.BUSY
    if not defences.has_room():
        defences.alarm(session)
        return Answer.BUSY
    if not defences.claim_letter(session, address.normalised):
        return Answer.THANKS
    defences.count_letter()
    for words in page.values():
        texts.keep(session, words)
    tracking = asked.tracking and wordings.measures()
    session.add(
        SignUp(
            email=address.typed,
            address=address.normalised,
            language=locale.match(asked.language) or locale.language(),
            topics=[topic.key for topic in chosen],
            tracking=tracking,
            organisation=_text(asked.organisation),
            sector=asked.sector,
            form=asked.form,
            page_language=locale.language(),
            wordings=wordings.read(chosen, tracking=tracking, transfer=_asks_for_transfer()),
            texts={kind.value: words.sha256 for kind, words in page.items()},
        )
    )
    session.flush()
    jobs.nudge(session, WRITE)
    return Answer.THANKS


def offered(session: Session) -> list[Topic]:
    """Return the topics that anybody may choose: all but the press releases."""
    return [topic for topic in topics.listed(session) if topic.key != topics.PRESS]


def _checked(session: Session, asked: Asked) -> tuple[Address, list[Topic]]:
    faults: dict[str, str] = {}
    address = None
    try:
        address = addresses.normalise(asked.email)
    except Refused as refusal:
        faults["email"] = refusal.message
    chosen = [topic for topic in offered(session) if topic.key in asked.topics]
    if not chosen:
        faults["topics"] = _("Choose at least one topic.")
    if asked.language and locale.match(asked.language) is None:
        faults["letters_in"] = _("Choose one of the languages on the page.")
    if asked.sector and asked.sector not in set(Sector):
        faults["sector"] = _("Choose one of the sectors on the page.")
    if len(_text(asked.organisation)) > LONGEST:
        faults["organisation"] = _("This name is too long; keep it under 200 characters.")
    if _asks_for_transfer() and not asked.transfer:
        faults["transfer"] = _("Without this consent we cannot sign you up, because your data is kept outside China.")
    if faults or address is None:
        raise Faults(faults)
    return address, chosen


def _asks_for_transfer() -> bool:
    return locale.language() == wordings.ASKS_FOR_TRANSFER


def _text(value: str) -> str:
    return " ".join(merge.plain(value).split())
