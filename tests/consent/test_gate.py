"""Permission is asked once more when a worker takes a batch: who left since the launch gets nothing."""

from collections.abc import Callable
from importlib import import_module

import pytest
from sqlalchemy import select, text, update
from sqlmodel import Session, col

from outreach.consent import gate, ledger, preferences
from outreach.consent.models import ConsentAction
from outreach.contacts.models import Contact, SourceKind
from outreach.delivery import ledger as deliveries
from outreach.delivery.models import Delivery, Mailing
from outreach.foundation import embedded
from outreach.foundation.database import transaction
from tests.consent import cast
from tests.delivery import world


def launched(session: Session, *topics: str) -> list[Contact]:
    """Launch to three readers of letters on labour, as campaigns do."""
    readers = [cast.reader(session, "labour", "environment") for _ in range(3)]
    mailing = world.launch(session, 3).mailing
    session.execute(update(Mailing).where(col(Mailing.id) == mailing).values(topics=list(topics)))
    rows = session.scalars(select(Delivery).where(col(Delivery.mailing_id) == mailing)).all()
    for row, reader in zip(rows, readers, strict=True):
        row.contact_id = reader.id
    session.flush()
    return readers


def taken(session: Session) -> int:
    claim = deliveries.claim(session, gate=gate.leave_out)
    assert claim is not None
    return len(claim.recipients)


def _withdrawn_behind_our_back(session: Session, reader: Contact) -> None:
    # As one that was recorded while the launch had not been committed: it saw no letter to stop.
    ledger.record(session, reader, action=ConsentAction.WITHDRAWN, topic=cast.topic(session), source="form")


def _objected(session: Session, reader: Contact) -> None:
    preferences.object_to(session, reader, "labour", source="a letter to the registry", actor="eva")


def _harvested(session: Session, reader: Contact) -> None:
    reader.source_kind = SourceKind.COLLECTED
    session.flush()


def _gone(session: Session, reader: Contact) -> None:
    ledger.forget(session, reader.id)


@pytest.mark.parametrize("change", [_withdrawn_behind_our_back, _objected, _harvested, _gone])
def test_who_may_not_be_written_to_any_more_is_left_out_at_the_claim(
    session: Session, change: Callable[[Session, Contact], None]
) -> None:
    readers = launched(session, "labour")

    change(session, readers[1])

    assert taken(session) == 2
    left = session.scalars(select(Delivery).where(col(Delivery.state) == "suppressed")).all()
    assert [one.contact_id for one in left] == [readers[1].id]


def test_who_left_one_of_two_topics_still_gets_a_letter_on_the_other(session: Session) -> None:
    readers = launched(session, "labour", "environment")

    _withdrawn_behind_our_back(session, readers[0])

    assert taken(session) == 3


def test_the_products_own_mail_needs_no_subscription(session: Session) -> None:
    readers = launched(session)

    ledger.withdraw_all(session, readers[0], source="form")
    session.execute(text("UPDATE delivery SET withdrawn = false"))

    assert taken(session) == 3


def test_workers_send_through_the_gate(database: embedded.Addresses) -> None:
    with transaction() as session:
        for reader in launched(session, "labour"):
            ledger.record(session, reader, action=ConsentAction.WITHDRAWN, topic=cast.topic(session), source="form")

    import_module("workers.delivery").send()

    with transaction() as session:
        states = session.scalars(select(col(Delivery.state))).all()
    assert states == ["suppressed"] * 3
