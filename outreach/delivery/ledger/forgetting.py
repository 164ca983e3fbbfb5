"""Taking from letters who got them. The letters stay, and are counted as before."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from outreach.delivery.erasures import DOMAIN
from outreach.delivery.ledger.counting import count


def forget(session: Session, contact: UUID, *, sector: str) -> int:
    """Cut every letter to a contact loose from them, and stop those on their way (GDPR Art. 17); returns how many.

    What stays says nothing about anybody: state, language, sector, the reply's code, times by the hour. What a worker
    is sending at this moment is not stopped any more; should it turn out not to have left, it never will.
    """
    return count(session.execute(_FORGET, {"contact": contact, "sector": sector, "domain": DOMAIN}))


def addresses_of(session: Session, contact: UUID) -> set[str]:
    """Return every address that a letter to a contact went to: they may have had another one before."""
    rows = session.execute(
        text("SELECT DISTINCT address FROM delivery WHERE contact_id = :contact"), {"contact": contact}
    )
    return set(rows.scalars())


def pare(session: Session, mailing: UUID, *, but: Collection[UUID] = (), limit: int = 20_000) -> int:
    """Take address, name and words from a mailing's letters, some at a time; returns how many.

    Whose they are stays, so that the links of an old letter still let its reader leave (RFC 8058). `but` are contacts
    whose letters are left as they are. When none is left, the mailing is marked.
    """
    told = {"mailing": mailing, "but": list(but), "limit": limit, "domain": DOMAIN}
    pared = count(session.execute(_PARE, told))
    if pared < limit:
        session.execute(text("UPDATE mailing SET pared_at = now() WHERE id = :mailing"), {"mailing": mailing})
    return pared


def reopen(session: Session, contact: UUID) -> None:
    """Let the mailings of a contact be looked at again: their letters were left out for a reason that is over."""
    session.execute(_REOPEN, {"contact": contact})


# What servers say about a letter may name its reader; its code does not, and tells the cause as well.
CODE = r"(HTTP \d{3}|\m[245]\d\d[ -][245]\.\d{1,3}\.\d{1,3}|\m[245]\.\d{1,3}\.\d{1,3}|\m[245]\d\d\M)"

_FORGET = text(
    r"""
    UPDATE delivery SET
        contact_id = gen_random_uuid(), address = delivery.id || '@' || :domain, name = '',
        values = jsonb_build_object('sector', CAST(:sector AS text)), provider_message_id = NULL,
        reason = CASE
            WHEN state = 'planned' THEN 'Left before it was sent'
            WHEN state IN ('bounced_soft', 'bounced_hard', 'complained', 'rejected', 'planned', 'claimed')
                THEN substring(reason FROM 'the_code')
            ELSE reason
        END,
        withdrawn = withdrawn OR state IN ('planned', 'claimed', 'ambiguous'),
        state = CASE state WHEN 'planned' THEN 'suppressed' ELSE state END,
        changed_at = CASE state WHEN 'planned' THEN now() ELSE date_trunc('hour', changed_at) END,
        accepted_at = date_trunc('hour', accepted_at), delivered_at = date_trunc('hour', delivered_at),
        bounced_at = date_trunc('hour', bounced_at), complained_at = date_trunc('hour', complained_at)
    WHERE contact_id = :contact
    """.replace("the_code", CODE.replace(":", r"\:"))
)

_PARE = text(
    r"""
    UPDATE delivery SET
        address = delivery.id || '@' || :domain, name = '', values = '{}', provider_message_id = NULL,
        reason = CASE
            WHEN state IN ('bounced_soft', 'bounced_hard', 'complained', 'rejected')
                THEN substring(reason FROM 'the_code')
            ELSE reason
        END
    FROM (
        SELECT id FROM delivery
        WHERE mailing_id = :mailing AND address NOT LIKE '%@' || :domain AND contact_id <> ALL(CAST(:but AS uuid[]))
            AND state NOT IN ('planned', 'claimed', 'ambiguous')
        ORDER BY id LIMIT :limit
    ) AS meant
    WHERE delivery.mailing_id = :mailing AND delivery.id = meant.id
    """.replace("the_code", CODE.replace(":", r"\:"))
)

_REOPEN = text(
    """
    UPDATE mailing SET pared_at = NULL
    WHERE pared_at IS NOT NULL AND id IN (SELECT mailing_id FROM delivery WHERE contact_id = :contact)
    """
)
