"""Unclear deliveries: found, missing, or decided by a person."""

from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlmodel import Session

from outreach.delivery import ledger, suppression, uncertain
from outreach.delivery.models import SuppressionReason
from outreach.delivery.uncertain import Attempt
from outreach.foundation.errors import Refused
from tests.delivery import world
from tests.delivery.world import ACCEPTED, AMBIGUOUS, REJECTED, TRANSIENT


def test_unclear_deliveries_are_listed_for_their_provider_after_a_while(session: Session) -> None:
    launched = world.launch(session, 3)
    world.launch(session, 1, provider="smtp")
    world.settle(session, AMBIGUOUS, ACCEPTED, AMBIGUOUS)
    world.settle(session, AMBIGUOUS)

    assert ledger.unclear(session, "sandbox", older_than=1) == []
    session.execute(text("UPDATE delivery SET changed_at = now() - interval '2 seconds'"))

    assert set(ledger.unclear(session, "sandbox", older_than=1)) == {launched.deliveries[0], launched.deliveries[2]}
    assert len(ledger.unclear(session, "sandbox", older_than=1, limit=1)) == 1


def test_what_the_provider_has_is_accepted(session: Session) -> None:
    launched = world.launch(session, 3)
    world.settle(session, AMBIGUOUS, REJECTED, AMBIGUOUS)

    assert ledger.found(session, dict.fromkeys([*launched.deliveries[:2], uuid4()], "m")) == 1
    assert ledger.found(session, {}) == 0

    found = world.row(session, launched.deliveries[0])
    assert (found.state, found.reason, found.provider_message_id) == ("accepted", None, "m")
    assert found.accepted_at is not None
    assert world.states(session, launched) == {"accepted": 1, "rejected": 1, "ambiguous": 1}


def test_what_the_provider_has_not_is_sent_again_with_the_same_key(session: Session) -> None:
    launched = world.launch(session, 3)
    world.settle(session, AMBIGUOUS, ACCEPTED, AMBIGUOUS)

    assert ledger.missing(session, launched.deliveries[:2]) == 1

    again = world.claim(session)
    assert again.batch_id == launched.batches[0]
    assert [one.delivery_id for one in again.recipients] == launched.deliveries[:1]
    assert ledger.missing(session, []) == 0


def test_what_the_provider_surely_has_not_needs_no_key_that_is_still_known(session: Session) -> None:
    launched = world.launch(session, 1)
    world.claim(session)
    world.let_leases_end(session)
    ledger.sweep(session, idempotent=["sandbox"])
    world.settle(session, AMBIGUOUS)
    session.execute(text("UPDATE batch SET same_key_until = now() - interval '1 second'"))

    ledger.missing(session, launched.deliveries)
    ledger.sweep(session, idempotent=["sandbox"])

    assert len(world.claim(session).recipients) == 1


def test_what_the_provider_has_not_of_a_cancelled_mailing_is_cancelled(session: Session) -> None:
    launched = world.launch(session, 2)
    world.settle(session, AMBIGUOUS, AMBIGUOUS)
    ledger.cancel(session, launched.mailing)

    assert ledger.missing(session, launched.deliveries) == 2

    assert world.states(session, launched) == {"cancelled": 2}
    assert ledger.claim(session) is None


def test_a_person_abandons_what_is_unclear(session: Session) -> None:
    launched = world.launch(session, 2)
    world.settle(session, AMBIGUOUS, ACCEPTED)

    assert ledger.resolve(session, launched.mailing, resend=False) == 1
    assert ledger.resolve(session, launched.mailing, resend=False) == 0

    assert world.states(session, launched) == {"abandoned": 1, "accepted": 1}
    ledger.sweep(session, idempotent=[])
    assert world.batch(session, launched.batches[0]).state == "settled"


def test_a_person_sends_what_is_unclear_again_with_another_key_in_batches_that_the_provider_takes(
    session: Session,
) -> None:
    launched = world.launch(session, 5, size=2)
    for _batch in range(2):
        world.settle(session, AMBIGUOUS, AMBIGUOUS)
    world.settle(session, ACCEPTED)

    assert ledger.resolve(session, launched.mailing, resend=True) == 4

    claims = [world.claim(session), world.claim(session)]
    assert ledger.claim(session) is None
    assert [len(one.recipients) for one in claims] == [2, 2]
    assert not {one.batch_id for one in claims} & set(launched.batches)
    assert {one.letter.stream for one in claims} == {"newsletter"}
    for one in claims:
        ledger.settle(session, one, [ACCEPTED, ACCEPTED])
    assert world.states(session, launched) == {"accepted": 5}


def test_nothing_unclear_is_sent_again_to_somebody_who_is_suppressed_by_then(session: Session) -> None:
    launched = world.launch(session, 1)
    world.settle(session, AMBIGUOUS)
    suppression.add(session, ["reader1@company.example"], SuppressionReason.COMPLAINT)

    ledger.resolve(session, launched.mailing, resend=True)

    assert world.claim(session).recipients == ()
    assert world.states(session, launched) == {"suppressed": 1}


def test_nothing_of_a_cancelled_mailing_is_sent_again(session: Session) -> None:
    launched = world.launch(session, 1)
    world.settle(session, AMBIGUOUS)
    ledger.cancel(session, launched.mailing)

    with pytest.raises(Refused, match="can only be abandoned"):
        ledger.resolve(session, launched.mailing, resend=True)

    assert ledger.resolve(session, launched.mailing, resend=False) == 1


def test_a_person_decides_about_some_of_them(session: Session) -> None:
    launched = world.launch(session, 3)
    world.settle(session, AMBIGUOUS, AMBIGUOUS, AMBIGUOUS)

    assert ledger.resolve(session, launched.mailing, resend=True, only=launched.deliveries[:1]) == 1
    assert ledger.resolve(session, launched.mailing, resend=False, only=launched.deliveries[:2]) == 1
    assert ledger.resolve(session, launched.mailing, resend=False, only=[]) == 0

    assert [world.state(session, one) for one in launched.deliveries] == ["planned", "abandoned", "ambiguous"]


@pytest.mark.parametrize("resend", [True, False])
def test_what_became_unclear_after_a_person_looked_was_not_decided_on(session: Session, resend: bool) -> None:
    launched = world.launch(session, 1)
    world.settle(session, AMBIGUOUS)
    looked_at = session.execute(text("SELECT now() - interval '1 second'")).scalar_one()

    assert ledger.resolve(session, launched.mailing, resend=resend, known_at=looked_at) == 0

    assert world.states(session, launched) == {"ambiguous": 1}


def test_unclear_letters_are_counted_per_mailing_the_longest_waiting_first(session: Session) -> None:
    later, first = world.launch(session, 2), world.launch(session, 3, provider="smtp")
    world.settle(session, AMBIGUOUS, ACCEPTED)
    world.settle(session, AMBIGUOUS, TRANSIENT, AMBIGUOUS)  # its batch waits for another try
    world.launch(session, 2)
    session.execute(
        text("UPDATE delivery SET changed_at = now() - interval '1 hour' WHERE mailing_id = :first"),
        {"first": first.mailing},
    )

    found = uncertain.listed(session)

    assert [(one.mailing_id, one.number) for one in found] == [(first.mailing, 2), (later.mailing, 1)]
    assert uncertain.chosen(session, first.mailing, names=1).names == ("Reader 1",)
    assert uncertain.chosen(session, first.mailing, only=first.deliveries[1:]).number == 1


def test_what_is_tried_follows_from_what_the_provider_can(session: Session) -> None:
    assert uncertain.attempt("sandbox") is Attempt.ASKED
    assert uncertain.attempt("smtp") is not Attempt.ASKED
    assert uncertain.attempt("a provider that was taken out") is Attempt.NOTHING
