"""Wordings: the exact sentence is kept once per language, and an entry names its version."""

import hashlib

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlmodel import Session, col, select

from outreach.consent import ledger, loading, queries
from outreach.consent.models import ConsentAction, ConsentPurpose, ConsentRecord, ConsentWording
from tests.consent import cast

GIVEN = ConsentAction.GIVEN
SAID = "Jag vill få brev om arbetsvillkor."


def kept(session: Session) -> list[tuple[str, str, str]]:
    found = session.exec(select(ConsentWording).order_by(col(ConsentWording.id)))
    return [(one.language, one.text, one.sha256) for one in found]


def test_a_sentence_is_kept_once_whoever_agreed_to_it_and_however_it_was_written_down(session: Session) -> None:
    one, other, third = (cast.newcomer(session) for _ in range(3))
    for contact in (one, other):
        ledger.record(
            session, contact, action=GIVEN, topic=cast.topic(session), source="form", wording=SAID, language="sv"
        )
    loading.write(session, [loading.Entry(third.id, GIVEN, "labour", "list", "eva", wording=SAID, language="sv")])
    ledger.withdraw_all(session, one, source="form", wording="Lämna allt", language="sv")

    assert kept(session) == [
        ("sv", SAID, hashlib.sha256(SAID.encode()).hexdigest()),
        ("sv", "Lämna allt", hashlib.sha256("Lämna allt".encode()).hexdigest()),
    ]
    records = session.exec(select(ConsentRecord).order_by(col(ConsentRecord.id))).all()
    assert [record.wording for record in records] == [SAID, SAID, SAID, "Lämna allt"]


def test_another_sentence_or_another_language_is_another_version(session: Session) -> None:
    reader = cast.newcomer(session)
    for words, language in ((SAID, "sv"), (SAID + " ", "sv"), (SAID, "en"), ("", "sv")):
        ledger.record(
            session, reader, action=GIVEN, topic=cast.topic(session), source="form", wording=words, language=language
        )

    shown = queries.standing(session, reader).history
    assert [(line.wording, line.language) for line in shown] == [
        ("", "sv"),
        (SAID, "en"),
        (SAID + " ", "sv"),
        (SAID, "sv"),
    ]
    assert shown[0].version == ""
    assert shown[1].version == shown[3].version == hashlib.sha256(SAID.encode()).hexdigest()[:8]
    assert len({line.version for line in shown}) == 3
    assert len(kept(session)) == 3


def test_what_concerns_the_press_is_a_purpose_of_its_own(session: Session) -> None:
    journalist, other = cast.reader(session, "press", "labour", tracking=True), cast.newcomer(session)
    loading.write(session, [loading.Entry(other.id, GIVEN, "press", "list", "eva")])
    ledger.withdraw_all(session, journalist, source="one-click")

    records = session.exec(select(ConsentRecord).order_by(col(ConsentRecord.id))).all()
    purposes = [record.purpose for record in records]
    assert purposes[:4] == [
        ConsentPurpose.PRESS,
        ConsentPurpose.TOPIC,
        ConsentPurpose.TRACKING,
        ConsentPurpose.PRESS,
    ]
    assert sorted(purposes[4:]) == ["press", "topic", "tracking"]


@pytest.mark.parametrize("change", ["UPDATE consent_wording SET text = 'x'", "DELETE FROM consent_wording"])
def test_a_wording_can_be_neither_changed_nor_removed(session: Session, change: str) -> None:
    with pytest.raises(DBAPIError, match="permission denied"), session.begin_nested():
        session.execute(text(change))


def test_a_wording_with_the_hash_of_another_is_refused(session: Session) -> None:
    session.add(ConsentWording(language="sv", text="a", sha256="0" * 64))

    with pytest.raises(IntegrityError):
        session.flush()
