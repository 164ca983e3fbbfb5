"""Soft bounces: three in a week or more end mail to an address, unless something arrived between; in any order."""

from datetime import timedelta
from itertools import permutations

import pytest
from sqlalchemy import text
from sqlmodel import Session

from outreach.delivery import events, suppression
from outreach.delivery.interface import Report
from outreach.delivery.models import SuppressionReason
from outreach.foundation import clock
from outreach.tracking import effects
from tests.delivery import world
from tests.delivery.test_events import report

FULL = "452 4.2.2 mailbox full"
Story = list[tuple[str, int]]  # what was reported of each letter in turn, and on which day

FAILS: Story = [("bounced_soft", 0), ("bounced_soft", 3), ("bounced_soft", 7)]
TOO_FEW: Story = [("bounced_soft", 0), ("bounced_soft", 9)]
TOO_SOON: Story = [("bounced_soft", 0), ("bounced_soft", 3), ("bounced_soft", 6)]
ARRIVED_BETWEEN: Story = [("bounced_soft", 0), ("delivered", 2), ("bounced_soft", 3), ("bounced_soft", 12)]
ARRIVED_BEFORE: Story = [("delivered", 0), ("bounced_soft", 1), ("bounced_soft", 3), ("bounced_soft", 9)]
ARRIVED_SINCE: Story = [("bounced_soft", 0), ("bounced_soft", 3), ("bounced_soft", 7), ("delivered", 8)]


def letters(session: Session, number: int) -> world.Launched:
    """So many letters to one reader, of mailings one after the other."""
    all_of_them = world.Launched(world.launch(session, 1).mailing, [], [])
    for _letter in range(number):
        launched = world.launch(session, 1)
        all_of_them.deliveries.extend(launched.deliveries)
    session.execute(text("UPDATE delivery SET contact_id = (SELECT contact_id FROM delivery LIMIT 1)"))
    session.execute(text("UPDATE delivery SET state = 'accepted', accepted_at = now()"))
    return all_of_them


def reports(launched: world.Launched, story: Story, said: str = FULL) -> list[Report]:
    return [
        report(kind, delivery, said=said, occurred_at=clock.now() - timedelta(days=60 - day))
        for delivery, (kind, day) in zip(launched.deliveries, story, strict=True)
    ]


def hear(session: Session, some: list[Report]) -> None:
    for one in some:
        events.keep(session, "sandbox", [one])
        effects.follow(session, events.apply(session))


def suppressed(session: Session) -> dict[str, str]:
    return {row.address: row.reason for row in session.execute(text("SELECT address, reason FROM suppression"))}


@pytest.mark.parametrize(
    ("story", "ends"),
    [
        (FAILS, True),
        (TOO_FEW, False),
        (TOO_SOON, False),
        (ARRIVED_BETWEEN, False),
        (ARRIVED_BEFORE, True),
        (ARRIVED_SINCE, False),
    ],
)
def test_any_order_of_reports_comes_to_the_same_end(session: Session, story: Story, ends: bool) -> None:
    launched = letters(session, len(story))
    expected = {"reader1@company.example": "soft_bounces"} if ends else {}

    for order in permutations(reports(launched, story)):
        with session.begin_nested() as savepoint:
            hear(session, [*order, order[0]])
            assert suppressed(session) == expected
            savepoint.rollback()


@pytest.mark.parametrize(
    "said", ["550 Domain frequency limited", "451 MI:SFQ 163 smtp", "554 DT:SPM 163", "550 5.7.26 DMARC"]
)
def test_what_is_none_of_the_addresss_fault_suppresses_nobody(session: Session, said: str) -> None:
    launched = letters(session, 3)

    hear(session, reports(launched, FAILS, said))

    assert suppressed(session) == {}


def test_a_letter_that_came_back_first_and_arrived_in_the_end_has_arrived(session: Session) -> None:
    launched = letters(session, 3)
    hear(session, reports(launched, FAILS))

    arrived = report("delivered", launched.deliveries[2], occurred_at=clock.now() - timedelta(days=52))
    hear(session, [arrived])

    assert suppressed(session) == {}


def test_other_reasons_stay_and_other_addresses_are_left_alone(session: Session) -> None:
    launched = letters(session, 3)
    suppression.add(session, ["reader1@company.example"], SuppressionReason.MANUAL)
    suppression.add(session, ["reader2@company.example"], SuppressionReason.SOFT_BOUNCES)

    hear(session, [*reports(launched, FAILS), report("delivered", launched.deliveries[0])])

    assert suppressed(session) == {"reader1@company.example": "manual", "reader2@company.example": "soft_bounces"}
