"""Whom an audience that is being built would reach, and the address of the people behind each number."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from sqlmodel import Session

from outreach.campaigns import audience
from outreach.consent import topics
from outreach.foundation import locale
from outreach.foundation.errors import NotFound, Refused
from outreach.segments import preview, rules, saved
from outreach.segments.preview import Preview
from outreach.segments.selecting import AudienceSpec
from outreach.web.officer.campaign import Shown
from outreach.web.officer.draft import Draft

LONGEST: Final = 15  # seconds that a count may take
LONGEST_ADDRESS: Final = 6000  # characters; servers in between cut what is much longer


@dataclass(frozen=True)
class Panel:
    """What stands beside the conditions. Without `found` the number is not known, and `problem` may say why."""

    found: Preview | None = None
    problem: str = ""
    unfinished: int = 0
    people: str = ""

    def address(self, reason: str = "") -> str:
        """Return the address of the people whom a reason leaves out, or who receive; empty where it is too long."""
        if not self.people or len(self.people) > LONGEST_ADDRESS:
            return ""
        return f"{self.people}&reason={reason}" if reason else self.people


def of_draft(session: Session, one: Draft, *, topic: str = "", shown: Shown | None = None) -> Panel:
    """Count a draft for a letter on a topic, on any when none is given, or for a campaign."""
    try:
        include, exclude = one.rules()
        return of_rules(session, include, exclude, topic=topic, shown=shown, unfinished=one.unfinished)
    except (Refused, NotFound) as refusal:
        return Panel(problem=refusal.message, unfinished=one.unfinished)


def of_rules(
    session: Session,
    include: rules.Rule,
    exclude: rules.Rule | None,
    *,
    topic: str = "",
    shown: Shown | None = None,
    unfinished: int = 0,
) -> Panel:
    """Count two rules in the same way. Raises Refused for a segment or topic that is not there."""
    meant = spec(session, include, exclude, topic=topic, shown=shown)
    asked = {"include": rules.to_text(include), "topic": topic}
    if exclude is not None:
        asked["exclude"] = rules.to_text(exclude)
    if shown is not None:
        asked["campaign"] = str(shown.campaign.id)
    people = f"/segments/people?{urlencode({name: value for name, value in asked.items() if value})}"
    found = preview.count_within(session, meant, seconds=LONGEST)
    return Panel(found=found, unfinished=unfinished, people=people)


def spec(
    session: Session, include: rules.Rule, exclude: rules.Rule | None, *, topic: str = "", shown: Shown | None = None
) -> AudienceSpec:
    """Return whom two rules mean for a campaign's piece, or for a letter on a topic that exists in every language."""
    if shown is not None:
        return audience.planned(
            session, shown.piece, include=include, exclude=exclude, languages=shown.campaign.languages
        )
    keys = (topics.by_keys(session, [topic])[0].key,) if topic else tuple(one.key for one in topics.listed(session))
    return AudienceSpec(
        include=saved.spelled_out(session, include),
        exclude=saved.spelled_out(session, exclude) if exclude else None,
        topics=keys,
        languages=locale.LANGUAGES,
    )
