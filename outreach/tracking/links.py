"""Where links lead, kept in memory so that a click is answered when PostgreSQL and Redis are down.

A thread per web process learns new links from the table, a mailing's links being written when it is launched. What it
learns it also leaves in a Redis hash, for a process that starts while PostgreSQL is away.
"""

import threading
import time
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import quote, urlsplit

import structlog
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, col

from outreach.delivery.models import Link, Mailing
from outreach.foundation import redis
from outreach.foundation.database import transaction
from outreach.foundation.errors import OutreachError

HASH: Final = redis.PREFIX + "links"
SCHEMES: Final = {"https", "http", "mailto"}
INTERVAL: Final = 3.0  # seconds between looks at the table
LONGEST_LAUNCH: Final = timedelta(minutes=15)  # a launch writes its links some time after its mailing's own moment
PORTION: Final = 1000

log = structlog.get_logger()


class Links:
    """The links that this process knows."""

    def __init__(self) -> None:
        self._urls: dict[str, str] = {}
        self._since: datetime | None = None
        self._wanted = threading.Event()
        self.fresh_since = 0.0  # when the last look at the table that came back was begun (monotonic)
        self.failed_at = 0.0  # when a look last failed

    def get(self, key: str) -> str | None:
        """Return where a link leads; None when this process has not heard of it."""
        return self._urls.get(key)

    def learn(self, key: str, url: str) -> str | None:
        """Take one link from elsewhere; None for an address that no letter may lead to."""
        if not is_allowed(url):
            return None
        self._urls[key] = address = _ascii(url)
        return address

    def refresh(self, session: Session) -> int:
        """Learn the links of the mailings that are new since the last time; return how many."""
        began = time.monotonic()
        query = select(col(Link.key), col(Link.url), col(Mailing.created_at)).join(
            Mailing, col(Mailing.id) == col(Link.mailing_id)
        )
        if self._since is not None:
            query = query.where(col(Mailing.created_at) > self._since - LONGEST_LAUNCH)
        new: dict[str, str] = {}
        for key, url, created_at in session.execute(query):
            if key not in self._urls and is_allowed(url):
                new[key] = _ascii(url)
            self._since = max(created_at, self._since or created_at)
        self._urls.update(new)
        _leave_in_redis(new)
        self.fresh_since = began
        return len(new)

    def keep_fresh(self, stop: threading.Event) -> None:
        """Look at the table every few seconds, and at once when somebody asks for a link that is not known yet."""
        while not stop.is_set():
            try:
                with transaction() as session:
                    self.refresh(session)
            except (OutreachError, DBAPIError) as fault:
                if self.failed_at <= self.fresh_since:
                    log.warning("links_not_refreshed", fault=type(fault).__name__)
                self.failed_at = time.monotonic()
            self._wanted.wait(INTERVAL)
            self._wanted.clear()
            stop.wait(0.2)  # however many ask, the table is looked at five times a second at most

    def want(self) -> float:
        """Ask for a look at the table soon; return the moment from which it would be new enough."""
        self._wanted.set()
        return time.monotonic()


def is_allowed(url: str) -> bool:
    """Say whether a letter may lead there: the web and mail, never script or data."""
    return urlsplit(url).scheme.lower() in SCHEMES and url.isprintable()


def _ascii(url: str) -> str:
    """Write an address as a header may hold it: 中 becomes %E4%B8%AD (RFC 3987 §3.1)."""
    return quote(url, safe=":/?#[]@!$&'()*+,;=%~")


def _leave_in_redis(urls: dict[str, str]) -> None:
    entries = list(urls.items())
    try:
        for start in range(0, len(entries), PORTION):
            redis.client().hset(HASH, mapping=dict(entries[start : start + PORTION]))
    except redis.FAULTS as fault:
        log.warning("links_not_shared", fault=type(fault).__name__)
