"""From the stream to the table, each entry once: the place in the stream moves in the transaction that stores."""

import re
from typing import Final

from sqlalchemy import text
from sqlmodel import Session

from outreach.foundation import streams
from outreach.foundation.jobs import Job
from outreach.foundation.settings import settings
from outreach.foundation.streams import Entry
from outreach.tracking import positions
from outreach.tracking.ingest import STREAM
from outreach.tracking.models import Actor, EventKind

STORE: Final = Job("tracking.store", queue="tracking")
PORTION: Final = 5_000

_SOUND: Final = {
    "delivery": re.compile("[0-9a-f]{32}"),
    "kind": re.compile("|".join(EventKind)),
    "actor": re.compile("|".join(Actor)),
    "link": re.compile("[A-Za-z0-9_-]{0,64}"),
    "hour": re.compile("[0-9]{1,8}"),
    "ruleset": re.compile("[0-9]{1,8}"),
}

_STORE = text("""
    INSERT INTO tracking_event (delivery_id, mailing_id, kind, actor, link_key, hour, ruleset)
    SELECT delivery.id, delivery.mailing_id, event.kind, event.actor, link.key, to_timestamp(event.hour * 3600), ruleset
    FROM unnest(
        CAST(:deliveries AS uuid[]), CAST(:kinds AS text[]), CAST(:actors AS text[]),
        CAST(:links AS text[]), CAST(:hours AS bigint[]), CAST(:rulesets AS int[])
    ) WITH ORDINALITY AS event (delivery_id, kind, actor, link_key, hour, ruleset, position)
    JOIN delivery ON delivery.id = event.delivery_id
    JOIN mailing ON mailing.id = delivery.mailing_id AND mailing.closed_at IS NULL
    -- the choice as it stands now: who withdrew it is not measured, not even for what waited in the stream
    JOIN tracking_choice ON tracking_choice.contact_id = delivery.contact_id AND tracking_choice.given
    LEFT JOIN link ON link.key = event.link_key AND link.mailing_id = delivery.mailing_id
    WHERE (event.kind = 'open' OR link.key IS NOT NULL)
        -- an old letter still shows its picture and leads on, but is measured no more
        AND coalesce(delivery.accepted_at, now()) > now() - interval '13 months'
    ORDER BY event.position
""")


def store(session: Session) -> int:
    """Store the next portion of the stream; return how many entries it held.

    0 means that nothing waits or that another worker is at it. Nothing is stored about a person without tracking
    consent, nor at all while tracking is off. After commit, call `trim`. Raises redis errors when Redis is away.
    """
    place = positions.take(session, STREAM)
    entries = streams.after(STREAM, place.last_id, PORTION) if place else []
    if not place or not entries:
        return 0
    if settings().tracking != "off":
        _insert(session, [entry for entry in entries if _is_sound(entry)])
    positions.move(session, place, entries[-1].id)
    return len(entries)


def trim(session: Session) -> None:
    """Let Redis forget what is stored; call it in a transaction of its own after the one that stored."""
    positions.trim(session, STREAM)


def _is_sound(entry: Entry) -> bool:
    """Say whether an entry is one of ours: a broken one must not hold up the ones behind it."""
    return all(pattern.fullmatch(entry.fields.get(name, "?")) for name, pattern in _SOUND.items())


def _insert(session: Session, entries: list[Entry]) -> None:
    def column(name: str) -> list[str]:
        return [entry.fields.get(name, "") for entry in entries]

    session.execute(
        _STORE,
        {
            "deliveries": column("delivery"),
            "kinds": column("kind"),
            "actors": column("actor"),
            "links": column("link"),
            "hours": column("hour"),
            "rulesets": column("ruleset"),
        },
    )
