"""A reader who has left a trace in every place, and one beside her who must stay as he is."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from outreach.accounts import audit
from outreach.campaigns.models import Campaign, Exclusion, ExclusionReason, SentTest
from outreach.consent import ledger, topics
from outreach.consent.models import ConsentAction
from outreach.contacts.models import Contact, ContactAlias, ContactChange, ContactNote, ContactPair
from outreach.content.models import Piece, PieceKind
from outreach.delivery import suppression
from outreach.delivery.models import DeliveryState, ProviderEvent, ReaderPause, Stream, SuppressionReason
from outreach.intake.models import Import, ImportRow, ImportState, Verdict
from outreach.privacy import holding
from outreach.readers.models import FreshLink, Move, Parting, Why
from outreach.reporting.models import Goal
from outreach.segments.models import Segment, SegmentMember
from outreach.signup.models import Form, SaidOrganisation, SignUp
from outreach.tracking.models import Actor, EventKind, TrackingEvent
from tests import mailings
from tests.contacts import cast as people
from tests.mailings import Sent

OFFICER = "eva@csr-centre.example"
HOUR = datetime(2026, 11, 20, 9, tzinfo=UTC)


@dataclass
class Traces:
    """What there is of Anna, and Bo's letters beside hers."""

    anna: Contact
    bo: Contact
    sent: Sent
    other: Sent
    goal: Goal

    @property
    def letter(self) -> UUID:
        """Return the letter that Anna opened."""
        return self.sent["anna"]


def everywhere(session: Session) -> Traces:
    """Let Anna leave a trace in every place that may hold one."""
    topics.ensure(session)
    anna = people.anna(session)
    bo = mailings.reader(session, "bo")
    for topic in (topics.by_keys(session, ["labour"])[0], None):
        ledger.record(
            session,
            anna,
            action=ConsentAction.GIVEN,
            topic=topic,
            source="sign-up form",
            wording="Ja, gärna.",
            language="sv",
            at=HOUR,
            evidence={"form": "f1"},
        )
    sent = campaign(session, "Ansvar i praktiken 4", anna, bo)
    other = campaign(session, "Nästa brev", anna, bo, state=DeliveryState.PLANNED)
    letter = sent.deliveries["anna"]
    letter.name, letter.values, letter.reason = "Anna Lindfors", {"given_name": "Anna"}, "250 2.0.0 anna@norrstrand ok"
    letter.provider_message_id = "m-1"
    for kind, link in ((EventKind.OPEN, None), (EventKind.CLICK, sent.link_key)):
        session.add(
            TrackingEvent(
                delivery_id=letter.id,
                mailing_id=sent.mailing.id,
                kind=kind,
                actor=Actor.HUMAN,
                link_key=link,
                hour=HOUR,
                ruleset=1,
            )
        )
    reported(session, letter.id)
    reported(session, None, address="Anna@Norrstrand.example")
    suppression.add(session, [anna.address], SuppressionReason.MANUAL, "called us twice", by=OFFICER)
    left_out = campaign(session, "Pressmeddelande", bo)
    session.add(
        Exclusion(campaign_id=left_out.mailing.id, contact_id=anna.id, reason=ExclusionReason.SUPPRESSED, language="sv")
    )
    session.add(
        SentTest(
            campaign_id=left_out.mailing.id,
            content_hash="",
            language="sv",
            delivery_id=letter.id,
            reader_id=anna.id,
            by=OFFICER,
            at=HOUR,
        )
    )
    taken = Import(name="mässa.csv", by=OFFICER, state=ImportState.APPLIED, rows=2, applied_at=HOUR)
    session.add(taken)
    session.flush()
    row = ImportRow(import_id=taken.id, position=1, line=2, verdict=Verdict.NEW, contact_id=anna.id)
    row.email, row.address, row.given_name = anna.email, anna.address, "Anna"
    session.add(row)
    session.execute(
        text("INSERT INTO consent_upkeep (what, source, target, entries) VALUES ('moved', uuidv7(), :anna, 2)"),
        {"anna": anna.id},
    )
    audit.append(session, actor=OFFICER, action="contact.update", subject=f"contact:{anna.id}", detail={"fields": []})
    by_link(session, anna, letter.id)
    at_the_desk(session, anna, bo)
    goal = Goal(
        name="40 %", campaign_id=sent.mailing.id, target=0.4, population={"sector": ["textiles"]}, within_days=3650
    )
    session.add(goal)
    session.flush()
    return Traces(anna, bo, sent, other, goal)


def by_link(session: Session, contact: Contact, letter: UUID) -> None:
    """Let somebody have used every link of readers: paused, left and come back, moved, looked at their data."""
    kept = {"topics": {"events": {"state": "subscribed", "basis": "consent"}}, "tracking": False}
    for row in (
        ReaderPause(contact_id=contact.id, stream=Stream.NEWSLETTER, until=HOUR + timedelta(days=90), since=HOUR),
        Parting(contact_id=contact.id, delivery_id=letter, at=HOUR, everything=False, kept=kept, why=Why.TOO_MANY),
        FreshLink(contact_id=contact.id, asked_at=HOUR, expires_at=HOUR),
        Move(
            contact_id=contact.id,
            email="Anna@Ny.example",
            address="anna@ny.example",
            old_address=contact.address,
            asked_at=HOUR,
            expires_at=HOUR,
        ),
    ):
        session.add(row)
    session.flush()


def at_the_desk(session: Session, contact: Contact, other: Contact) -> None:
    """Let somebody have signed up, and staff have written, corrected, merged, compared and listed them."""
    contact.fields = {"table": "4"}
    listed = Segment(key="autumn", name="Autumn seminar", include={"everyone": True})
    session.add(listed)
    session.flush()
    for row in (
        ContactNote(contact_id=contact.id, text="Called on Monday.", by=OFFICER, at=HOUR),
        ContactChange(contact_id=contact.id, by=OFFICER, before={"title": ""}, after={"title": "Buyer"}, at=HOUR),
        ContactAlias(contact_id=contact.id, address="anna@old.example", by=OFFICER, at=HOUR),
        ContactPair(first_id=min(contact.id, other.id), second_id=max(contact.id, other.id), reasons=["name"], at=HOUR),
        SegmentMember(segment_id=listed.id, contact_id=contact.id),
        SaidOrganisation(contact_id=contact.id, name="Norrstrand", at=HOUR),
        SignUp(
            email=contact.email,
            address=contact.address,
            language="sv",
            topics=["labour"],
            form=Form.HOSTED,
            page_language="sv",
            wordings={"labour": "Ja, gärna."},
            created_at=HOUR,
            confirmed_at=HOUR,
            contact_id=contact.id,
        ),
        SignUp(
            email="anna@old.example",
            address="anna@old.example",
            language="sv",
            form=Form.HOSTED,
            page_language="sv",
            created_at=HOUR,
        ),
    ):
        session.add(row)
    session.flush()


def held(session: Session, contact: Contact) -> None:
    """Let a case stand in the way."""
    holding.place(session, contact, reason="case 2026/88", by=OFFICER)


def campaign(session: Session, name: str, *readers: Contact, state: DeliveryState = DeliveryState.DELIVERED) -> Sent:
    """Write a campaign that has been launched to some readers."""
    sent = mailings.send(session, *readers, state=state, at=HOUR, link_key=f"link-{name[:4]}")
    piece = Piece(key=f"piece-{sent.mailing.id}", kind=PieceKind.ISSUE)
    session.add(piece)
    session.flush()
    made = Campaign(id=sent.mailing.id, name=name, piece_id=piece.id, sender_id=sent.mailing.sender_id)
    made.launched_at = HOUR
    session.add(made)
    session.flush()
    return sent


def reported(session: Session, letter: UUID | None, address: str = "anna@norrstrand.example") -> None:
    """Keep a report as a provider sent it."""
    session.add(
        ProviderEvent(
            provider="sandbox",
            event_id=f"e-{letter or 'nameless'}",
            delivery_id=letter,
            raw={"kind": "delivered", "address": address, "diagnostic": f"250 <{address}>"},
            applied_at=HOUR,
        )
    )
    session.flush()
