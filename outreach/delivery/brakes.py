"""Brakes: a mailing that too many call spam, or whose addresses do not work, stops before it harms all later ones.

Gmail and Yahoo want complaints below 0.10 % and never 0.30 %; the large providers look into an account from 5 % of hard
bounces on. Everything is counted from rows: what left, and what was reported of it.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy import text
from sqlmodel import Session

from outreach.delivery import ledger
from outreach.foundation.locale import gettext as _

log = structlog.get_logger()


class Level(StrEnum):
    """How much of a brake's measure is used up."""

    CALM = "calm"  # nothing to say
    WARNING = "warning"  # somebody should look at it
    STOP = "stop"  # the mailing is halted


@dataclass(frozen=True)
class Brake:
    """Shares of the letters that left at which it warns and stops; it never stops for fewer than some."""

    warn: float
    stop: float
    fewest: int

    def level(self, number: int, letters: int) -> Level:
        """Judge how many of these letters it was."""
        if number >= self.fewest and number >= self.stop * letters:
            return Level.STOP
        return Level.WARNING if number and number >= self.warn * letters else Level.CALM


COMPLAINTS: Final = Brake(warn=0.001, stop=0.003, fewest=3)
BOUNCES: Final = Brake(warn=0.02, stop=0.05, fewest=10)
PERIODS: Final = (7, 30)  # days over which complaints are watched


@dataclass(frozen=True)
class Reading:
    """What came of a mailing's letters so far."""

    letters: int
    complaints: int
    bounces: int

    @property
    def of_complaints(self) -> Level:
        """Judge the complaints."""
        return COMPLAINTS.level(self.complaints, self.letters)

    @property
    def of_bounces(self) -> Level:
        """Judge the hard bounces."""
        return BOUNCES.level(self.bounces, self.letters)

    def sentences(self, *levels: Level) -> list[str]:
        """Say what is wrong, for brakes that stand at one of these levels."""
        said = []
        if self.of_complaints in levels:
            values = {"number": self.complaints, "letters": self.letters}
            said.append(_("%(number)s of %(letters)s people called it spam.") % values)
        if self.of_bounces in levels:
            values = {"number": self.bounces, "letters": self.letters}
            said.append(_("%(number)s of %(letters)s addresses do not work.") % values)
        return said


@dataclass(frozen=True)
class Rolling:
    """A sender's complaints over the last days."""

    sender_id: UUID
    days: int
    letters: int
    complaints: int

    @property
    def level(self) -> Level:
        """Judge them; a rolling figure warns and stops nothing, since what it counts has left already."""
        level = COMPLAINTS.level(self.complaints, self.letters)
        return Level.WARNING if level is Level.STOP else level


def read(session: Session, mailing: UUID) -> Reading:
    """Count a mailing's letters, complaints and hard bounces, of the last month at most."""
    row = session.execute(_READ, {"mailings": [mailing]}).one()
    return Reading(row.letters, row.complaints, row.bounces)


def rolling(session: Session) -> list[Rolling]:
    """Count each sender's complaints over the last 7 and 30 days, for those that sent anything."""
    rows = session.execute(_ROLLING, {"periods": list(PERIODS)})
    return [Rolling(row.sender_id, row.days, row.letters, row.complaints) for row in rows]


def apply(session: Session) -> list[UUID]:
    """Halt the running mailings that have letters left and must stop; returns which.

    When a person lets one go on, it is judged anew by the letters that leave from then on. Call it in a transaction of
    its own: it locks mailings, which come before deliveries.
    """
    waiting = session.execute(_WAITING).scalars().all()
    rows = session.execute(_READ, {"mailings": waiting}).all() if waiting else ()
    halted = []
    for row in rows:
        known = row.braked
        since = Reading(
            row.letters - known.get("letters", 0),
            row.complaints - known.get("complaints", 0),
            row.bounces - known.get("bounces", 0),
        )
        reasons = since.sentences(Level.STOP)
        if reasons and ledger.halt(session, row.id, " ".join(reasons)):
            counts = {"letters": row.letters, "complaints": row.complaints, "bounces": row.bounces}
            session.execute(_KEEP, {"mailing": row.id, **counts})
            log.warning("mailing_halted", mailing=str(row.id), **counts)
            halted.append(row.id)
    return halted


_WAITING = text(
    """
    SELECT id FROM mailing
    WHERE state = 'running' AND id IN (SELECT mailing_id FROM batch WHERE state = 'planned') ORDER BY id
    """
)

_READ = text(
    """
    SELECT mailing.id, mailing.braked,
        (SELECT coalesce(sum(letters), 0) FROM departure WHERE mailing_id = mailing.id) AS letters,
        (SELECT count(*) FROM delivery WHERE mailing_id = mailing.id AND complained_at IS NOT NULL) AS complaints,
        (
            SELECT count(*) FROM delivery
            WHERE mailing_id = mailing.id AND bounced_at IS NOT NULL AND delivery.state = 'bounced_hard'
        ) AS bounces
    FROM mailing WHERE id = ANY(CAST(:mailings AS uuid[])) ORDER BY id
    """
)

_KEEP = text(
    """
    UPDATE mailing SET braked = jsonb_build_object(
        'letters', CAST(:letters AS int), 'complaints', CAST(:complaints AS int), 'bounces', CAST(:bounces AS int)
    ) WHERE id = :mailing
    """
)

_ROLLING = text(
    """
    SELECT left_then.sender_id, left_then.days, left_then.letters, count(delivery.id) AS complaints
    FROM (
        SELECT departure.sender_id, period.days, sum(departure.letters) AS letters
        FROM unnest(CAST(:periods AS int[])) AS period (days)
        JOIN departure ON departure.at > now() - make_interval(days => period.days)
        GROUP BY departure.sender_id, period.days
    ) AS left_then
    LEFT JOIN mailing ON mailing.sender_id = left_then.sender_id
    LEFT JOIN delivery ON delivery.mailing_id = mailing.id
        AND delivery.complained_at > now() - make_interval(days => left_then.days)
    GROUP BY left_then.sender_id, left_then.days, left_then.letters
    ORDER BY left_then.sender_id, left_then.days
    """
)
