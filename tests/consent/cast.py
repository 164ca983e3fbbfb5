"""The readers of these stories."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlmodel import Session

from outreach.consent import ledger, topics
from outreach.consent.models import ConsentAction, Topic
from outreach.contacts.models import Contact
from outreach.foundation.settings import settings
from outreach.foundation.tables import uuid7


def topic(session: Session, key: str = "labour") -> Topic:
    topics.ensure(session)
    return topics.by_keys(session, [key])[0]


def newcomer(session: Session) -> Contact:
    """Somebody who has decided nothing yet."""
    topics.ensure(session)
    address = f"{uuid7().hex}@firma.example"
    contact = Contact(email=address, address=address, given_name="Eva", language="sv", source="test")
    session.add(contact)
    session.flush()
    return contact


def reader(session: Session, *keys: str, tracking: bool = False) -> Contact:
    """Somebody who agreed: to letters on labour conditions unless said otherwise."""
    contact = newcomer(session)
    for key in keys or ("labour",):
        ledger.record(session, contact, action=ConsentAction.GIVEN, topic=topic(session, key), source="test")
    if tracking:
        ledger.record(session, contact, action=ConsentAction.GIVEN, topic=None, source="test")
    return contact


@contextmanager
def measuring(value: str) -> Iterator[None]:
    """Let the installation measure as `value` says within the block."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OUTREACH_TRACKING", value)
        settings.cache_clear()
        yield
    settings.cache_clear()
