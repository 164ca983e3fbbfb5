"""The first letter to somebody whom staff or a file has added says where we have the address from (GDPR Art. 14)."""

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlmodel import col, select

from outreach.campaigns import steering, telling
from outreach.campaigns.models import Campaign
from outreach.consent import ledger, topics
from outreach.consent.models import Basis, ConsentAction
from outreach.contacts import editing, notices
from outreach.contacts.editing import Details
from outreach.contacts.models import Contact, ContactNotice, SourceKind
from outreach.delivery.models import Delivery, Message
from outreach.foundation import embedded
from outreach.foundation.database import transaction
from outreach.rendering import merge
from tests.web import office

OFFICER = "officer@csr-centre.example"
REGISTER = "kommunens register 2026 & <b>mer</b>"


@pytest.fixture
def centre(database: embedded.Addresses, tmp_path: Path) -> office.Office:
    """An office on an ordinary day."""
    return office.open_office(tmp_path)


def added(email: str, language: str, kind: SourceKind = SourceKind.PUBLISHED) -> UUID:
    """Add somebody by hand, who may be written to as part of the centre's task."""
    details = Details(email=email, language=language, source=REGISTER, source_kind=kind)
    with transaction() as session:
        contact = editing.add(session, details, actor=OFFICER)
        (topic,) = topics.by_keys(session, ["environment"])
        task: Any = {"source": REGISTER, "actor": "eva", "basis": Basis.PUBLIC_TASK}
        ledger.record(session, contact, action=ConsentAction.GIVEN, topic=topic, **task)
        return contact.id


def launched(name: str = "January") -> UUID:
    return office.launched(name=name, rule="topic=environment")


def letter(mailing: UUID, contact: UUID) -> str:
    """Return the text of somebody's letter, as it leaves."""
    with transaction() as session:
        delivery = session.exec(
            select(Delivery).where(col(Delivery.mailing_id) == mailing, col(Delivery.contact_id) == contact)
        ).one()
        message = session.get_one(Message, delivery.message_id)
        values = dict.fromkeys(merge.TECHNICAL, "x") | delivery.values
        html = merge.fill(merge.split(message.html), values)
        return html + merge.fill(merge.split(message.text), values, escape=merge.plain)


def notice(contact: UUID) -> ContactNotice | None:
    with transaction() as session:
        return notices.of(session, contact)


def test_the_first_letter_names_the_source_in_the_readers_language_and_the_next_one_does_not(
    centre: office.Office,
) -> None:
    ny, xin = added("ny@firma.example", "sv"), added("xin@firma.example", "zh-Hans", SourceKind.UNSAID)

    first = launched()
    sv, zh = telling.sentence(SourceKind.PUBLISHED, "sv", REGISTER), telling.sentence(SourceKind.UNSAID, "zh-Hans")

    assert merge.html(sv).strip() in letter(first, ny)
    assert sv.strip() in " ".join(letter(first, ny).split())
    assert zh.partition("\x01")[0] in letter(first, xin)
    assert merge.html(REGISTER) not in letter(first, centre.people["eva"])

    office.let_everything_arrive(first)
    with transaction() as session:
        telling.settle(session)

    for person in (ny, xin):
        told = notice(person)
        assert told is not None
        assert told.told_at is not None
        assert told.mailing_id == first
    second = launched(name="The next")
    assert merge.html(REGISTER) not in letter(second, ny)
    with transaction() as session:
        planned = session.exec(select(Delivery).where(col(Delivery.mailing_id) == second)).all()
        assert not any("notice" in one.values for one in planned)


def test_of_two_campaigns_at_once_one_carries_it_and_where_it_did_not_arrive_the_next_does(
    centre: office.Office,
) -> None:
    ny = added("ny@firma.example", "sv")

    first, second = launched(), launched(name="At once")

    assert merge.html(REGISTER) in letter(first, ny)
    assert merge.html(REGISTER) not in letter(second, ny)

    with transaction() as session:
        steering.cancel(session, session.get_one(Campaign, first), by=office.APPROVER)
        telling.settle(session)
    told = notice(ny)
    assert told is not None
    assert (told.told_at, told.mailing_id) == (None, None)
    assert merge.html(REGISTER) in letter(launched(name="The third"), ny)


def test_who_gave_the_address_themselves_is_owed_nothing(centre: office.Office) -> None:
    assert notice(added("ny@firma.example", "sv", SourceKind.THEMSELVES)) is None


def test_nobody_is_written_to_whose_address_was_collected_whatever_the_words_beside_it(centre: office.Office) -> None:
    added("one@firma.example", "sv", SourceKind.COLLECTED)
    with transaction() as session:
        details = Details(email="two@firma.example", language="sv", source="scraped from the web")
        contact = editing.add(session, details, actor=OFFICER)
        (topic,) = topics.by_keys(session, ["environment"])
        ledger.record(session, contact, action=ConsentAction.GIVEN, topic=topic, source="x", actor="eva")
        assert contact.source_kind is SourceKind.COLLECTED

    launched()

    with transaction() as session:
        reasons = session.execute(
            text(
                "SELECT reason FROM exclusion JOIN contact ON contact.id = contact_id "
                "WHERE address IN ('one@firma.example', 'two@firma.example')"
            )
        ).scalars()
        assert list(reasons) == ["source", "source"]


def test_after_a_month_they_are_overdue_until_somebody_tells_them(centre: office.Office) -> None:
    late, early = added("late@firma.example", "sv"), added("early@firma.example", "en")
    with transaction() as session:
        session.execute(
            text("UPDATE contact_notice SET since = now() - interval '32 days' WHERE contact_id = :late"),
            {"late": late},
        )

    with transaction() as session:
        assert notices.overdue(session) == 1
        assert [(one.contact_id, one.overdue) for one in notices.untold(session).items] == [
            (late, True),
            (early, False),
        ]
        assert [one.contact_id for one in notices.untold(session, overdue=True).items] == [late]
        notices.tell(session, late, by=OFFICER)
        assert notices.overdue(session) == 0
        assert session.get_one(Contact, late).source == REGISTER
