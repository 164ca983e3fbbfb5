"""A mailing as a launch leaves it, written straight into the ledger, for stories that begin after the launch."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, select

from outreach.consent import ledger, topics
from outreach.consent.models import ConsentAction
from outreach.contacts.models import Contact
from outreach.delivery.models import (
    Batch,
    BatchState,
    Delivery,
    DeliveryState,
    Link,
    Mailing,
    Message,
    Sender,
    Stream,
)
from outreach.foundation import clock
from outreach.foundation.tables import uuid7

PUBLISHERS = {"sv": "CSR-centret", "zh-Hans": "企业社会责任中心", "en": "The CSR Centre"}
HANDBOOK = "https://csr-centre.example/handbok?språk=sv"


@dataclass
class Sent:
    """A mailing and its letters by the name of their reader."""

    mailing: Mailing
    deliveries: dict[str, Delivery] = field(default_factory=dict)
    link_key: str = "hAndb00k_-1"

    def __getitem__(self, name: str) -> UUID:
        return self.deliveries[name].id


def reader(
    session: Session, name: str, *, language: str = "sv", keys: tuple[str, ...] = ("labour",), tracked: bool = True
) -> Contact:
    """Add a person who subscribes to topics and agreed to be measured, or did not."""
    address = f"{name}@firma.example"
    contact = Contact(email=address, address=address, given_name=name.title(), language=language, source="test")
    session.add(contact)
    session.flush()
    for topic in topics.by_keys(session, keys):
        ledger.record(session, contact, action=ConsentAction.GIVEN, topic=topic, source="test")
    if tracked:
        ledger.record(session, contact, action=ConsentAction.GIVEN, topic=None, source="test")
    return contact


def send(
    session: Session,
    *readers: Contact,
    stream: Stream = Stream.NEWSLETTER,
    state: DeliveryState = DeliveryState.DELIVERED,
    at: datetime | None = None,
    link_key: str = "hAndb00k_-1",
) -> Sent:
    """Write a mailing that has gone to some readers, with one tracked link to `HANDBOOK`."""
    sender = session.exec(select(Sender).where(Sender.key == stream.value)).one_or_none()
    if sender is None:
        sender = Sender(key=stream.value, stream=stream, address="brev@csr-centre.example", names=PUBLISHERS)
        session.add(sender)
        session.flush()
    mailing = Mailing(stream=stream, sender_id=sender.id, provider="sandbox")
    session.add(mailing)
    session.flush()
    message = Message(
        mailing_id=mailing.id,
        language="sv",
        tracked=True,
        from_address=sender.address,
        from_name="Ansvar i praktiken",
        subject="Övertid, vatten och vänliga gåvor",
        html="<p>Hej!</p>",
        text="Hej!",
    )
    session.add(message)
    session.flush()
    batch = Batch(
        mailing_id=mailing.id, message_id=message.id, priority=20, size=len(readers), state=BatchState.SETTLED
    )
    session.add(batch)
    session.add(Link(key=link_key, mailing_id=mailing.id, language="sv", url=HANDBOOK, label="Läs handboken"))
    session.flush()
    sent = Sent(mailing, link_key=link_key)
    for contact in readers:
        delivery = Delivery(
            id=uuid7(),
            mailing_id=mailing.id,
            batch_id=batch.id,
            message_id=message.id,
            contact_id=contact.id,
            address=contact.address,
            language=contact.language,
            state=state,
            accepted_at=None if state is DeliveryState.PLANNED else at or clock.now(),
        )
        session.add(delivery)
        sent.deliveries[contact.given_name.lower()] = delivery
    session.flush()
    return sent


def delivery(session: Session, number: UUID) -> Delivery:
    """Find a delivery by its id alone, whatever its mailing."""
    return session.exec(select(Delivery).where(Delivery.id == number)).one()
