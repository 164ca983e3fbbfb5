"""Reading the ledger: counts, lists, heartbeats, figures and suppressions."""

from uuid import uuid4

from sqlalchemy import text
from sqlmodel import Session

from outreach.delivery import gauges, heartbeats, queries, suppression
from outreach.delivery.models import DeliveryState, SuppressionReason
from tests.delivery import world
from tests.delivery.world import ACCEPTED, AMBIGUOUS, REJECTED


def test_counts_say_how_many_stand_where_per_language(session: Session) -> None:
    launched = world.launch(session, 4)
    session.execute(text("UPDATE delivery SET language = 'en' WHERE id = :id"), {"id": launched.deliveries[0]})
    world.settle(session, ACCEPTED, ACCEPTED, REJECTED, AMBIGUOUS)

    found = {(one.language, one.state): one.number for one in queries.counts(session, launched.mailing)}

    assert found == {
        ("en", DeliveryState.ACCEPTED): 1,
        ("sv", DeliveryState.ACCEPTED): 1,
        ("sv", DeliveryState.REJECTED): 1,
        ("sv", DeliveryState.AMBIGUOUS): 1,
    }
    assert queries.counts(session, uuid4()) == []


def test_a_list_goes_on_behind_its_last_row(session: Session) -> None:
    launched = world.launch(session, 5)

    first = queries.listed(session, launched.mailing, limit=3)
    second = queries.listed(session, launched.mailing, after=first[-1].id, limit=3)

    assert [one.id for one in (*first, *second)] == launched.deliveries
    assert queries.listed(session, launched.mailing, state=DeliveryState.ACCEPTED) == []
    assert len(queries.listed(session, launched.mailing, state=DeliveryState.PLANNED)) == 5


def test_what_was_sent_to_somebody_is_listed(session: Session) -> None:
    launched = world.launch(session, 2)
    contact = world.row(session, launched.deliveries[1]).contact_id

    assert [one.id for one in queries.of_contact(session, contact)] == [launched.deliveries[1]]


def test_a_queue_is_last_alive_when_its_tick_was_done(session: Session) -> None:
    heartbeats.beat(session, "delivery")
    heartbeats.beat(session, "delivery")
    heartbeats.beat(session, "campaigns")

    assert set(heartbeats.last(session)) == {"campaigns", "delivery"}


def test_the_figures_count_what_waits(session: Session) -> None:
    world.launch(session, 3, size=2)
    session.execute(text("UPDATE batch SET not_before = now() - interval '90 seconds'"))
    world.settle(session, ACCEPTED, AMBIGUOUS)

    found = gauges.read(session)

    assert found.deliveries["planned"] == 1
    assert (found.batches["planned"], found.batches["unclear"], found.batches["claimed"]) == (1, 1, 0)
    assert 89 < found.oldest_waiting < 91


def test_a_suppressed_address_keeps_its_first_reason(session: Session) -> None:
    assert suppression.add(session, ["a@b.se", "a@b.se", "c@d.se"], SuppressionReason.COMPLAINT) == 2
    assert suppression.add(session, ["a@b.se"], SuppressionReason.MANUAL) == 0
    assert suppression.add(session, [], SuppressionReason.MANUAL) == 0

    reasons = session.execute(text("SELECT address, reason FROM suppression ORDER BY address")).all()
    assert [tuple(one) for one in reasons] == [("a@b.se", "complaint"), ("c@d.se", "complaint")]
