"""The preference page: what a person sees, changes and leaves, and what stops at once."""

import pytest
from sqlmodel import Session

from outreach.consent import ledger, permission, preferences, queries
from outreach.consent.models import ConsentAction, SubscriptionState
from outreach.consent.preferences import Wish
from outreach.consent.whom import Whom
from outreach.contacts.models import Contact
from outreach.delivery import suppression
from outreach.delivery.models import DeliveryState, Stream, SuppressionReason
from outreach.foundation import locale
from outreach.foundation.errors import Refused
from tests import mailings
from tests.consent import cast


def wish(*topics: str, language: str = "sv", tracking: bool = False) -> Wish:
    return Wish(language, frozenset(topics), tracking)


def planned(session: Session, contact: Contact, stream: Stream) -> mailings.Sent:
    key = f"link-{stream.value}"
    return mailings.send(session, contact, stream=stream, state=DeliveryState.PLANNED, link_key=key)


def state_of(session: Session, sent: mailings.Sent) -> DeliveryState:
    (delivery,) = sent.deliveries.values()
    session.refresh(delivery)
    return delivery.state


def test_the_page_masks_the_address_and_speaks_the_language_in_use(session: Session) -> None:
    reader = cast.reader(session, "labour")

    with locale.use("sv"):
        page = preferences.view(session, reader)

    assert page.address == f"{reader.email[0]}***@firma.example"
    assert [(one.name, one.chosen) for one in page.topics if one.chosen] == [("Arbetsvillkor", True)]
    assert (page.language, page.tracking, page.left) == ("sv", False, False)


def test_the_press_is_offered_only_to_whom_it_was_offered_before(session: Session) -> None:
    reader, journalist = cast.reader(session), cast.reader(session, "press")

    assert "press" not in {one.key for one in preferences.view(session, reader).topics}
    assert "press" in {one.key for one in preferences.view(session, journalist).topics}
    with pytest.raises(Refused, match="“press” cannot be chosen here"):
        preferences.change(session, reader, wish("press"), source="preference page")


def test_only_what_differs_is_written_down(session: Session) -> None:
    reader = cast.reader(session, "labour", "events")
    before = len(queries.standing(session, reader).history)

    preferences.change(session, reader, wish("labour", "environment", tracking=True), source="preference page")

    new = queries.standing(session, reader).history[: -before or None]
    assert {(line.topic, line.action) for line in new} == {
        ("Environment", ConsentAction.GIVEN),
        ("Events", ConsentAction.WITHDRAWN),
        (None, ConsentAction.GIVEN),
    }
    assert all(line.wording and line.source == "preference page" and line.actor == "subscriber" for line in new)


def test_saving_the_page_as_it_was_changes_nothing(session: Session) -> None:
    reader = cast.reader(session, "labour")
    ledger.record(
        session, reader, action=ConsentAction.ASKED, topic=cast.topic(session, "events"), source="sign-up form"
    )
    before = queries.standing(session, reader)

    preferences.change(session, reader, wish("labour"), source="preference page")

    assert queries.standing(session, reader) == before


def test_the_language_of_the_letters_can_be_chosen(session: Session) -> None:
    reader = cast.reader(session)

    preferences.change(session, reader, wish("labour", language="zh-CN"), source="preference page")

    assert reader.language == "zh-Hans"
    with pytest.raises(Refused):
        preferences.change(session, reader, wish("labour", language="de"), source="preference page")


def test_leaving_one_topic_of_two_keeps_what_is_planned(session: Session) -> None:
    reader = cast.reader(session, "labour", "events")
    newsletter = planned(session, reader, Stream.NEWSLETTER)

    preferences.leave(session, reader, ["events"], source="unsubscribe page")

    assert state_of(session, newsletter) is DeliveryState.PLANNED
    assert permission.check(session, reader, ["labour"]).allowed


def test_leaving_the_last_topic_stops_newsletters_and_not_the_press(session: Session) -> None:
    journalist = cast.reader(session, "labour", "press")
    newsletter, release = planned(session, journalist, Stream.NEWSLETTER), planned(session, journalist, Stream.PRESS)

    preferences.leave(session, journalist, ["labour"], source="one-click")

    assert state_of(session, newsletter) is DeliveryState.SUPPRESSED
    assert state_of(session, release) is DeliveryState.PLANNED


def test_leaving_twice_is_as_good_as_once(session: Session) -> None:
    reader = cast.reader(session)

    for _ in range(2):
        preferences.leave(session, reader, ["labour"], source="one-click")

    assert preferences.view(session, reader).left
    assert not permission.check(session, reader, ["labour"]).allowed


def test_leaving_everything_stops_all_and_outlives_an_import(session: Session) -> None:
    journalist = cast.reader(session, "labour", "press", tracking=True)
    newsletter, release = planned(session, journalist, Stream.NEWSLETTER), planned(session, journalist, Stream.PRESS)

    preferences.leave_all(session, journalist, source="preference page")
    ledger.record(
        session, journalist, action=ConsentAction.GIVEN, topic=cast.topic(session), source="import", actor="eva"
    )

    assert {state_of(session, newsletter), state_of(session, release)} == {DeliveryState.SUPPRESSED}
    assert permission.check(session, journalist, ["labour"]).reason is permission.Refusal.SUPPRESSED
    assert not permission.may_track(session, journalist)


def test_who_left_everything_comes_back_by_choosing_again(session: Session) -> None:
    reader = cast.reader(session)
    preferences.leave_all(session, reader, source="preference page")

    preferences.change(session, reader, wish("environment"), source="preference page")

    assert permission.check(session, reader, ["environment"]).allowed


def test_no_wish_brings_back_an_address_that_bounced(session: Session) -> None:
    reader = cast.reader(session)
    suppression.add(session, [reader.address], SuppressionReason.HARD_BOUNCE)

    preferences.change(session, reader, wish("environment"), source="preference page")

    assert not permission.check(session, reader, ["environment"]).allowed


def test_people_are_listed_by_the_topic_they_subscribe_to(session: Session) -> None:
    reader, other = cast.reader(session, "labour"), cast.reader(session, "events")
    preferences.leave(session, other, ["events"], source="test")

    assert [one.id for one in queries.people(session, Whom(topic="labour")).items] == [reader.id]
    assert queries.people(session, Whom(topic="events")).items == ()
    with pytest.raises(Refused, match="is not a topic"):
        queries.people(session, Whom(topic="sport"))


def test_a_pending_topic_becomes_subscribed_when_its_box_is_ticked(session: Session) -> None:
    reader = cast.newcomer(session)
    ledger.record(session, reader, action=ConsentAction.ASKED, topic=cast.topic(session), source="sign-up form")

    preferences.change(session, reader, wish("labour"), source="preference page")

    assert queries.standing(session, reader).topics[1].state is SubscriptionState.SUBSCRIBED
