"""Where saved segments are used: which campaigns and segments name one, and whether it may go."""

from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from outreach.accounts import audit
from outreach.campaigns.models import Campaign, CampaignState
from outreach.foundation.errors import Conflict
from outreach.foundation.locale import gettext as _
from outreach.segments.models import Segment

WAITING = (CampaignState.DRAFT, CampaignState.SCHEDULED)


@dataclass(frozen=True)
class Use:
    """A campaign that names a segment; one that was launched has its audience frozen and needs it no more."""

    id: UUID
    name: str
    state: CampaignState

    @property
    def needs_it(self) -> bool:
        """Tell whether the campaign still has to find its people by it."""
        return self.state in WAITING


def campaigns(session: Session, segment: Segment) -> list[Use]:
    """List the campaigns that name a segment, newest first."""
    rows = session.execute(
        sa.select(col(Campaign.id), col(Campaign.name), col(Campaign.state))
        .where(sa.or_(_names(Campaign.include, segment.key), _names(Campaign.exclude, segment.key)))
        .order_by(col(Campaign.id).desc())
        .limit(50)
    )
    return [Use(row.id, row.name, row.state) for row in rows]


def segments(session: Session, segment: Segment) -> list[Segment]:
    """List the segments that name a segment."""
    named = sa.or_(_names(Segment.include, segment.key), _names(Segment.exclude, segment.key))
    return list(session.exec(select(Segment).where(named).order_by(col(Segment.name))))


def numbers(session: Session) -> dict[str, int]:
    """Count the campaigns that still need each segment, by its key; a segment that none needs is not there."""
    key = col(Segment.key)
    rows = session.execute(
        sa.select(key, sa.func.count().label("number"))
        .join(Campaign, sa.or_(_names(Campaign.include, key), _names(Campaign.exclude, key)))
        .where(col(Campaign.state).in_(WAITING))
        .group_by(key)
    )
    return {row.key: row.number for row in rows}


def delete(session: Session, segment: Segment, *, by: str) -> None:
    """Delete a segment. Raises Conflict while a campaign that is not launched, or another segment, needs it."""
    needing = [one.name for one in campaigns(session, segment) if one.needs_it]
    needing += [one.name for one in segments(session, segment)]
    if needing:
        raise Conflict(
            _("“%(segment)s” is needed by %(names)s; change that first.")
            % {"segment": segment.name, "names": ", ".join(_("“%(name)s”") % {"name": one} for one in needing)}
        )
    session.delete(segment)
    session.flush()
    audit.append(session, actor=by, action="segment.delete", subject=f"segment:{segment.id}")


def _names(rule: object, key: object) -> sa.ColumnElement[bool]:
    path = sa.cast("$.**.segment[*] ? (@ == $key)", sa.dialects.postgresql.JSONPATH)
    return sa.func.jsonb_path_exists(rule, path, sa.func.jsonb_build_object("key", key))
