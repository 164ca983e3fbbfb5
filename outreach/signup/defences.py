"""What keeps the form from being used against people: nobody's mailbox is filled, nobody learns who subscribes (S-16).

Per address it is counted in PostgreSQL, so that no two requests at once make two letters; per network and in all in
Redis. None of it keeps an address of either kind: keyed hashes only.
"""

import hmac
from enum import StrEnum
from typing import Final

import structlog
from limits import RateLimitItemPerHour
from sqlalchemy import text
from sqlmodel import Session

from outreach.foundation import clock, throttling
from outreach.foundation.blinding import blinded

log = structlog.get_logger()

PER_MONTH: Final = 3  # letters to one address, and one a day
PER_NETWORK: Final = RateLimitItemPerHour(30)  # forms: an office has one address for everybody in it
IN_ALL: Final = RateLimitItemPerHour(600)  # letters
FASTEST: Final = 3  # seconds in which no person fills in the form
SLOWEST: Final = 24 * 3600  # seconds for which a page may stay open
DAYS_COUNTED: Final = 30

_WHAT: Final = "sign-up"


class Haste(StrEnum):
    """How long somebody took to fill in the form."""

    FINE = "fine"  # as people do
    FAST = "fast"  # faster than people do
    STALE = "stale"  # the page was open for a day, or the stamp is none of ours


def stamp() -> str:
    """Return what a form carries to tell when it was shown; nobody else can make one."""
    began = str(int(clock.now().timestamp()))
    return f"{began}.{blinded('sign-up form', began)}"


def haste(stamp: str) -> Haste:
    """Judge how long somebody took, by the stamp of their form."""
    began, _dot, mark = stamp.partition(".")
    if not (began.isascii() and began.isdigit() and len(began) < 12):
        return Haste.STALE
    if not hmac.compare_digest(blinded("sign-up form", began).encode(), mark.encode(errors="replace")):
        return Haste.STALE
    seconds = clock.now().timestamp() - int(began)
    if seconds < FASTEST:
        return Haste.FAST
    return Haste.FINE if seconds < SLOWEST else Haste.STALE


def admits_network(client: str) -> bool:
    """Count a form from a visitor's network; False when too many came from there within an hour."""
    return not client or throttling.count(_WHAT, [(PER_NETWORK, ("network", throttling.network(client)))])


def has_room() -> bool:
    """Tell whether one more letter may go out; not where there were more in an hour than people can be behind."""
    return throttling.is_free(_WHAT, [(IN_ALL, ("all",))])


def count_letter() -> None:
    """Count that a letter goes out."""
    throttling.count(_WHAT, [(IN_ALL, ("all",))])


def claim_letter(session: Session, address: str) -> bool:
    """Take the right to one letter to an address; False when it had one within a day or three within 30 days.

    One statement, whose row lock makes requests at the same moment come one after the other.
    """
    hidden = blinded("sign-up address", address)
    return session.execute(_CLAIM, {"address": hidden, "month": PER_MONTH}).one_or_none() is not None


def alarm(session: Session) -> None:
    """Write down that somebody was turned away, for the staff to see."""
    log.warning("sign_up_alarm")
    session.execute(_ALARM)


def forget(session: Session) -> None:
    """Forget what is counted no more."""
    session.execute(text("DELETE FROM sign_up_letter WHERE last_at < now() - make_interval(days => :days)"), _DAYS)
    session.execute(text("DELETE FROM sign_up_alarm WHERE hour < now() - make_interval(days => :days)"), _DAYS)


_DAYS: Final = {"days": DAYS_COUNTED}

_CLAIM = text(
    """
    INSERT INTO sign_up_letter AS known (address) VALUES (:address)
    ON CONFLICT (address) DO UPDATE SET
        last_at = now(),
        before = ARRAY(
            SELECT at FROM unnest(known.before || known.last_at) AS at WHERE at > now() - interval '30 days'
        )
    WHERE known.last_at <= now() - interval '1 day' AND (
        SELECT count(*) FROM unnest(known.before || known.last_at) AS at WHERE at > now() - interval '30 days'
    ) < :month
    RETURNING 1
    """
)

_ALARM = text(
    """
    INSERT INTO sign_up_alarm AS known (hour, refused) VALUES (date_trunc('hour', now()), 1)
    ON CONFLICT (hour) DO UPDATE SET refused = known.refused + 1, last_at = now()
    """
)
