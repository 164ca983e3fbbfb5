"""What a look at the letters of a campaign finds, before they exist: their form, and whether the languages agree."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from typing import Final

from sqlmodel import Session, col, select

from outreach.accounts import audit
from outreach.campaigns import waiving
from outreach.campaigns.findings import Level, Problem
from outreach.campaigns.models import Campaign, Layout, Waiver
from outreach.content import agreeing, editions, link_health, manuscript, pieces
from outreach.content.manuscript import Manuscript
from outreach.content.models import LinkCheck, Piece
from outreach.foundation import clock, locale
from outreach.foundation.errors import Refused
from outreach.foundation.locale import gettext as _
from outreach.foundation.settings import settings
from outreach.rendering import checks
from outreach.rendering import message as rendering
from outreach.rendering.edition import EditionInput
from outreach.rendering.message import RenderedMessage

LATELY: Final = timedelta(days=30)
# What an approver can answer for; without the rest it is no letter that may be sent at all.
WAIVABLE: Final = frozenset(
    {
        *("placeholder", "braces", "alt.missing", "link.scheme", "link.gone"),
        *("host.foreign", "size.stop", "text.thin", "subject.control"),
    }
)


@dataclass(frozen=True)
class Review:
    """The letters of a campaign by their first language, and what was found in them."""

    letters: dict[str, RenderedMessage] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


def review(session: Session, campaign: Campaign, piece: Piece, languages: Sequence[str]) -> Review:
    """Make each letter once and go through it; some ten milliseconds a language.

    Stops that an approver answers for are warnings, with the sentence that they wrote.
    """
    whole = pieces.load(session, piece)
    present = [one for one in languages if one in whole.editions]
    letters: dict[str, RenderedMessage] = {}
    found = []
    for language in present:
        try:
            letters[language] = rendering.render(
                editions.edition_of(whole, language),
                second=second(whole, campaign.layout, language),
                tracked=False,
                public_url=settings().public_url,
            )
        except Refused as fault:
            words = {"language": locale.NAMES[language], "fault": fault.message}
            found.append(Problem(Level.STOP, "letter", _("%(language)s: %(fault)s") % words))
    found += _form(letters)
    found += [_problem(one) for one in agreeing.findings(whole, tuple(present))]
    found += [_problem(one) for one in link_health.findings(session, whole, present)]
    found += _sent_lately(session, campaign)
    return Review(letters, tuple(_waived(session, campaign, whole, found)))


def second(whole: Manuscript, layout: Layout, language: str) -> EditionInput | None:
    """Return the language that stands below in a letter of two: the next that there is."""
    if layout is not Layout.STACKED:
        return None
    other = next((one for one in locale.FALLBACKS[language] if one != language and one in whole.editions), None)
    return editions.edition_of(whole, other) if other else None


def links(session: Session, campaign: Campaign, piece: Piece) -> Mapping[str, LinkCheck | None]:
    """Return every link of a campaign's letters with what was found of it lately, None where nothing was."""
    whole = pieces.load(session, piece)
    return link_health.found(session, whole, campaign.languages or whole.languages)


def look_at_links(session: Session, campaign: Campaign, piece: Piece) -> int:
    """Have the links looked at that were not lately; returns how many."""
    whole = pieces.load(session, piece)
    return link_health.ask(session, whole, campaign.languages or whole.languages)


def waive(session: Session, campaign: Campaign, piece: Piece, *, reason: str, by: str) -> Waiver:
    """Let a campaign go although checks of its letters stop it, with a sentence that says why.

    It holds for this campaign and this content: change a comma, and it lapses. Raises Refused, Conflict.
    """
    waiving.insist_open(campaign)
    whole = pieces.load(session, piece)
    languages = campaign.languages or whole.languages
    stops = [one for one in review(session, campaign, piece, languages).problems if is_waivable(one)]
    if not stops:
        raise Refused(_("Nothing stops these letters that could be waived."))
    waiver = waiving.waive(session, campaign, _fingerprint(whole, stops), reason=reason, by=by)
    detail = {"found": sorted({one.code for one in stops}), "waiver": str(waiver.id)}
    audit.append(session, actor=by, action="campaign.waive_content", subject=str(campaign.id), detail=detail)
    return waiver


def is_waivable(problem: Problem) -> bool:
    """Tell whether an approver can answer for it."""
    return problem.level is Level.STOP and problem.code in WAIVABLE


def _form(letters: dict[str, RenderedMessage]) -> Iterable[Problem]:
    """Give what is wrong with the letters, once where it is the same in several languages."""
    where: dict[checks.Finding, list[str]] = {}
    for language, letter in letters.items():
        for finding in dict.fromkeys(checks.problems(letter)):
            where.setdefault(finding, []).append(locale.NAMES[language])
    for finding, languages in where.items():
        words = {"language": ", ".join(languages), "fault": finding.message}
        yield _problem(finding, message=_("%(language)s: %(fault)s") % words)


def _problem(finding: checks.Finding, message: str = "") -> Problem:
    return Problem(Level(finding.level.value), finding.code, message or finding.message, finding.block)


def _sent_lately(session: Session, campaign: Campaign) -> Iterable[Problem]:
    """Say where the same piece has left lately: some readers might get it twice."""
    others = session.exec(
        select(Campaign)
        .where(
            col(Campaign.piece_id) == campaign.piece_id,
            col(Campaign.id) != campaign.id,
            col(Campaign.launched_at) > clock.now() - LATELY,
        )
        .order_by(col(Campaign.launched_at).desc())
    )
    for other in others:
        if other.launched_at:
            words = {"name": other.name, "date": locale.short_date(other.launched_at.date())}
            text = _("This piece left on %(date)s already, as “%(name)s”; who got it then may get it twice.")
            yield Problem(Level.WARN, "sent_lately", text % words)


def _waived(session: Session, campaign: Campaign, whole: Manuscript, found: list[Problem]) -> list[Problem]:
    stops = [one for one in found if is_waivable(one)]
    waiver = waiving.found(session, campaign, _fingerprint(whole, stops)) if stops else None
    if waiver is None:
        return found
    words = {"name": waiver.by, "reason": waiver.reason}
    text = _("%(name)s lets it go although a check stops it: “%(reason)s”") % words
    lowered = [Problem(Level.WARN, one.code, one.message, one.block) if one in stops else one for one in found]
    return [Problem(Level.WARN, "content_waived", text), *lowered]


def _fingerprint(whole: Manuscript, stops: Iterable[Problem]) -> str:
    codes = sorted(f"{one.code} {one.block or ''}" for one in stops)
    return sha256("\n".join([manuscript.digest(whole), *codes]).encode()).hexdigest()
