"""Providers' reports on their way from the stream, where the webhook left them, to rows and to what follows."""

from collections.abc import Sequence
from typing import Final

import structlog
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from outreach.delivery import events, providers
from outreach.delivery.interface import Report
from outreach.foundation import streams
from outreach.foundation.errors import OutreachError
from outreach.foundation.jobs import Job
from outreach.tracking import effects, positions

STREAM: Final = "provider-events"
APPLY: Final = Job("tracking.apply_reports", queue="tracking")
PORTION: Final = 50  # calls of up to 1 MB each

log = structlog.get_logger()


def keep(session: Session) -> int:
    """Write down the next portion of webhook calls, raw; return how many there were.

    0 means that nothing waits or that another worker is at it. After commit, call `trim`. Raises redis errors when
    Redis is away.
    """
    place = positions.take(session, STREAM)
    if place and place.is_new_life:
        log.warning("reports_may_be_missing", stream=place.name)
        events.note_gap(session, place.name)
    calls = streams.after(STREAM, place.last_id, PORTION) if place else []
    if not place or not calls:
        return 0
    _keep(session, calls)
    positions.move(session, place, calls[-1].id)
    return len(calls)


def trim(session: Session) -> None:
    """Let Redis forget what is kept; call it in a transaction of its own after the one that kept."""
    positions.trim(session, STREAM)


def apply(session: Session) -> int:
    """Apply what is kept to the deliveries and do what follows; return how many effects there were."""
    found, nameless = events.apply(session), events.apply_nameless(session)
    effects.follow(session, found)
    effects.follow_nameless(session, nameless)
    return len(found) + len(nameless)


def _keep(session: Session, calls: Sequence[streams.Entry]) -> None:
    """Write calls down together; one by one when there is one among them that no table takes."""
    try:
        with session.begin_nested():
            _write(session, calls)
    except OperationalError:  # the database is away: the calls wait
        raise
    except Exception:  # what nobody thought of must hold up neither this call nor those behind it for ever
        if len(calls) > 1:
            for call in calls:
                _keep(session, [call])
            return
        name, body = _said(calls[0])
        log.exception("report_not_read", provider=name)
        events.keep_unread(session, name, body)


def _write(session: Session, calls: Sequence[streams.Entry]) -> None:
    found: dict[str, list[Report]] = {}
    for call in calls:
        name, body = _said(call)
        reports = _read(name, body)
        found.setdefault(name, []).extend(reports)
        if not reports:
            events.keep_unread(session, name, body)
    for name, reports in found.items():
        events.keep(session, name, reports)


def _read(name: str, body: str) -> list[Report]:
    try:
        provider = providers.load(name)
    except OutreachError as unusable:  # a provider that was taken out, or whose settings were broken, after it called
        log.warning("report_of_unusable_provider", provider=name, reason=unusable.message)
        return []
    return provider.parse(body.encode("utf-8", "surrogateescape"))


def _said(call: streams.Entry) -> tuple[str, str]:
    return call.fields.get("provider", ""), call.fields.get("body", "")
