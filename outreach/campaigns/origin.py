"""From whom a campaign is sent: an identity of its stream that is in order, or that somebody answers for."""

from typing import Final

from sqlmodel import Session

from outreach.accounts import audit
from outreach.campaigns import waiving
from outreach.campaigns.findings import Level, Problem
from outreach.campaigns.models import Campaign, Waiver
from outreach.content.models import Piece, PieceKind
from outreach.delivery import checking, senders
from outreach.delivery.authentication import sentences
from outreach.delivery.authentication.results import STOPS, Verdict
from outreach.delivery.checking import Standing
from outreach.delivery.models import Sender, Stream
from outreach.foundation.errors import Refused
from outreach.foundation.locale import gettext as _

STREAMS: Final = {PieceKind.ISSUE: Stream.NEWSLETTER, PieceKind.RELEASE: Stream.PRESS}
CODES: Final = frozenset({"sender", "sender_waived", "sender_stream"})


def chosen(session: Session, piece: Piece, key: str | None = None) -> Sender:
    """Return the identity that a piece is sent from: the one named, else the oldest of its stream.

    Raises Refused when the stream has none, or when the one named is of another stream.
    """
    stream = STREAMS[piece.kind]
    if key:
        named = senders.by_key(session, key)
        if named.stream is not stream:
            raise Refused(_wrong_stream(named))
        return named
    found = senders.listed(session, stream)
    if not found:
        raise Refused(
            _("There is no sender for this kind of mail; add one under Senders, or with 'outreach sender add'.")
        )
    return min(found, key=lambda one: one.id)  # so that a new one takes nothing over by itself


def sender_of(session: Session, campaign: Campaign) -> Sender:
    """Return the identity that a campaign is sent from."""
    return session.get_one(Sender, campaign.sender_id)


def problems(session: Session, campaign: Campaign, piece: Piece) -> list[Problem]:
    """List what is wrong with the sender, each thing in its own sentence; a waiver turns stops into warnings."""
    sender = sender_of(session, campaign)
    if sender.stream is not STREAMS[piece.kind]:
        return [Problem(Level.STOP, "sender_stream", _wrong_stream(sender))]
    standing = checking.standing(session, sender)
    waiver = waiving.found(session, campaign, standing.fingerprint, sender=sender.id) if standing.is_stopping else None
    found = _found(sender, standing, level=Level.WARN if waiver else Level.STOP)
    if waiver:
        words = {"name": waiver.by, "reason": waiver.reason}
        text = _("%(name)s lets it go although the sender is not in order: “%(reason)s”") % words
        found.insert(0, Problem(Level.WARN, "sender_waived", text))
    return found


def insist(session: Session, campaign: Campaign, piece: Piece) -> None:
    """Insist that nothing about the sender stops a campaign. Raises Refused with the first that does."""
    stop = next((one for one in problems(session, campaign, piece) if one.level is Level.STOP), None)
    if stop:
        raise Refused(stop.message)


def waive(session: Session, campaign: Campaign, *, reason: str, by: str) -> Waiver:
    """Let a campaign go although its sender is not in order, with a sentence that says why.

    It holds for this campaign and for what is wrong now: anything else that comes up stops it again. The sentence is
    kept with the waiver; the audit log says who, when and what was wrong. Raises Refused, Conflict.
    """
    waiving.insist_open(campaign)
    sender = sender_of(session, campaign)
    standing = checking.standing(session, sender)
    if not standing.is_stopping:
        raise Refused(_("The sender is in order; there is nothing to waive."))
    waiver = waiving.waive(session, campaign, standing.fingerprint, sender=sender.id, reason=reason, by=by)
    found = sorted({finding.code for one in standing.stops for finding in one.findings if finding.verdict in STOPS})
    detail = {"sender": sender.key, "found": found or ["unchecked"], "waiver": str(waiver.id)}
    audit.append(session, actor=by, action="campaign.waive_sender", subject=str(campaign.id), detail=detail)
    return waiver


def _found(sender: Sender, standing: Standing, *, level: Level) -> list[Problem]:
    if standing.verdict is Verdict.UNKNOWN and not standing.results:
        text = _("Nobody has checked yet whether mailboxes will trust %(address)s; have it checked under Senders.")
        return [Problem(level, "sender", text % {"address": sender.address})]
    return [
        Problem(level if found.verdict in STOPS else Level.WARN, "sender", sentences.problem(one, found))
        for one in standing.results
        for found in one.findings
        if found.verdict is Verdict.WARN or found.verdict in STOPS
    ]


def _wrong_stream(sender: Sender) -> str:
    return _("%(address)s is not a sender for this kind of mail; choose one that is.") % {"address": sender.address}
