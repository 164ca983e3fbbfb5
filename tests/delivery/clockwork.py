"""Time for stories about caps: what left is made older, and Redis forgets it with the time that passed."""

from sqlalchemy import text
from sqlmodel import Session

from outreach.delivery import ledger
from outreach.delivery.ledger import Claim
from outreach.foundation import redis
from tests.delivery import world


def pass_time(session: Session, seconds: float) -> None:
    """Let seconds pass for what left, for leases and for what is held."""
    values = {"seconds": seconds}
    session.execute(text("UPDATE departure SET at = at - make_interval(secs => :seconds)"), values)
    session.execute(text("UPDATE hold SET until = until - make_interval(secs => :seconds)"), values)
    session.execute(text("UPDATE batch SET not_before = not_before - make_interval(secs => :seconds)"), values)
    session.execute(text("UPDATE warm_up SET started_at = started_at - make_interval(secs => :seconds)"), values)
    redis.client().flushdb()


def send_all(session: Session) -> list[Claim]:
    """Claim and settle, as workers do, until nothing may leave now."""
    sent = []
    while ledger.is_due(session):
        claim = ledger.claim(session)
        if claim:
            assert ledger.start_request(session, claim)
            ledger.settle(session, claim, [world.ACCEPTED] * len(claim.recipients))
            sent.append(claim)
    return sent


def letters(claims: list[Claim]) -> int:
    """Count the letters of some claims."""
    return sum(len(one.recipients) for one in claims)


def most_within(session: Session, seconds: int, *, lane: str) -> int:
    """Return the most letters that left for a lane in any window of that length."""
    found = session.execute(
        text(
            """
            SELECT max(letters) FROM (
                SELECT sum(letters) OVER (
                    ORDER BY at RANGE BETWEEN CURRENT ROW AND make_interval(secs => :seconds) FOLLOWING
                ) AS letters
                FROM departure WHERE lane = :lane
            ) AS windows
            """
        ),
        {"seconds": seconds, "lane": lane},
    ).scalar()
    return int(found or 0)
