"""Letters that a lane's servers refuse for their content: when they are too many, the lane is held for a person.

Going on would teach those servers that everything from us is spam. Refusals are counted from the rows of one mailing,
since somebody last released the lane.
"""

from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from outreach.delivery.models import HoldKind, Scope
from outreach.delivery.pacing import holds
from outreach.delivery.replies import ReplyClass, classify

SHARE: Final = 0.05  # of the letters that a lane got
FEWEST: Final = 3  # refusals: one in a short list says little


def judge(session: Session, mailing: UUID, lane: str) -> bool:
    """Hold a lane whose servers refuse the content of this mailing too often; tells whether it is held now."""
    rows = session.execute(_READ, {"mailing": mailing, "lane": lane}).all()
    refusals = [row for row in rows if row.reason and _is_about_content(row.reason, lane)]
    refused, all_letters = _sum(refusals), _sum(rows)
    if refused < FEWEST or refused < SHARE * all_letters:
        return False
    most = max(refusals, key=lambda row: row.number)
    holds.put(session, Scope.LANE, lane, HoldKind.REFUSED, seconds=None, reason=most.reason)
    return True


def _is_about_content(reason: str, lane: str) -> bool:
    return classify(None, reason, lane) is ReplyClass.CONTENT


def _sum(rows: Iterable[Any]) -> int:
    return sum(row.number for row in rows)


_READ = text(
    """
    SELECT CASE WHEN delivery.state IN ('rejected', 'bounced_soft', 'bounced_hard') THEN delivery.reason END AS reason,
        count(*) AS number
    FROM batch JOIN delivery ON delivery.batch_id = batch.id
    WHERE batch.mailing_id = :mailing AND batch.lane = :lane AND delivery.mailing_id = :mailing
        AND delivery.state IN ('accepted', 'delivered', 'bounced_soft', 'bounced_hard', 'complained', 'rejected')
        AND delivery.changed_at > coalesce(
            (SELECT until FROM hold WHERE scope = 'lane' AND key = :lane AND kind = 'refused'), '-infinity'
        )
    GROUP BY 1
    """
)
