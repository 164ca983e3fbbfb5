"""Hours in which more signed up than can be people: what the staff see of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session, col, select

from outreach.foundation import clock
from outreach.signup.models import SignUpAlarm

RECENT: Final = timedelta(days=1)
SHOWN: Final = 10


@dataclass(frozen=True)
class Alarm:
    """From when to when people were turned away, and how many."""

    since: datetime
    last_at: datetime
    refused: int


def latest(session: Session) -> list[Alarm]:
    """List the hours of which it is known, the newest first; after 30 days they are forgotten."""
    found = session.exec(select(SignUpAlarm).order_by(col(SignUpAlarm.hour).desc()).limit(SHOWN))
    return [Alarm(one.hour, one.last_at, one.refused) for one in found]


def recent(session: Session) -> Alarm | None:
    """Return what happened within a day as one, None when nothing did."""
    found = [one for one in latest(session) if one.last_at > clock.now() - RECENT]
    if not found:
        return None
    return Alarm(found[-1].since, found[0].last_at, sum(one.refused for one in found))
