"""What providers report: kept raw, applied once, in any order with the same end.

A state moves only upwards in `RANK`, whatever the order of arrival; a report about a delivery that is not known yet
waits for it (our commit may come after the provider's call).
"""

import json
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from outreach.delivery.erasures import DOMAIN
from outreach.delivery.interface import Report

KEEP_UNKNOWN: Final = 72  # hours that a report waits for its delivery
RANK: Final = ("accepted", "rejected", "delivered", "bounced_soft", "bounced_hard", "complained")


@dataclass(frozen=True)
class Effect:
    """Something that follows from reports and belongs to rooms above: an address that failed, a complaint."""

    # bounced_hard | bounced_soft | complained | unsubscribed | listed (the provider keeps the address on a list of its
    # own) | delivered (where soft bounces had suppressed the address)
    kind: str
    delivery_id: UUID
    contact_id: UUID
    address: str


@dataclass(frozen=True)
class Notice:
    """The same of an address alone: the provider did not say which letter of ours it was about."""

    kind: str
    address: str


def keep(session: Session, provider: str, reports: Sequence[Report]) -> int:
    """Write reports down before anything is done with them; returns how many were not seen before."""
    if not reports:
        return 0
    rows = [
        {
            "event_id": one.event_id,
            "kind": one.kind.value,
            "delivery_id": str(one.delivery_id) if one.delivery_id else None,
            "message_id": one.message_id,
            "address": one.address,
            "occurred_at": one.occurred_at.isoformat(),
            "bounce_class": one.bounce_class,
            "suppress": one.is_ending,
            "machine": one.machine,
            "diagnostic": one.diagnostic,
            "raw": dict(one.raw),
        }
        for one in reports
    ]
    events = _storable(json.dumps(rows, ensure_ascii=False))
    return len(session.execute(_KEEP, {"provider": provider, "events": events}).all())


def keep_unread(session: Session, provider: str, body: str) -> None:
    """Write down a genuine call that no report could be read from, so that a person can look at it."""
    one = {"event_id": f"unread.{sha256(body.encode(errors='surrogateescape')).hexdigest()}", "kind": "unknown"}
    events = _storable(json.dumps([one | {"body": body}], ensure_ascii=False))
    session.execute(_KEEP, {"provider": provider, "events": events})


def note_gap(session: Session, stream: str) -> None:
    """Write down that Redis was emptied, so that reports may be missing which nobody had read."""
    session.execute(_NOTE_GAP, {"stream": stream})


def gaps(session: Session) -> list[datetime]:
    """Return when reports may have been lost in the last week, the latest first."""
    return list(session.execute(_GAPS).scalars())


def apply(session: Session, *, limit: int = 5000) -> list[Effect]:
    """Apply waiting reports to their deliveries; returns what rooms above must do about them.

    A delivery that is being written at this moment is left to the next call. Of a letter to somebody who was erased
    since, nothing follows.
    """
    moved = session.execute(_APPLY, {"limit": limit, "rank": list(RANK)}).all()
    session.execute(_FORGET, {"hours": KEEP_UNKNOWN})
    return [
        Effect(row.news, row.id, row.contact_id, row.address) for row in moved if not row.address.endswith(f"@{DOMAIN}")
    ]


def forget(session: Session, deliveries: Collection[UUID], addresses: Collection[str]) -> int:
    """Take from reports what they say of a person: of these letters, or naming these addresses; returns how many."""
    told = {"deliveries": list(deliveries), "addresses": sorted(addresses)}
    return len(session.execute(_FORGET_PERSON, told).all())


def apply_nameless(session: Session, *, limit: int = 5000) -> list[Notice]:
    """Apply waiting reports that name no delivery but end all mail to an address; returns what is to be done."""
    return [Notice(row.news, row.address) for row in session.execute(_APPLY_NAMELESS, {"limit": limit})]


_KEEP = text(
    """
    INSERT INTO provider_event (provider, event_id, delivery_id, raw)
    SELECT :provider, event ->> 'event_id', CAST(event ->> 'delivery_id' AS uuid), event
    FROM jsonb_array_elements(CAST(:events AS jsonb)) AS event
    ON CONFLICT (provider, event_id) DO NOTHING RETURNING id
    """
)

_NOTE_GAP = text(
    """
    INSERT INTO provider_event (provider, event_id, raw, applied_at) VALUES ('outreach', :stream, '{}', now())
    ON CONFLICT (provider, event_id) DO NOTHING
    """
)

_GAPS = text(
    """
    SELECT received_at FROM provider_event WHERE provider = 'outreach' AND received_at > now() - interval '7 days'
    ORDER BY received_at DESC
    """
)

# Rows that somebody else is writing are skipped, not waited for: a batch may be settled at this moment. What a delivery
# is told is the same for every order of the same reports: the highest rank, the first time of each kind, the greatest
# of the words that came with that rank.
_APPLY = text(
    """
    WITH taken AS (
        SELECT
            event.id AS event_id, delivery.id AS delivery_id,
            delivery.contact_id, delivery.address,
            CASE
                WHEN event.raw ->> 'kind' = 'complained' AND suppresses(event) THEN 'complained'
                WHEN event.raw ->> 'kind' = 'bounced' AND event.raw ->> 'bounce_class' = 'hard' THEN 'bounced_hard'
                WHEN event.raw ->> 'kind' = 'bounced' THEN 'bounced_soft'
                WHEN event.raw ->> 'kind' IN ('rejected', 'failed') THEN 'rejected'
                WHEN event.raw ->> 'kind' IN ('accepted', 'delivered') THEN event.raw ->> 'kind'
            END AS state,
            CASE WHEN suppresses(event) THEN CASE event.raw ->> 'kind'
                WHEN 'unsubscribed' THEN 'unsubscribed'
                WHEN 'rejected' THEN 'listed'
            END END AS also,
            CAST(event.raw ->> 'occurred_at' AS timestamptz) AS occurred_at,
            CASE WHEN event.raw ->> 'kind' NOT IN ('accepted', 'delivered') AND NOT of_nobody(delivery)
                THEN nullif(event.raw ->> 'diagnostic', '')
            END AS diagnostic,
            CASE WHEN NOT of_nobody(delivery) THEN event.raw ->> 'message_id' END AS message_id
        FROM provider_event AS event
        JOIN delivery ON delivery.id = event.delivery_id
        WHERE event.applied_at IS NULL
        ORDER BY event.received_at, event.id LIMIT :limit
        FOR NO KEY UPDATE OF event, delivery SKIP LOCKED
    ),
    ranked AS (
        SELECT *, array_position(CAST(:rank AS text[]), state) AS rank FROM taken WHERE state IS NOT NULL
    ),
    news AS (
        SELECT delivery_id, max(rank) AS rank,
            (array_agg(state ORDER BY rank DESC))[1] AS state,
            (array_agg(diagnostic ORDER BY rank DESC, diagnostic DESC NULLS LAST))[1] AS diagnostic,
            min(occurred_at) FILTER (WHERE state <> 'rejected') AS first_at,
            min(occurred_at) FILTER (WHERE state = 'delivered') AS delivered_at,
            min(occurred_at) FILTER (WHERE state LIKE 'bounced%') AS bounced_at,
            min(occurred_at) FILTER (WHERE state = 'complained') AS complained_at,
            min(message_id) AS message_id
        FROM ranked GROUP BY delivery_id
    ),
    moved AS (
        UPDATE delivery SET
            state = CASE WHEN news.rank > old_rank(delivery.state) THEN news.state ELSE delivery.state END,
            reason = CASE
                WHEN news.rank > old_rank(delivery.state) THEN news.diagnostic
                WHEN news.rank = old_rank(delivery.state) THEN greatest(delivery.reason, news.diagnostic)
                ELSE delivery.reason
            END,
            accepted_at = least(delivery.accepted_at, news.first_at),
            delivered_at = least(delivery.delivered_at, news.delivered_at),
            bounced_at = least(delivery.bounced_at, news.bounced_at),
            complained_at = least(delivery.complained_at, news.complained_at),
            provider_message_id = least(delivery.provider_message_id, news.message_id),
            changed_at = now()
        FROM news
        WHERE delivery.id = news.delivery_id
        RETURNING delivery.id, delivery.contact_id, delivery.address, news.state AS news
    ),
    marked AS (
        UPDATE provider_event SET applied_at = now(),
            raw = CASE WHEN of_nobody(taken) THEN jsonb_build_object('kind', raw -> 'kind') ELSE raw END
        FROM taken WHERE provider_event.id = taken.event_id
    )
    SELECT id, contact_id, address, news FROM moved
    WHERE news IN ('bounced_hard', 'bounced_soft', 'complained') OR news = 'delivered' AND EXISTS (
        SELECT 1 FROM suppression WHERE suppression.address = moved.address AND suppression.reason = 'soft_bounces'
    )
    UNION ALL
    SELECT delivery_id, contact_id, address, also FROM taken WHERE also IS NOT NULL
    """.replace("of_nobody(taken)", f"taken.address LIKE '%@{DOMAIN}'")
    .replace("of_nobody(delivery)", f"delivery.address LIKE '%@{DOMAIN}'")
    .replace(
        "old_rank(delivery.state)",
        "coalesce(array_position(CAST(:rank AS text[]), CAST(delivery.state AS text)), 0)",
    )
    .replace("suppresses(event)", "CAST(event.raw ->> 'suppress' AS boolean)")
)

_APPLY_NAMELESS = text(
    """
    UPDATE provider_event AS event SET applied_at = now()
    FROM (
        SELECT id FROM provider_event
        WHERE applied_at IS NULL AND delivery_id IS NULL AND raw ->> 'address' IS NOT NULL
            AND CAST(raw ->> 'suppress' AS boolean)
        ORDER BY received_at, id LIMIT :limit FOR NO KEY UPDATE SKIP LOCKED
    ) AS taken
    WHERE event.id = taken.id
    RETURNING event.raw ->> 'address' AS address, CASE event.raw ->> 'kind'
        WHEN 'bounced' THEN 'bounced_hard' WHEN 'rejected' THEN 'listed' ELSE event.raw ->> 'kind'
    END AS news
    """
)

# A report that names no letter may hold the address anywhere: in what could not be read, too.
_FORGET_PERSON = text(
    """
    UPDATE provider_event SET raw = jsonb_build_object('kind', raw -> 'kind'), applied_at = coalesce(applied_at, now())
    WHERE delivery_id = ANY(CAST(:deliveries AS uuid[])) AND applied_at IS NOT NULL
        OR delivery_id IS NULL AND EXISTS (
            SELECT 1 FROM unnest(CAST(:addresses AS text[])) AS own (address)
            WHERE strpos(lower(CAST(raw AS text)), own.address) > 0
        )
    RETURNING id
    """
)

_FORGET = text(
    """
    UPDATE provider_event SET applied_at = now()
    WHERE applied_at IS NULL AND received_at < now() - make_interval(hours => :hours)
        AND NOT EXISTS (SELECT 1 FROM delivery WHERE delivery.id = provider_event.delivery_id)
    """
)

# PostgreSQL keeps neither NUL nor half a surrogate pair in text, and a mail server's words may hold both.
_NUL = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")


def _storable(document: str) -> str:
    return _NUL.sub(r"\1", document).encode(errors="replace").decode()
