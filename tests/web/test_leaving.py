"""After leaving: undone for a day and exactly, with the ledger's word for it; and why, if one likes to say."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import select
from starlette.testclient import TestClient

from outreach.consent import ledger, topics
from outreach.consent.models import Basis, ConsentAction, ConsentRecord, TrackingChoice
from outreach.contacts.models import Contact
from outreach.delivery import suppression
from outreach.delivery.models import DeliveryState, Suppression, SuppressionReason
from outreach.foundation.database import transaction
from outreach.readers import parting, reasons
from outreach.readers.models import Parting, Why
from outreach.readers.parting import UNDO_WITHIN
from tests import mailings
from tests.mailings import Sent
from tests.web.test_unsubscribing import FORM, ONE_CLICK, unsubscribe


@pytest.fixture
def letter(client: TestClient) -> Sent:
    """A newsletter to Anna: two topics, one not confirmed yet, the press by public task, and measuring."""
    with transaction() as session:
        anna = mailings.reader(session, "anna", keys=("labour",))
        for key, action, basis in (
            ("events", ConsentAction.ASKED, Basis.CONSENT),
            ("press", ConsentAction.GIVEN, Basis.PUBLIC_TASK),
        ):
            (topic,) = topics.by_keys(session, [key])
            ledger.record(session, anna, action=action, topic=topic, source="test", basis=basis)
        return mailings.send(session, anna)


def standing() -> tuple[set[tuple[str, str]], bool, list[str]]:
    """Return what is held: topics with their state, measuring, suppressions."""
    with transaction() as session:
        rows = session.execute(
            sa.text(
                "SELECT key, state FROM subscription JOIN topic ON topic.id = topic_id WHERE state <> 'unsubscribed'"
            )
        ).all()
        tracks = bool(session.exec(select(TrackingChoice.given)).one_or_none())
        return {(row.key, row.state) for row in rows}, tracks, [one.reason for one in session.exec(select(Suppression))]


def left(page: str) -> str:
    """Return the path of the page after leaving."""
    return page.split('href="/left/')[1].split("?")[0].join(["/left/", ""])


def let_time_pass(span: timedelta) -> None:
    with transaction() as session:
        session.execute(sa.text("UPDATE parting SET at = at - CAST(:span AS interval)"), {"span": span})


def test_leaving_everything_is_undone_exactly_and_with_evidence(client: TestClient, letter: Sent) -> None:
    before = standing()
    page = client.post(unsubscribe(letter), data={"scope": "all"}).text
    assert standing() == (set(), False, [SuppressionReason.UNSUBSCRIBED])

    answer = client.post(f"{left(page)}/undo?language=sv")

    assert answer.status_code == 303
    assert answer.headers["location"] == f"{left(page)}?language=sv"
    assert standing() == before
    with transaction() as session:
        entries = session.exec(select(ConsentRecord).where(ConsentRecord.source == "undo of leaving")).all()
    assert {(one.action, one.basis) for one in entries} == {
        (ConsentAction.GIVEN, Basis.CONSENT),
        (ConsentAction.ASKED, Basis.CONSENT),
        (ConsentAction.GIVEN, Basis.PUBLIC_TASK),
    }
    assert all(one.wording and one.language == "sv" and one.evidence["parting"] for one in entries)
    assert "Ångra" not in client.get(answer.headers["location"]).text


def test_leaving_the_newsletter_is_undone_without_the_rest(client: TestClient, letter: Sent) -> None:
    before = standing()
    page = client.post(unsubscribe(letter), data={"scope": "letter"}).text
    assert standing()[0] == {("press", "subscribed")}

    client.post(f"{left(page)}/undo")

    assert standing() == before


def test_undoing_twice_leaves_no_second_trace(client: TestClient, letter: Sent) -> None:
    page = client.post(unsubscribe(letter), data={"scope": "all"}).text
    for _turn in range(3):
        assert client.post(f"{left(page)}/undo").status_code == 303

    with transaction() as session:
        assert len(session.exec(select(ConsentRecord).where(ConsentRecord.source == "undo of leaving")).all()) == 4


def test_looking_at_the_page_undoes_nothing(client: TestClient, letter: Sent) -> None:
    page = client.post(unsubscribe(letter), data={"scope": "all"}).text
    for method in ("GET", "HEAD", "OPTIONS"):
        client.request(method, left(page))
        client.request(method, f"{left(page)}/undo")
        client.request(method, f"{left(page)}/why?why=other")

    assert standing()[0] == set()
    with transaction() as session:
        assert session.exec(select(Parting.why)).one() is None


def test_after_a_day_it_says_how_to_come_back_instead(client: TestClient, letter: Sent) -> None:
    page = client.post(unsubscribe(letter), data={"scope": "all"}).text
    let_time_pass(UNDO_WITHIN)

    assert "/undo" not in client.get(left(page)).text
    assert client.post(f"{left(page)}/undo").status_code == 409
    assert standing()[0] == set()


def test_what_was_decided_since_stands(client: TestClient, letter: Sent) -> None:
    page = client.post(unsubscribe(letter), data={"scope": "all"}).text
    with transaction() as session:
        anna = session.exec(select(Contact)).one()
        (labour,) = topics.by_keys(session, ["labour"])
        for action in (ConsentAction.GIVEN, ConsentAction.WITHDRAWN):
            ledger.record(session, anna, action=action, topic=labour, source="preference page")

    client.post(f"{left(page)}/undo")

    assert standing()[0] == {("events", "pending"), ("press", "subscribed")}


def test_an_address_that_bounced_stays_stopped_whatever_is_undone(client: TestClient, letter: Sent) -> None:
    with transaction() as session:
        suppression.add(session, ["anna@firma.example"], SuppressionReason.HARD_BOUNCE)
    page = client.post(unsubscribe(letter), data={"scope": "all"}).text
    with transaction() as session:
        session.execute(sa.text("UPDATE suppression SET reason = 'hard_bounce'"))

    client.post(f"{left(page)}/undo")

    assert standing()[2] == [SuppressionReason.HARD_BOUNCE]


def test_letters_that_were_stopped_stay_so_and_new_ones_come(client: TestClient, letter: Sent) -> None:
    with transaction() as session:
        anna = session.exec(select(Contact)).one()
        planned = mailings.send(session, anna, state=DeliveryState.PLANNED, link_key="planned____")
    page = client.post(unsubscribe(letter), data={"scope": "all"}).text

    client.post(f"{left(page)}/undo")

    with transaction() as session:
        assert mailings.delivery(session, planned["anna"]).state is DeliveryState.SUPPRESSED


def test_one_click_keeps_nothing_for_it_shows_no_page(client: TestClient, letter: Sent) -> None:
    client.post(unsubscribe(letter), content=ONE_CLICK, headers=FORM)

    with transaction() as session:
        assert session.exec(select(Parting)).all() == []


def test_a_forged_link_and_that_of_a_letter_undo_nothing(client: TestClient, letter: Sent) -> None:
    client.post(unsubscribe(letter), data={"scope": "all"})

    for token in ("x", unsubscribe(letter).rpartition("/")[2]):
        assert client.post(f"/left/{token}/undo").status_code == 404
    assert standing()[0] == set()


def test_a_reason_is_kept_for_counting_and_may_be_changed(client: TestClient, letter: Sent) -> None:
    page = client.post(unsubscribe(letter), data={"scope": "all"}).text
    for why in ("too_many", "language"):
        assert client.post(f"{left(page)}/why", data={"why": why}).status_code == 303
    assert client.post(f"{left(page)}/why", data={"why": "because Lin Mei said so"}).status_code == 422

    with transaction() as session:
        found = reasons.counted(session, days=30)
    assert (found.left, found.undone) == (1, 0)
    assert [(one.why, one.number) for one in found.counts] == [(Why.LANGUAGE, 1)]


def test_after_a_day_what_was_held_is_forgotten_and_the_count_stays(client: TestClient, letter: Sent) -> None:
    client.post(unsubscribe(letter), data={"scope": "all"})
    let_time_pass(UNDO_WITHIN)

    with transaction() as session:
        parting.forget(session)

    with transaction() as session:
        assert session.exec(select(Parting.kept)).one() == {}
        assert reasons.counted(session, days=30).left == 1


@pytest.mark.parametrize("language", ["sv", "zh-Hans", "en"])
def test_a_mistake_is_explained_in_the_readers_language_whatever_the_browser_says(
    client: TestClient, letter: Sent, language: str
) -> None:
    with transaction() as session:
        session.exec(select(Contact)).one().language = language
    page = client.post(unsubscribe(letter), data={"scope": "all"}).text

    answer = client.post(f"{left(page)}/why", headers={"accept-language": "fi"})

    assert answer.status_code == 422
    assert f'<html lang="{language}">' in answer.text
