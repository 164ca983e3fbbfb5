"""Letters of two contacts who turn out to be one person."""

from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from outreach.delivery.ledger.counting import count


def reassign(session: Session, source: UUID, target: UUID) -> int:
    """Give the letters of one contact to another; returns how many.

    Of a mailing that both were to get only one letter leaves: what waits or is unclear on one side is withdrawn where
    the other has it or will. Such a letter keeps its old contact, for a mailing's letters are counted, and one contact
    has one of each.
    """
    both = {"source": source, "target": target}
    session.execute(_ONLY_ONE, both)
    return count(session.execute(_MOVE, both))


# The one that is farther on stays; where both wait, that of the contact who stays.
_ONLY_ONE = text(
    """
    WITH twice AS (
        SELECT ours.id AS ours, theirs.id AS theirs, ours.mailing_id,
            ours.state = 'planned' AND theirs.state <> 'planned' AS ours_waits
        FROM delivery AS ours
        JOIN delivery AS theirs ON theirs.mailing_id = ours.mailing_id AND theirs.contact_id = :source
        WHERE ours.contact_id = :target
    )
    UPDATE delivery SET
        withdrawn = true,
        state = CASE state WHEN 'planned' THEN 'suppressed' ELSE state END,
        reason = CASE state WHEN 'planned' THEN 'The same person gets it at another address' ELSE reason END,
        changed_at = CASE state WHEN 'planned' THEN now() ELSE changed_at END
    FROM twice
    WHERE delivery.mailing_id = twice.mailing_id
        AND delivery.id = CASE WHEN twice.ours_waits THEN twice.ours ELSE twice.theirs END
        AND delivery.state IN ('planned', 'claimed', 'ambiguous')
    """
)

_MOVE = text(
    """
    UPDATE delivery SET contact_id = :target
    WHERE contact_id = :source AND NOT EXISTS (
        SELECT FROM delivery AS ours WHERE ours.contact_id = :target AND ours.mailing_id = delivery.mailing_id
    )
    """
)
