"""Addresses that took nothing for a week: three soft bounces over seven days or more, and nothing arrived between.

It is judged from the deliveries each time, so the order in which reports come makes no difference: a late report that
something did arrive takes the suppression back. A refusal of our haste, our words or our server is none of the
address's fault and never counts.
"""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from outreach.delivery import suppression
from outreach.delivery.models import SuppressionReason
from outreach.delivery.replies import ReplyClass, classify

MOST: Final = 3  # soft bounces
SPAN: Final = timedelta(days=7)  # from the first to the last of them
OURS: Final = {ReplyClass.THROTTLE, ReplyClass.CONTENT, ReplyClass.AUTH, ReplyClass.POLICY}


def judge(session: Session, addresses: Collection[tuple[UUID, str]]) -> None:
    """Suppress the addresses (each with its contact) that this is true of, and free those that it no longer is of."""
    if not addresses:
        return
    given = {"contacts": [contact for contact, _ in addresses], "addresses": [address for _, address in addresses]}
    bounces: dict[str, list[datetime]] = defaultdict(list)
    for row in session.execute(_BOUNCES, given):
        if classify(None, row.reason or "", row.address.rpartition("@")[2]) not in OURS:
            bounces[row.address].append(row.bounced_at)
    failing = {one for one, times in bounces.items() if len(times) >= MOST and max(times) - min(times) >= SPAN}
    suppression.add(session, failing, SuppressionReason.SOFT_BOUNCES)
    session.execute(_FREE, {"addresses": sorted({address for _, address in addresses} - failing)})


# Since the last arrival; what came back first and arrived in the end has arrived.
_BOUNCES = text(
    """
    WITH letter AS (
        SELECT delivery.address, delivery.state, delivery.reason, delivery.bounced_at, delivery.delivered_at,
            delivery.delivered_at IS NOT NULL AND delivery.delivered_at >= coalesce(delivery.bounced_at, '-infinity')
                AS arrived
        FROM unnest(CAST(:contacts AS uuid[]), CAST(:addresses AS text[])) AS given (contact_id, address)
        JOIN delivery ON delivery.contact_id = given.contact_id AND delivery.address = given.address
    )
    SELECT letter.address, letter.bounced_at, letter.reason FROM letter
    LEFT JOIN (SELECT address, max(delivered_at) AS at FROM letter WHERE arrived GROUP BY address) AS last
        ON last.address = letter.address
    WHERE letter.state = 'bounced_soft' AND NOT letter.arrived AND letter.bounced_at > coalesce(last.at, '-infinity')
    """
)

_FREE = text("DELETE FROM suppression WHERE reason = 'soft_bounces' AND address = ANY(CAST(:addresses AS text[]))")
