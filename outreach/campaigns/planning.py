"""Plan a campaign: which piece, to whom, from whom, when."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, select

from outreach.accounts import audit
from outreach.campaigns import expecting, origin, readiness
from outreach.campaigns.models import Campaign, CampaignState, Layout
from outreach.content.models import Piece
from outreach.foundation import clock
from outreach.foundation.errors import Conflict, NotFound, Refused
from outreach.foundation.locale import gettext as _
from outreach.segments import rules


def create(
    session: Session,
    piece: Piece,
    *,
    name: str,
    include: rules.Rule,
    exclude: rules.Rule | None = None,
    layout: Layout = Layout.SINGLE,
    at: datetime | None = None,
    time_zone: str = "Europe/Stockholm",
    sender: str | None = None,
    by: str,
) -> Campaign:
    """Make a draft; `sender` is the key of an identity, the oldest of the piece's stream where none is named.

    Raises Refused without a sender of the stream, or for one of another.
    """
    campaign = Campaign(
        name=name.strip(),
        piece_id=piece.id,
        sender_id=origin.chosen(session, piece, sender).id,
        include=rules.dump(include),
        exclude=rules.dump(exclude) if exclude else None,
        layout=layout,
        time_zone=time_zone,
        created_by=by,
    )
    if not campaign.name:
        raise Refused(_("Give the campaign a name."))
    session.add(campaign)
    session.flush()
    audit.append(session, actor=by, action="campaign.create", subject=str(campaign.id), detail={"piece": piece.key})
    if at:
        schedule(session, campaign, at, by=by)
    return campaign


def clone(session: Session, campaign: Campaign, *, by: str) -> Campaign:
    """Make a draft of the same piece, from the same sender, to the same audience; no time goes along."""
    made = Campaign(
        name=_("%(name)s (copy)") % {"name": campaign.name},
        **campaign.model_dump(
            include={"piece_id", "sender_id", "include", "exclude", "layout", "fallbacks", "languages", "time_zone"}
        ),
        created_by=by,
    )
    session.add(made)
    session.flush()
    audit.append(session, actor=by, action="campaign.clone", subject=str(made.id), detail={"of": str(campaign.id)})
    return made


def replan(
    session: Session,
    campaign: Campaign,
    piece: Piece,
    *,
    name: str,
    include: rules.Rule,
    exclude: rules.Rule | None,
    layout: Layout,
    sender: str | None = None,
    by: str,
) -> None:
    """Change what a campaign sends, and to whom. Raises Conflict once it is launched, Refused as `create` does."""
    if campaign.state not in {CampaignState.DRAFT, CampaignState.SCHEDULED}:
        raise Conflict(_("Only a campaign that has not been launched can be changed."))
    if not name.strip():
        raise Refused(_("Give the campaign a name."))
    campaign.name = name.strip()
    campaign.piece_id = piece.id
    before = campaign.sender_id
    campaign.sender_id = origin.chosen(session, piece, sender).id
    if campaign.state is CampaignState.SCHEDULED and campaign.sender_id != before:
        origin.insist(session, campaign, piece)
    campaign.include = rules.dump(include)
    campaign.exclude = rules.dump(exclude) if exclude else None
    campaign.layout = layout
    expecting.forget(session, campaign)
    audit.append(session, actor=by, action="campaign.replan", subject=str(campaign.id), detail={"piece": piece.key})


def retarget(session: Session, campaign: Campaign, *, include: rules.Rule, exclude: rules.Rule | None, by: str) -> None:
    """Change to whom a campaign goes. Raises Conflict once it is launched."""
    if campaign.state not in {CampaignState.DRAFT, CampaignState.SCHEDULED}:
        raise Conflict(_("Only a campaign that has not been launched can be changed."))
    campaign.include = rules.dump(include)
    campaign.exclude = rules.dump(exclude) if exclude else None
    expecting.forget(session, campaign)
    audit.append(session, actor=by, action="campaign.retarget", subject=str(campaign.id))


def schedule(session: Session, campaign: Campaign, at: datetime, *, expected: int | None = None, by: str) -> None:
    """Set the time (aware) at which a draft leaves by itself; `expected` letters stood on the button.

    Raises Refused for a time that is over, and for a sender that stops it; all else may be put right until then.
    """
    if at <= clock.now():
        raise Refused(_("That time is over; choose a later one, or launch now."))
    if campaign.state not in {CampaignState.DRAFT, CampaignState.SCHEDULED}:
        raise Conflict(_("Only a campaign that has not been launched can be scheduled."))
    origin.insist(session, campaign, readiness.piece_of(session, campaign))
    campaign.scheduled_at = at
    campaign.state = CampaignState.SCHEDULED
    session.add(campaign)
    if expected is not None:
        expecting.keep(session, campaign, expected)
    audit.append(session, actor=by, action="campaign.schedule", subject=str(campaign.id), detail={"at": at.isoformat()})


def unschedule(session: Session, campaign: Campaign, *, by: str) -> None:
    """Make a scheduled campaign a draft again."""
    if campaign.state is not CampaignState.SCHEDULED:
        raise Conflict(_("This campaign is not scheduled."))
    campaign.scheduled_at = None
    campaign.state = CampaignState.DRAFT
    session.add(campaign)
    audit.append(session, actor=by, action="campaign.unschedule", subject=str(campaign.id))


def moment(text: str) -> datetime:
    """Read «2026-12-03 09:30 Asia/Shanghai». Raises Refused with an example for anything else.

    A time that the clocks skip is the first one after it; of one that they show twice it is the first.
    """
    when, _space, zone = text.strip().rpartition(" ")
    try:
        read = datetime.strptime(when, "%Y-%m-%d %H:%M").replace(tzinfo=ZoneInfo(zone))
    except (ValueError, KeyError, OSError) as wrong:
        raise Refused(
            _("The time “%(text)s” cannot be read; write it as 2026-12-03 09:30 Asia/Shanghai.") % {"text": text}
        ) from wrong
    while _is_skipped(read):
        read += timedelta(minutes=1)
    return read


def _is_skipped(moment: datetime) -> bool:
    """Tell whether no clock ever shows this time, because it is put forward over it."""
    return moment.astimezone(UTC).astimezone(moment.tzinfo).replace(tzinfo=None) != moment.replace(tzinfo=None)


def get(session: Session, key: str) -> Campaign:
    """Find a campaign by its id, or the beginning of it when that is enough. Raises NotFound."""
    wanted = key.strip().lower()
    matches = [one for one in session.exec(select(Campaign)) if str(one.id).startswith(wanted)] if wanted else []
    if len(matches) != 1:
        raise NotFound(_("There is no campaign “%(key)s”; 'outreach campaign list' shows them.") % {"key": key})
    return matches[0]
