"""Why people leave: the words for it, and how many said what."""

from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from sqlmodel import Session, col

from outreach.foundation import clock
from outreach.foundation.locale import gettext as _
from outreach.readers.models import Parting, Why


@dataclass(frozen=True)
class Count:
    """How many left for a reason, None for those who gave none."""

    why: Why | None
    number: int


@dataclass(frozen=True)
class Leavings:
    """Who left by a page within some days; those who thought again are counted apart."""

    days: int
    left: int
    undone: int
    counts: tuple[Count, ...]


def label(why: Why) -> str:
    """Say a reason as the person who leaves would."""
    labels = {
        Why.TOO_MANY: _("There are too many letters"),
        Why.NOT_FOR_ME: _("The subjects are not for me"),
        Why.LANGUAGE: _("They are not in a language that I read easily"),
        Why.CHANGED_WORK: _("I have changed work"),
        Why.NEVER_ASKED: _("I never asked for them"),
        Why.OTHER: _("Something else"),
    }
    return labels[why]


def counted(session: Session, *, days: int) -> Leavings:
    """Count the leavings of the last days by reason, the most frequent first, without names."""
    since = clock.now() - timedelta(days=days)
    stays = col(Parting.undone_at).is_(None)
    rows = session.execute(
        sa.select(col(Parting.why), sa.func.count().filter(stays).label("left"), sa.func.count().label("number"))
        .where(col(Parting.at) > since)
        .group_by(col(Parting.why))
    ).all()
    counts = sorted(
        (Count(row.why, row.left) for row in rows if row.left), key=lambda one: (one.why is None, -one.number)
    )
    left = sum(row.left for row in rows)
    return Leavings(days, left, sum(row.number for row in rows) - left, tuple(counts))
