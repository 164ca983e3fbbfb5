"""Which links of a mailing people followed."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session


@dataclass(frozen=True)
class LinkClicks:
    """One link in one language: how many people followed it, how often, and how often machines did."""

    language: str
    block: str
    label: str
    url: str
    people: int
    clicks: int
    machine: int


def clicks(session: Session, mailing: UUID) -> list[LinkClicks]:
    """Count a mailing's clicks per link, those with most people first; the ones that nobody followed are there too."""
    rows = session.execute(
        text(
            """
            SELECT link.language, link.block, link.label, link.url,
                count(DISTINCT event.delivery_id) FILTER (WHERE event.actor = 'human') + coalesce(max(gone.people), 0)
                    AS people,
                count(event.id) FILTER (WHERE event.actor = 'human') + coalesce(max(gone.clicks), 0) AS clicks,
                count(event.id) FILTER (WHERE event.actor = 'machine') + coalesce(max(gone.machine), 0) AS machine
            FROM link
            LEFT JOIN link_total AS gone ON gone.link_key = link.key
            LEFT JOIN tracking_event AS event
                ON event.link_key = link.key AND event.mailing_id = link.mailing_id AND event.kind = 'click'
            WHERE link.mailing_id = :mailing
            GROUP BY link.key
            ORDER BY people DESC, link.language, link.block, link.key
            """
        ),
        {"mailing": mailing},
    )
    return [
        LinkClicks(row.language, row.block, row.label, row.url, row.people, row.clicks, row.machine) for row in rows
    ]
