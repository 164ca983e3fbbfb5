"""Addresses that are written to no more.

One exception: who asked to be left alone may still ask us for something, and the product's own mail answers: a
confirmation, a link to one's choices. To an address that bounced, complained or was erased not even that goes.
"""

from collections.abc import Iterable, Mapping
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from outreach.delivery.models import SuppressionReason

# What stops a delivery of a mailing, in a statement that knows both.
STOPPING: Final = """
    SELECT suppression.reason FROM suppression
    WHERE suppression.address = delivery.address
        AND NOT (suppression.reason = 'unsubscribed' AND mailing.stream = 'system')
"""


def add(
    session: Session,
    addresses: Iterable[str],
    reason: SuppressionReason,
    detail: str = "",
    *,
    letters: Mapping[str, UUID] | None = None,
    by: str = "",
) -> int:
    """Suppress normalised addresses; returns how many are new.

    One that already is keeps its reason, unless both came from a provider: then the graver counts, in whatever order
    they arrived. `letters` names the delivery whose report led to it, per address; `by` is the member of staff who
    decided it.
    """
    rows = sorted(set(addresses))
    if not rows:
        return 0
    origins = letters or {}
    return sum(
        bool(is_new)
        for is_new in session.execute(
            text(
                """
                INSERT INTO suppression (address, reason, detail, delivery_id, made_by)
                SELECT address, :reason, :detail, letter, :by
                FROM unnest(CAST(:addresses AS text[]), CAST(:letters AS uuid[])) AS new (address, letter)
                ON CONFLICT (address) DO UPDATE SET reason = excluded.reason, delivery_id = excluded.delivery_id
                WHERE array_position(CAST(:graver AS text[]), CAST(suppression.reason AS text))
                    < array_position(CAST(:graver AS text[]), CAST(excluded.reason AS text))
                RETURNING xmax = 0 AS is_new
                """
            ),
            {
                "addresses": rows,
                "letters": [origins.get(one) for one in rows],
                "reason": reason.value,
                "detail": detail,
                "by": by,
                "graver": _GRAVER,
            },
        ).scalars()
    )


def remove(session: Session, suppression: UUID) -> bool:
    """Let mail go to an address again; False when somebody else was first."""
    return bool(session.execute(text("DELETE FROM suppression WHERE id = :id RETURNING id"), {"id": suppression}).all())


_GRAVER: Final = [
    one.value
    for one in (
        SuppressionReason.SOFT_BOUNCES,
        SuppressionReason.HARD_BOUNCE,
        SuppressionReason.UNSUBSCRIBED,
        SuppressionReason.COMPLAINT,
    )
]
