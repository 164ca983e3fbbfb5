"""After a database was put back to an earlier day: nobody knows any more what has left."""

from sqlalchemy import text
from sqlmodel import Session

from outreach.delivery.ledger.counting import count


def doubt(session: Session) -> int:
    """Make ambiguous whatever waits or was being sent, for it may have left since; returns how many letters."""
    letters = count(session.execute(_DOUBT))
    session.execute(_UNCLEAR)
    return letters


_DOUBT = text(
    """
    UPDATE delivery SET
        state = 'ambiguous', reason = 'It may have left before the database was put back', changed_at = now()
    FROM mailing
    WHERE mailing.id = delivery.mailing_id AND mailing.state <> 'cancelled'
        AND delivery.state IN ('planned', 'claimed')
    """
)

_UNCLEAR = text(
    """
    UPDATE batch SET state = 'unclear', lease_until = NULL, same_key_until = NULL
    WHERE state IN ('planned', 'claimed')
        AND EXISTS (SELECT 1 FROM delivery WHERE batch_id = batch.id AND delivery.state = 'ambiguous')
    """
)
