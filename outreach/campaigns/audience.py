"""Whom a campaign means: its rules, the topics that permit it and the languages it exists in, as one audience."""

from collections.abc import Sequence

from sqlmodel import Session

from outreach.campaigns.models import Campaign
from outreach.content import editions
from outreach.content.models import Piece, PieceKind
from outreach.delivery.models import Stream
from outreach.segments import rules, saved
from outreach.segments.selecting import AudienceSpec


def spec(session: Session, campaign: Campaign, piece: Piece) -> AudienceSpec:
    """Return what the preview counts and the launch freezes: the same SELECT."""
    include, exclude = rules_of(campaign)
    return AudienceSpec(
        include=saved.spelled_out(session, include),
        exclude=saved.spelled_out(session, exclude) if exclude else None,
        topics=topics(piece),
        languages=tuple(campaign.languages or editions.languages(session, piece)),
        fallbacks=campaign.fallbacks,
        stream=stream(piece),
    )


def rules_of(campaign: Campaign) -> tuple[rules.Rule, rules.Rule | None]:
    """Return a campaign's two rules as they were written: whom it means, and whom of these not."""
    return rules.parse_json(campaign.include), rules.parse_json(campaign.exclude) if campaign.exclude else None


def topics(piece: Piece) -> tuple[str, ...]:
    """Return the topics of which a recipient must subscribe to one: a release goes to those who follow the press."""
    return ("press",) if piece.kind is PieceKind.RELEASE else tuple(piece.topics)


def stream(piece: Piece) -> Stream:
    """Return what kind of mail a piece is: who pauses the newsletter still gets releases."""
    return Stream.PRESS if piece.kind is PieceKind.RELEASE else Stream.NEWSLETTER


def planned(
    session: Session,
    piece: Piece,
    *,
    include: rules.Rule,
    exclude: rules.Rule | None = None,
    languages: Sequence[str] = (),
) -> AudienceSpec:
    """Return whom a campaign would mean that is still being thought of, in all of the piece's languages or in some."""
    return AudienceSpec(
        include=saved.spelled_out(session, include),
        exclude=saved.spelled_out(session, exclude) if exclude else None,
        topics=topics(piece),
        languages=tuple(languages or editions.languages(session, piece)),
        fallbacks=True,
        stream=stream(piece),
    )
