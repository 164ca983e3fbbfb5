"""A mailing as a launch leaves it: planned, in batches, with a letter that greets by first name."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text
from sqlmodel import Session, select

from outreach.delivery import headers, ledger
from outreach.delivery.interface import Letter, Outcome, OutcomeKind, Recipient
from outreach.delivery.ledger import Claim
from outreach.delivery.models import PRIORITY, Batch, BatchState, Delivery, Mailing, Message, Sender, Stream
from outreach.delivery.pacing import families
from outreach.foundation.slots import slot

ADDRESSES = {Stream.NEWSLETTER: "brev@csr-centre.example", Stream.PRESS: "press@csr-centre.example"}
ACCEPTED = Outcome(OutcomeKind.ACCEPTED, message_id="taken")
REJECTED = Outcome(OutcomeKind.REJECTED, reason="550 no such user")
TRANSIENT = Outcome(OutcomeKind.TRANSIENT, reason="ConnectError")
TOLD = Outcome(OutcomeKind.TRANSIENT, reason="HTTP 429", retry_after=30)
CONFIG = Outcome(OutcomeKind.CONFIG, reason="The provider refuses our key (HTTP 401: )")
AMBIGUOUS = Outcome(OutcomeKind.AMBIGUOUS, reason="ReadTimeout")


@dataclass
class Launched:
    """The ids of what was launched, in the order of the readers."""

    mailing: UUID
    batches: list[UUID]
    deliveries: list[UUID]


def launch(
    session: Session,
    people: int = 3,
    *,
    stream: Stream = Stream.NEWSLETTER,
    size: int = 1000,
    provider: str = "sandbox",
    addresses: Sequence[str] = (),
    in_turn: bool = False,
    **letter: Any,
) -> Launched:
    """Plan a mailing to some readers (`reader1@company.example` …), in batches of one lane and `size`."""
    sender = _sender(session, stream)
    mailing = Mailing(stream=stream, priority=PRIORITY[stream], sender_id=sender.id, provider=provider)
    session.add(mailing)
    session.flush()
    message = Message(mailing_id=mailing.id, **(_content(sender, mailing.id) | letter))
    session.add(message)
    session.flush()
    everybody = list(addresses) or [f"reader{number}@company.example" for number in range(1, people + 1)]
    launched = Launched(mailing.id, [], [])
    domains = families.of_domains(session)
    for lane, of_lane in groupby(everybody, key=lambda one: families.of_address(one, domains)):
        rest, turn = list(of_lane), 0
        while rest:
            some, rest = rest[:size], rest[size:]
            _batch(session, launched, message.id, mailing.priority, some, lane=lane, turn=turn if in_turn else 0)
            turn += len(some)
    return launched


def claim(session: Session) -> Claim:
    """Take the next batch and let its request start; there must be one."""
    taken = ledger.claim(session)
    assert taken is not None
    assert ledger.start_request(session, taken)
    return taken


def settle(session: Session, *outcomes: Outcome) -> Claim:
    """Claim the next batch and settle it with outcomes, one per recipient in order."""
    taken = claim(session)
    assert ledger.settle(session, taken, outcomes)
    return taken


def due_now(session: Session) -> None:
    """Let the pauses of all batches be over, and whatever holds them."""
    session.execute(text("UPDATE batch SET not_before = now()"))
    session.execute(text("UPDATE hold SET until = now()"))


def let_leases_end(session: Session) -> None:
    """Let every worker have held its batch for too long."""
    session.execute(text("UPDATE batch SET lease_until = now() - interval '1 second' WHERE lease_until IS NOT NULL"))


def states(session: Session, launched: Launched) -> dict[str, int]:
    """Count the deliveries of a mailing per state; none was lost and none came to it."""
    found = session.execute(
        text("SELECT state FROM delivery WHERE mailing_id = :mailing"), {"mailing": launched.mailing}
    ).scalars()
    counted = dict(Counter(found))
    assert sum(counted.values()) == len(launched.deliveries)
    return counted


def state(session: Session, delivery: UUID) -> str:
    """Return one delivery's state."""
    return str(row(session, delivery).state)


def row(session: Session, delivery: UUID) -> Any:
    """Read one delivery."""
    return session.execute(text("SELECT * FROM delivery WHERE id = :id"), {"id": delivery}).one()


def batch(session: Session, number: UUID) -> Any:
    """Read one batch, with the seconds until it is due."""
    return session.execute(
        text("SELECT *, extract(epoch FROM not_before - now()) AS wait FROM batch WHERE id = :id"), {"id": number}
    ).one()


def mailing(session: Session, launched: Launched) -> Any:
    """Read the mailing."""
    return session.execute(text("SELECT * FROM mailing WHERE id = :id"), {"id": launched.mailing}).one()


def letter(**changes: Any) -> Letter:
    """A letter as a claim holds it, without a database."""
    sender = Sender(key="newsletter", stream=Stream.NEWSLETTER, address=ADDRESSES[Stream.NEWSLETTER], names=NAMES)
    content = _content(sender, uuid4()) | {"stream": "newsletter", "reply_to": None} | changes
    return Letter(**content)


def recipient(address: str = "reader1@company.example", name: str = "Åsa Öberg", **values: str) -> Recipient:
    """Somebody who gets it, with the values that a worker fills in."""
    number = uuid4()
    filled = {"first_name": "Åsa", "unsubscribe": f"v1.abcd.u.{'A' * 22}.{'B' * 22}", "delivery": str(number)}
    return Recipient(number, address, name, filled | values)


NAMES = {"sv": "CSR-centret", "zh-Hans": "企业社会责任中心", "en": "The CSR Centre"}


def sender_of(session: Session, stream: Stream = Stream.NEWSLETTER) -> UUID:
    """Return the id of the identity that a stream is sent from."""
    return _sender(session, stream).id


def _sender(session: Session, stream: Stream) -> Sender:
    sender = session.exec(select(Sender).where(Sender.key == stream.value)).one_or_none()
    if sender is None:
        sender = Sender(key=stream.value, stream=stream, address=ADDRESSES.get(stream, "no-reply@x.example"))
        sender.names = NAMES
        session.add(sender)
        session.flush()
    return sender


def _content(sender: Sender, mailing_id: UUID) -> dict[str, Any]:
    return {
        "language": "sv",
        "from_address": sender.address,
        "from_name": "CSR-centret",
        "subject": f"Hej {slot('first_name')}",
        "html": f"<!doctype html><html><head></head><body><p>Hej {slot('first_name')}</p></body></html>",
        "text": f"Hej {slot('first_name')}\n",
        "headers": headers.of(sender, mailing_id, "sv"),
    }


def _batch(
    session: Session,
    launched: Launched,
    message: UUID,
    priority: int,
    addresses: list[str],
    *,
    lane: str,
    turn: int,
) -> None:
    one = Batch(
        mailing_id=launched.mailing,
        message_id=message,
        priority=priority,
        lane=lane,
        turn=turn,
        size=len(addresses),
        state=BatchState.PLANNED,
    )
    session.add(one)
    session.flush()
    # By the database's clock, as a launch does it: what is due is judged by it.
    session.execute(text("UPDATE batch SET not_before = now() WHERE id = :id"), {"id": one.id})
    launched.batches.append(one.id)
    for number, address in enumerate(addresses, len(launched.deliveries) + 1):
        delivery = Delivery(
            id=UUID(int=launched.mailing.int + number),  # in the order of the readers
            mailing_id=launched.mailing,
            batch_id=one.id,
            message_id=message,
            contact_id=uuid4(),
            address=address,
            name=f"Reader {number}",
            language="sv",
            values={"first_name": f"Reader{number}"},
        )
        session.add(delivery)
        launched.deliveries.append(delivery.id)
    session.flush()
