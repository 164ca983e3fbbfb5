"""Deliveries that the provider may have or not: asking, and letting a person decide."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from outreach.delivery.interface import KEY_KNOWN
from outreach.delivery.ledger.batches import lock_mailing
from outreach.delivery.ledger.counting import count
from outreach.foundation.errors import Refused
from outreach.foundation.locale import gettext as _

MOST_REPEATS: Final = 10  # attempts of a batch
FIRST_PAUSE: Final = 5.0  # seconds before a third attempt; the second is made at once, and each pause is twice as long


def unclear(session: Session, provider: str, *, older_than: float, limit: int = 1000) -> list[UUID]:
    """Return ambiguous deliveries of a provider that waited for its report for some seconds, the newest first."""
    return list(
        session.execute(
            text(
                """
                SELECT delivery.id
                FROM batch
                JOIN mailing ON mailing.id = batch.mailing_id
                JOIN delivery ON delivery.batch_id = batch.id
                WHERE batch.state = 'unclear' AND mailing.provider = :provider
                    AND delivery.state = 'ambiguous' AND delivery.changed_at < now() - make_interval(secs => :wait)
                ORDER BY delivery.changed_at DESC, delivery.id LIMIT :limit
                """
            ),
            {"provider": provider, "wait": older_than, "limit": limit},
        ).scalars()
    )


def found(session: Session, messages: Mapping[UUID, str | None]) -> int:
    """Accept ambiguous deliveries that the provider turned out to have, by id; returns how many."""
    if not messages:
        return 0
    return count(
        session.execute(
            text(
                """
                UPDATE delivery SET state = 'accepted', reason = NULL, changed_at = now(),
                    provider_message_id = coalesce(result.message_id, provider_message_id),
                    accepted_at = least(accepted_at, now())
                FROM unnest(CAST(:ids AS uuid[]), CAST(:messages AS text[])) AS result (id, message_id)
                WHERE delivery.id = result.id AND delivery.state = 'ambiguous'
                """
            ),
            {"ids": list(messages), "messages": list(messages.values())},
        )
    )


def missing(session: Session, deliveries: Collection[UUID]) -> int:
    """Plan ambiguous deliveries again that the provider turned out not to have; returns how many.

    Only for a provider that takes the same key once: its answer may have been older than our request.
    """
    mailings = session.execute(_MAILINGS, {"ids": list(deliveries)}).scalars().all()
    for mailing in mailings:
        lock_mailing(session, mailing)
    batches = session.execute(_BATCHES, {"ids": list(deliveries)}).scalars().all()
    planned = count(session.execute(_AGAIN, {"ids": list(deliveries), "batches": batches}))
    session.execute(_REOPEN, {"batches": batches})
    return planned


def repeat(session: Session, provider: str, *, older_than: float) -> int:
    """Plan ambiguous deliveries again, to be sent with the key that they had; returns how many.

    For a provider that cannot be asked and takes the same key once. While a key is surely known, and with longer pauses
    each time; a person decides about what is still unclear then.
    """
    batches = session.execute(
        _REPEATABLE,
        {"provider": provider, "wait": older_than, "hours": KEY_KNOWN, "most": MOST_REPEATS, "pause": FIRST_PAUSE},
    ).scalars()
    return count(
        session.execute(
            text(
                """
                UPDATE delivery SET state = 'planned', changed_at = now()
                WHERE batch_id = ANY(CAST(:batches AS uuid[])) AND state = 'ambiguous'
                """
            ),
            {"batches": list(batches)},
        )
    )


def resolve(
    session: Session,
    mailing: UUID,
    *,
    resend: bool,
    only: Collection[UUID] | None = None,
    known_at: datetime | None = None,
) -> int:
    """Let a person decide about ambiguous deliveries, all or `only` some: send them again, or abandon them.

    `known_at` is when the person looked: what became ambiguous after it was not decided on, so that a decision that
    arrives twice is carried out once. Returns how many. Raises Refused for sending again in a cancelled mailing.
    """
    state = lock_mailing(session, mailing)
    if resend and state == "cancelled":
        raise Refused(_("This mailing was cancelled; its unclear deliveries can only be abandoned."))
    decided = {"mailing": mailing, "only": None if only is None else list(only), "known_at": known_at}
    return count(session.execute(_RESEND if resend else _ABANDON, decided))


_REPEATABLE = text(
    """
    WITH repeatable AS (
        SELECT batch.id FROM batch JOIN mailing ON mailing.id = batch.mailing_id
        WHERE batch.state = 'unclear' AND mailing.provider = :provider AND mailing.state = 'running'
            AND batch.request_started_at < now() - make_interval(secs => :wait)
            AND coalesce(batch.same_key_until, batch.request_started_at + make_interval(hours => :hours)) > now()
            AND batch.attempts < :most
            AND EXISTS (SELECT 1 FROM delivery WHERE batch_id = batch.id AND delivery.state = 'ambiguous')
        FOR NO KEY UPDATE OF mailing, batch SKIP LOCKED
    )
    UPDATE batch SET
        state = 'planned', not_before = now() + make_interval(secs => :pause * (2 ^ batch.attempts - 2)),
        same_key_until = coalesce(same_key_until, request_started_at + make_interval(hours => :hours))
    FROM repeatable WHERE batch.id = repeatable.id
    RETURNING batch.id
    """
)

_MAILINGS = text("SELECT DISTINCT mailing_id FROM delivery WHERE id = ANY(CAST(:ids AS uuid[])) ORDER BY mailing_id")

_BATCHES = text(
    """
    SELECT id FROM batch
    WHERE state = 'unclear' AND id IN (SELECT batch_id FROM delivery WHERE id = ANY(CAST(:ids AS uuid[])))
    FOR UPDATE
    """
)

_AGAIN = text(
    """
    UPDATE delivery SET
        state = CASE mailing.state WHEN 'cancelled' THEN 'cancelled' ELSE 'planned' END,
        reason = NULL, changed_at = now()
    FROM mailing
    WHERE delivery.id = ANY(CAST(:ids AS uuid[])) AND delivery.batch_id = ANY(CAST(:batches AS uuid[]))
        AND delivery.state = 'ambiguous' AND mailing.id = delivery.mailing_id
    """
)

_REOPEN = text(
    """
    UPDATE batch SET state = 'planned', not_before = now(), same_key_until = NULL
    WHERE id = ANY(CAST(:batches AS uuid[]))
        AND EXISTS (SELECT 1 FROM delivery WHERE batch_id = batch.id AND delivery.state = 'planned')
    """
)

# Those that a person decides about.
_MEANT = """
    delivery.mailing_id = :mailing AND delivery.state = 'ambiguous'
        AND (CAST(:only AS uuid[]) IS NULL OR delivery.id = ANY(CAST(:only AS uuid[])))
        AND (CAST(:known_at AS timestamptz) IS NULL OR delivery.changed_at <= CAST(:known_at AS timestamptz))
"""

_ABANDON = text(
    "UPDATE delivery SET state = 'abandoned', changed_at = now() WHERE those_meant".replace("those_meant", _MEANT)
)

# New batches, so new keys: the person has decided that a second copy is better than none. They are no larger than the
# largest of the mailing, which its provider could take.
_RESEND = text(
    """
    WITH placed AS (
        SELECT delivery.id, delivery.message_id, batch.lane,
            (row_number() OVER (PARTITION BY delivery.message_id, batch.lane ORDER BY delivery.id) - 1) / largest.size
                AS number
        FROM delivery JOIN batch ON batch.id = delivery.batch_id,
            (SELECT max(size) AS size FROM batch WHERE mailing_id = :mailing) AS largest
        WHERE those_meant
    ),
    cut AS (
        SELECT uuidv7() AS id, message_id, lane, number, count(*) AS size
        FROM placed GROUP BY message_id, lane, number
    ),
    opened AS (
        INSERT INTO batch (id, mailing_id, message_id, priority, lane, size, state, attempts)
        SELECT cut.id, mailing.id, cut.message_id, mailing.priority, cut.lane, cut.size, 'planned', 0
        FROM cut JOIN mailing ON mailing.id = :mailing
    )
    UPDATE delivery SET state = 'planned', batch_id = cut.id, changed_at = now()
    FROM placed JOIN cut USING (message_id, lane, number)
    WHERE delivery.id = placed.id AND delivery.state = 'ambiguous'
    """.replace("those_meant", _MEANT)
)
