"""The product's own mail: asked for by one person, it arrives at once, and in whose words it is."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlmodel import Session

from outreach.content import notices
from outreach.content.notices import LASTS, Notice
from outreach.delivery import ledger, sending, suppression
from outreach.delivery.models import Stream, SuppressionReason
from outreach.foundation import urls
from outreach.foundation.database import transaction
from outreach.foundation.errors import Unavailable
from outreach.foundation.locale import LANGUAGES
from tests.delivery import world
from tests.delivery.world import CONFIG
from tests.sandbox.peer import Peer

ADDRESS = "lin.mei@company.example"
LINK = "https://outreach.example/confirm/v1.abc"


@pytest.fixture
def sender(session: Session) -> UUID:
    return world.sender_of(session, Stream.SYSTEM)


def post(session: Session, notice: Notice = Notice.CONFIRM, language: str = "sv") -> UUID:
    return notices.post(session, notice, address=ADDRESS, language=language, link=LINK)


def test_a_notice_goes_the_road_of_all_letters_and_arrives_in_its_reader_s_language(mailbox: Peer) -> None:
    with transaction() as session:
        world.sender_of(session, Stream.SYSTEM)
        world.launch(session, 2)
        number = post(session, language="zh-CN")

    assert sending.send_next()

    (letter,) = mailbox.messages()
    assert letter["email"] == ADDRESS
    assert letter["language"] == "zh-Hans"
    assert letter["from"]["name"] == "企业社会责任中心"
    assert LINK in letter["html"]
    assert LINK in letter["text"]
    assert set(letter["headers"]) == {"Message-ID", "Auto-Submitted"}
    with transaction() as session:
        assert world.state(session, number) == "accepted"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("notice", Notice)
def test_every_notice_says_something_in_every_language_and_measures_nobody(
    session: Session, sender: UUID, notice: Notice, language: str
) -> None:
    number = post(session, notice, language)

    letter = world.claim(session)
    assert [one.delivery_id for one in letter.recipients] == [number]
    assert letter.letter.subject
    assert letter.letter.slots() == {"delivery"}
    assert f'lang="{language}"' in letter.letter.html
    assert "/o/" not in letter.letter.html


def test_a_link_may_be_made_of_the_letter_s_own_number(session: Session, sender: UUID) -> None:
    number = notices.post(session, Notice.SUBSCRIBED, address=ADDRESS, language="en", link=urls.preferences)

    assert urls.preferences(number) in world.claim(session).letter.text


def test_without_a_sender_it_says_who_adds_one(session: Session) -> None:
    with pytest.raises(Unavailable, match="administrator"):
        post(session)


def test_who_left_altogether_still_gets_what_they_ask_for_and_nothing_else(session: Session, sender: UUID) -> None:
    suppression.add(session, [ADDRESS], SuppressionReason.UNSUBSCRIBED)
    number = post(session)
    letter = world.launch(session, addresses=[ADDRESS])

    assert [one.delivery_id for one in world.claim(session).recipients] == [number]
    assert world.claim(session).recipients == ()
    assert world.states(session, letter) == {"suppressed": 1}


@pytest.mark.parametrize("reason", [one for one in SuppressionReason if one is not SuppressionReason.UNSUBSCRIBED])
def test_to_an_address_that_bounced_complained_or_was_erased_not_even_that_goes(
    session: Session, sender: UUID, reason: SuppressionReason
) -> None:
    suppression.add(session, [ADDRESS], reason)
    number = post(session)

    assert world.claim(session).recipients == ()
    row = world.row(session, number)
    assert (row.state, row.reason) == ("suppressed", reason.value)


def test_what_could_not_leave_while_its_link_worked_never_does(session: Session, sender: UUID) -> None:
    number = post(session, Notice.FRESH_LINK)
    late = LASTS[Notice.FRESH_LINK] + timedelta(seconds=1)
    session.execute(text("UPDATE mailing SET expires_at = expires_at - CAST(:late AS interval)"), {"late": late})

    claim = world.claim(session)

    assert claim.recipients == ()
    assert ledger.settle(session, claim, [])
    row = world.row(session, number)
    assert (row.state, row.reason) == ("expired", "Its time was over before it could go")
    assert ledger.claim(session) is None


def test_while_a_provider_refuses_our_account_it_waits_and_tries_again(session: Session, sender: UUID) -> None:
    number = post(session)

    claim = world.settle(session, CONFIG)

    assert session.execute(text("SELECT state FROM mailing")).scalar_one() == "running"
    assert world.batch(session, claim.batch_id).wait == pytest.approx(60, abs=2)
    world.due_now(session)
    assert [one.delivery_id for one in world.claim(session).recipients] == [number]
