"""Suppressions by hand, and what may be undone for which reason."""

import pytest
from sqlmodel import Session

from outreach.consent import suppressing
from outreach.consent.suppressing import MAY_BE_LIFTED, OWN_WISH, Lifting
from outreach.delivery import suppression
from outreach.delivery.models import SuppressionReason
from outreach.foundation.errors import Conflict, Refused


def stopped(session: Session, reason: SuppressionReason) -> suppressing.Suppressed:
    """Suppress an address and look at it."""
    suppression.add(session, ["reader@firma.example"], reason)
    found = suppressing.of_address(session, "reader@firma.example")
    assert found is not None
    return found


def test_every_reason_says_for_what_it_may_be_undone() -> None:
    assert set(MAY_BE_LIFTED) == set(SuppressionReason)
    assert all(MAY_BE_LIFTED[reason] == (Lifting.ASKED,) for reason in OWN_WISH)
    assert MAY_BE_LIFTED[SuppressionReason.ERASED] == ()


def test_whoever_is_second_is_told(session: Session) -> None:
    one = stopped(session, SuppressionReason.HARD_BOUNCE)
    suppressing.lift(session, one, why=Lifting.WORKS, confirmed=False, by="test")

    with pytest.raises(Conflict, match="not suppressed any more"):
        suppressing.lift(session, one, why=Lifting.WORKS, confirmed=False, by="test")


@pytest.mark.parametrize("why", list(Lifting))
def test_somebody_who_was_erased_stays_so_whatever_is_said(session: Session, why: Lifting) -> None:
    one = stopped(session, SuppressionReason.ERASED)

    with pytest.raises(Refused, match="asked to be forgotten"):
        suppressing.lift(session, one, why=why, confirmed=True, by="test")


def test_an_address_that_is_stopped_twice_keeps_its_first_reason(session: Session) -> None:
    stopped(session, SuppressionReason.COMPLAINT)

    with pytest.raises(Conflict):
        suppressing.add(session, "Reader@firma.example", why="asked", by="test")

    kept = suppressing.of_address(session, "reader@firma.example")
    assert kept is not None
    assert kept.reason is SuppressionReason.COMPLAINT


def test_a_reason_written_by_hand_holds_no_control_characters(session: Session) -> None:
    suppressing.add(session, "reader@firma.example", why="called\r\nus \u202e twice", by="eva@csr-centre.example")

    made = suppressing.of_address(session, "reader@firma.example")
    assert made is not None
    assert (made.detail, made.made_by) == ("called us twice", "eva@csr-centre.example")
