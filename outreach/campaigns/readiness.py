"""What stands between a campaign and its launch."""

from datetime import timedelta

from sqlmodel import Session, col, select

from outreach.campaigns import audience, origin, reviewing, timing
from outreach.campaigns.findings import Level as Level
from outreach.campaigns.findings import Problem as Problem
from outreach.campaigns.models import Campaign, CampaignState
from outreach.content import approval, editions, revisions
from outreach.content.models import Asset, Piece
from outreach.delivery import guard
from outreach.foundation import clock, locale
from outreach.foundation.errors import NotFound
from outreach.foundation.locale import gettext as _
from outreach.foundation.settings import settings
from outreach.segments import preview

SOON = timedelta(days=30)


def problems(session: Session, campaign: Campaign) -> list[Problem]:
    """List everything that stops a launch or wants a look, the stops first."""
    piece = piece_of(session, campaign)
    languages = campaign.languages or editions.languages(session, piece)
    found = [
        *_state(campaign),
        *_sending(session),
        *_editions(session, piece, languages),
        *_approval(session, piece),
        *_four_eyes(session, campaign, piece),
        *_rights(session, campaign, piece),
        *_audience(session, campaign, piece),
        *_time(campaign),
        *origin.problems(session, campaign, piece),
        *reviewing.review(session, campaign, piece, languages).problems,
    ]
    return sorted(found, key=lambda one: one.level is not Level.STOP)


def piece_of(session: Session, campaign: Campaign) -> Piece:
    """Return the piece that a campaign sends."""
    piece = session.get(Piece, campaign.piece_id)
    if piece is None:
        raise NotFound
    return piece


def _state(campaign: Campaign) -> list[Problem]:
    if campaign.state in {CampaignState.DRAFT, CampaignState.SCHEDULED}:
        return []
    return [Problem(Level.STOP, "launched", _("This campaign has been launched already."))]


def _sending(session: Session) -> list[Problem]:
    if guard.standing(session).doubt is None:
        return []
    text = _("Sending is locked, because the database was put back to an earlier day; ask an administrator.")
    return [Problem(Level.STOP, "locked", text)]


def _editions(session: Session, piece: Piece, languages: list[str]) -> list[Problem]:
    if not languages:
        return [Problem(Level.STOP, "no_edition", _("The piece has no edition in any language."))]
    found = []
    for language in languages:
        for gap in editions.missing(session, piece, language):
            text = _("%(language)s: %(what)s is missing.") % {"language": locale.NAMES[language], "what": gap.label}
            found.append(Problem(Level.STOP, "incomplete", text))
    return found


def _approval(session: Session, piece: Piece) -> list[Problem]:
    if approval.is_approved(session, piece):
        return []
    return [Problem(Level.STOP, "not_approved", _("Nobody has approved this content as it stands now."))]


def _four_eyes(session: Session, campaign: Campaign, piece: Piece) -> list[Problem]:
    """Ask for an approval by somebody who did not write in it, where it goes to many."""
    many = settings().four_eyes_above
    approvers = approval.approvers(session, piece) if many else set()
    if not approvers or approvers - revisions.authors(session, piece):
        return []
    if not preview.reaches_more_than(session, audience.spec(session, campaign, piece), many):
        return []
    text = _("It goes to more than %(number)s people, so somebody who has not written in it has to approve it, too.")
    return [Problem(Level.STOP, "four_eyes", text % {"number": locale.number(many)})]


def _rights(session: Session, campaign: Campaign, piece: Piece) -> list[Problem]:
    leaves = (campaign.scheduled_at or clock.now()).date()
    found = []
    for asset in session.exec(select(Asset).where(col(Asset.piece_id) == piece.id)):
        if asset.rights_expire_on and asset.rights_expire_on < leaves + SOON:
            values = {"name": asset.name, "date": locale.short_date(asset.rights_expire_on)}
            over = asset.rights_expire_on < leaves
            text = (
                _("The right to use the picture %(name)s ended on %(date)s.")
                if over
                else _("The right to use the picture %(name)s ends on %(date)s; letters are read for longer.")
            )
            found.append(Problem(Level.WARN, "rights", text % values))
    return found


def _time(campaign: Campaign) -> list[Problem]:
    hints = timing.hints(campaign.scheduled_at) if campaign.scheduled_at else []
    return [Problem(Level.WARN, "time", hint) for hint in hints]


def _audience(session: Session, campaign: Campaign, piece: Piece) -> list[Problem]:
    if preview.reaches_more_than(session, audience.spec(session, campaign, piece), 0):
        return []
    return [Problem(Level.STOP, "nobody", _("Nobody would receive it; look at the segment and at the consents."))]
