"""Hold, continue, end; and notice when a campaign is done."""

from datetime import timedelta
from typing import Final

from sqlalchemy import text
from sqlmodel import Session, col, select

from outreach.accounts import audit
from outreach.campaigns import launching
from outreach.campaigns.models import Campaign, CampaignState
from outreach.delivery import ledger
from outreach.foundation import clock, jobs, locale
from outreach.foundation.errors import Conflict, OutreachError, Refused
from outreach.foundation.jobs import Job
from outreach.foundation.locale import gettext as _

TICK = Job("campaigns.tick", queue="campaigns")
LATEST: Final = timedelta(minutes=15)  # what is later than this does not leave by itself any more


def pause(session: Session, campaign: Campaign, *, by: str) -> None:
    """Hold a running campaign: no further batch leaves."""
    if not ledger.pause(session, campaign.id):
        raise Conflict(_("Only a campaign that is being sent can be paused."))
    _moved(session, campaign, CampaignState.PAUSED, "campaign.pause", by)


def resume(session: Session, campaign: Campaign, *, by: str) -> None:
    """Let a held campaign go on where it stopped."""
    if not ledger.resume(session, campaign.id):
        raise Conflict(_("Only a paused campaign can be resumed."))
    _moved(session, campaign, CampaignState.RUNNING, "campaign.resume", by)
    jobs.nudge(session, ledger.SEND)


def cancel(session: Session, campaign: Campaign, *, by: str) -> int:
    """End a campaign; returns how many letters will never leave. What has left cannot be called back."""
    if campaign.state in {CampaignState.FINISHED, CampaignState.CANCELLED}:
        raise Conflict(_("This campaign is over; there is nothing left to cancel."))
    stopped = ledger.cancel(session, campaign.id) if campaign.launched_at else 0
    _moved(session, campaign, CampaignState.CANCELLED, "campaign.cancel", by)
    return stopped


def launch_due(session: Session) -> list[Campaign]:
    """Launch what is due by the database clock; one that cannot go is a draft again, its reason in the audit log.

    So is one that is late by more than a quarter of an hour, because nothing was running: a person decides about it.
    """
    due = session.exec(
        select(Campaign)
        .where(col(Campaign.state) == CampaignState.SCHEDULED, text("scheduled_at <= now()"))
        .with_for_update(skip_locked=True)
    ).all()
    for campaign in due:
        try:
            with session.begin_nested():
                _insist_in_time(session, campaign)
                launching.launch(session, campaign, by="schedule")
        except OutreachError as stop:
            session.refresh(campaign)
            campaign.state = CampaignState.DRAFT
            session.add(campaign)
            detail = {"reason": stop.message}
            audit.append(session, actor="schedule", action="campaign.missed", subject=str(campaign.id), detail=detail)
    return list(due)


def _insist_in_time(session: Session, campaign: Campaign) -> None:
    late = session.execute(text("SELECT now() - CAST(:at AS timestamptz)"), {"at": campaign.scheduled_at}).scalar_one()
    if late > LATEST:
        words = {"number": locale.number(round(late.total_seconds() / 60))}
        raise Refused(
            _("Its time came %(number)s minutes ago, when nothing was running. Launch it now, or set another time.")
            % words
        )


def follow_ledger(session: Session) -> int:
    """Take over what the ledger knows: finished when nothing waits any more, paused when a mailing was halted."""
    changed = session.execute(
        text(
            """
            UPDATE campaign SET
                state = CASE WHEN mailing.state IN ('halted', 'paused') THEN 'paused' ELSE 'finished' END,
                finished_at = CASE WHEN mailing.state = 'running' THEN now() END
            FROM mailing
            WHERE mailing.id = campaign.id AND campaign.state = 'running'
                AND (
                    mailing.state IN ('halted', 'paused')
                    -- a batch waits or is held as long as one of its deliveries is (`delivery.ledger.batches`)
                    OR NOT EXISTS (
                        SELECT 1 FROM batch
                        WHERE batch.mailing_id = campaign.id AND batch.state IN ('planned', 'claimed')
                    )
                )
            RETURNING campaign.id
            """
        )
    ).all()
    return len(changed)


def _moved(session: Session, campaign: Campaign, state: CampaignState, action: str, by: str) -> None:
    campaign.state = state
    if state is CampaignState.CANCELLED:
        campaign.finished_at = clock.now()
    session.add(campaign)
    audit.append(session, actor=by, action=action, subject=str(campaign.id))
