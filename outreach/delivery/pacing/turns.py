"""Whose turn it is: mailings of one priority share what may leave, letter by letter, whichever was launched first.

A batch's turn is the number of letters of its lane that go before it. A mailing that starts, or goes on after a pause,
takes its place where the others have come to, so it neither waits behind them nor overtakes them
(start-time fair queueing: Goyal, Vin and Cheng, SIGCOMM 1996).
"""

from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

# Where each lane has come to among running mailings of a priority, as a query of (lane, turn).
REACHED: Final = """
    SELECT batch.lane, min(batch.turn) AS turn FROM batch JOIN mailing ON mailing.id = batch.mailing_id
    WHERE batch.state = 'planned' AND batch.priority = :priority AND batch.not_before <= now()
        AND mailing.state = 'running'
        AND mailing.id <> :mailing
    GROUP BY batch.lane
"""


def rejoin(session: Session, mailing: UUID) -> None:
    """Let a mailing that was held go on beside those that went on meanwhile."""
    priority = session.execute(
        text("SELECT priority FROM mailing WHERE id = :mailing"), {"mailing": mailing}
    ).scalar_one()
    session.execute(_REJOIN, {"mailing": mailing, "priority": priority})


_REJOIN = text(
    f"""
    UPDATE batch SET turn = batch.turn + reached.turn - own.turn
    FROM ({REACHED}) AS reached
    JOIN (
        SELECT lane, min(turn) AS turn FROM batch WHERE mailing_id = :mailing AND state = 'planned' GROUP BY lane
    ) AS own ON own.lane = reached.lane AND own.turn < reached.turn
    WHERE batch.mailing_id = :mailing AND batch.state = 'planned' AND batch.lane = own.lane
    """  # noqa: S608 - the query above
)
