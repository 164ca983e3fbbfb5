"""What the things are called that rules know by ids and keys: campaigns, segments, organisations."""

from sqlmodel import Session

from outreach.campaigns import overview
from outreach.contacts import organisations
from outreach.segments import rules, saved
from outreach.segments.sentences import Names


def of(session: Session, *said: rules.Rule | None) -> Names:
    """Return the names that are needed to say some rules."""
    parts = [part for rule in said if rule is not None for part in rules.parts(rule)]
    campaigns = {one for part in parts for one in rules.campaigns_of(part)}
    employers = {one for part in parts if isinstance(part, rules.OrganisationIs) for one in part.organisation}
    segments = {one for part in parts if isinstance(part, rules.InSegment) for one in part.segment}
    return Names(
        campaigns=overview.names(session, campaigns) if campaigns else {},
        segments=saved.names(session, segments),
        organisations=organisations.names_by_key(session, employers),
    )
