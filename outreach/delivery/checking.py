"""Checking senders against the DNS: daily, when somebody asks, and soon again where nobody answered.

Like sending, `check_due` and `check_now` open their own transactions: none is open during a question.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from json import dumps
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session

from outreach.delivery.authentication import check
from outreach.delivery.authentication.lookups import Lookups
from outreach.delivery.authentication.needs import Needs, is_reserved
from outreach.delivery.authentication.results import STOPS, Result, Verdict, kept_where_silent, worst
from outreach.delivery.models import Sender, SenderCheck
from outreach.foundation import clock, jobs
from outreach.foundation.database import transaction
from outreach.foundation.jobs import Job
from outreach.foundation.settings import settings

CHECK: Final = Job("delivery.check_senders", queue="upkeep")
WHILE: Final = 40.0  # seconds that one job goes on taking senders
STANDS_FOR: Final = timedelta(days=3)  # that an answer counts while nobody answers anew
_EVERY_SENDER: Final = text("INSERT INTO sender_check (sender_id) SELECT id FROM sender ON CONFLICT DO NOTHING")


@dataclass(frozen=True)
class Standing:
    """What is known of a sender now."""

    verdict: Verdict
    results: tuple[Result, ...]
    checked_at: datetime | None
    is_waiting: bool

    @property
    def stops(self) -> tuple[Result, ...]:
        """Return what keeps a campaign from leaving."""
        return tuple(one for one in self.results if one.verdict in STOPS)

    @property
    def is_stopping(self) -> bool:
        """Tell whether a campaign from this sender is held until somebody waives."""
        return self.verdict in STOPS

    @property
    def fingerprint(self) -> str:
        """Return what changes as soon as what stops does; a waiver is for exactly this."""
        stops = [
            [one.part, one.name, [[found.code, dict(found.values)] for found in one.findings]] for one in self.stops
        ]
        return sha256(dumps(stops, sort_keys=True).encode()).hexdigest()


def needs(sender: Sender) -> Needs:
    """Return what an identity needs of the DNS; what it does not say is the domain of its address."""
    domain = sender.address.rpartition("@")[2].lower()
    return Needs(
        domain=domain,
        envelope=sender.envelope_domain or domain,
        dkim=sender.dkim_domain or domain,
        selectors=tuple(sender.dkim_selectors),
        provider=sender.spf_include,
    )


def is_exempt(sender: Sender) -> bool:
    """Tell whether there is nothing to check: a made-up domain that writes to the sandbox, in development."""
    own = settings()
    return own.environment == "development" and own.provider == "sandbox" and is_reserved(needs(sender).domain)


def standing(session: Session, sender: Sender) -> Standing:
    """Return what is known of a sender."""
    return _standing(sender, session.get(SenderCheck, sender.id))


def standings(session: Session, senders: Sequence[Sender]) -> Mapping[UUID, Standing]:
    """Return what is known of several senders, by id."""
    return {one.id: standing(session, one) for one in senders}


def ask(session: Session, sender: Sender) -> None:
    """Have a sender checked as soon as a worker is free."""
    now = text("now()")
    session.execute(
        insert(SenderCheck)
        .values(sender_id=sender.id, results=[], asked_at=now)
        .on_conflict_do_update(index_elements=["sender_id"], set_={"asked_at": now})
    )
    jobs.nudge(session, CHECK)


def forget(session: Session, sender: Sender) -> None:
    """Drop what was known: it was about other names."""
    kept = session.get(SenderCheck, sender.id)
    if kept is not None:
        kept.results, kept.checked_at = [], None
        session.add(kept)


def check_due() -> int:
    """Check what is due, one sender after another, for a while; returns how many."""
    until = time.monotonic() + WHILE
    done = 0
    while time.monotonic() < until:
        with transaction() as session:
            sender = claim(session)
        if sender is None:
            break
        _check(sender)
        done += 1
    return done


def check_now(sender: Sender) -> Standing:
    """Check a sender here and now; up to twenty seconds where nobody answers."""
    _check(sender)
    with transaction() as session:
        return standing(session, session.get_one(Sender, sender.id))


def _check(sender: Sender) -> None:
    wanted = needs(sender)
    results = [] if is_exempt(sender) else check.run(Lookups(settings().dns_servers), wanted)
    with transaction() as session:
        keep(session, session.get_one(Sender, sender.id), wanted, results)


def claim(session: Session) -> Sender | None:
    """Take a sender that is due by the database clock; one whose worker vanished is due again after two minutes."""
    session.execute(_EVERY_SENDER)
    claimed = session.execute(
        text(
            """
            UPDATE sender_check SET begun_at = now()
            WHERE sender_id = (
                SELECT sender_id FROM sender_check
                WHERE (begun_at IS NULL OR begun_at < now() - interval '2 minutes')
                    AND (
                        asked_at IS NOT NULL
                        OR checked_at IS NULL
                        OR checked_at < now() - interval '1 day'
                        OR (
                            checked_at < now() - interval '10 minutes'
                            AND (
                                results @> '[{"verdict": "unknown"}]' OR results @> '[{"is_old": true}]'
                                OR results = '[]'  -- made up, until the settings say otherwise
                            )
                        )
                    )
                ORDER BY asked_at NULLS LAST, checked_at NULLS FIRST
                LIMIT 1
                FOR UPDATE SKIP LOCKED
            )
            RETURNING sender_id
            """
        )
    ).scalar_one_or_none()
    return None if claimed is None else session.get_one(Sender, claimed)


def keep(session: Session, sender: Sender, asked_for: Needs, results: list[Result]) -> None:
    """Keep what was found, unless the sender was changed or asked about again meanwhile: then it is still due."""
    session.execute(_EVERY_SENDER)
    kept = session.get_one(SenderCheck, sender.id, with_for_update=True)
    if needs(sender) == asked_for:
        since = (clock.now() - STANDS_FOR).isoformat(timespec="seconds")
        old = [Result.of_json(one) for one in kept.results]
        kept.results = [one.as_json() for one in kept_where_silent(results, old, since=since)]
        kept.checked_at = clock.now()
        if not (kept.asked_at and kept.begun_at and kept.asked_at > kept.begun_at):
            kept.asked_at = None
    kept.begun_at = None
    session.add(kept)


def _standing(sender: Sender, kept: SenderCheck | None) -> Standing:
    waiting = kept is not None and kept.asked_at is not None
    if is_exempt(sender):
        return Standing(Verdict.NOT_APPLICABLE, (), None, is_waiting=False)
    if kept is None or not kept.results:
        return Standing(Verdict.UNKNOWN, (), None, is_waiting=waiting)
    results = tuple(Result.of_json(one) for one in kept.results)
    return Standing(worst(one.verdict for one in results), results, kept.checked_at, is_waiting=waiting)
