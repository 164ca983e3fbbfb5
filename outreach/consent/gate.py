"""The question asked once more at the moment of sending: who of a batch may not be written to any more?

A launch reads permissions at one moment, and a letter may wait for days. Whoever left, objected or was erased since,
even while the launch was running, gets nothing.
"""

from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session


def leave_out(session: Session, batch_id: UUID, mailing_id: UUID) -> None:
    """Leave out of a claimed batch who subscribes to no topic of its mailing now (GDPR Art. 7(3), Art. 21(3)).

    A mailing without topics is the product's own mail, which somebody has just asked for.
    """
    session.execute(_LEAVE_OUT, {"batch": batch_id, "mailing": mailing_id})


# The topics as an array that is looked up once: then one index answers for each recipient.
_LEAVE_OUT: Final = sa.text(
    """
    UPDATE delivery SET state = 'suppressed', changed_at = now(), reason = 'Left before it was sent'
    WHERE delivery.batch_id = :batch AND delivery.mailing_id = :mailing AND delivery.state = 'planned'
        AND EXISTS (SELECT FROM mailing WHERE id = :mailing AND topics <> '{}')
        AND NOT EXISTS (
            SELECT FROM subscription JOIN contact ON contact.id = subscription.contact_id
            WHERE subscription.contact_id = delivery.contact_id AND subscription.state = 'subscribed'
                AND contact.source_kind <> 'collected'
                AND subscription.topic_id = ANY (ARRAY(
                    SELECT topic.id FROM mailing JOIN topic ON topic.key = ANY (mailing.topics)
                    WHERE mailing.id = :mailing
                ))
        )
    """
)
