"""The preference page: it shows what holds, changes what was chosen, and proves it."""

from collections.abc import Iterator

import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from outreach.consent.models import ConsentRecord, Subscription, SubscriptionState, Topic, TrackingChoice
from outreach.contacts.models import Contact
from outreach.foundation import urls
from outreach.foundation.database import transaction
from outreach.foundation.settings import settings
from tests import mailings
from tests.mailings import Sent


@pytest.fixture
def letter(client: TestClient) -> Sent:
    with transaction() as session:
        anna = mailings.reader(session, "anna", keys=("labour",), tracked=False)
        return mailings.send(session, anna)


def choices(sent: Sent) -> str:
    return "/" + urls.preferences(sent["anna"]).split("/", 3)[3]


def held() -> set[str]:
    with transaction() as session:
        query = select(Topic.key).join(Subscription).where(Subscription.state == SubscriptionState.SUBSCRIBED)
        return set(session.exec(query))


def test_the_page_shows_what_holds_and_never_the_whole_address(client: TestClient, letter: Sent) -> None:
    page = client.get(choices(letter))

    assert page.status_code == 200
    assert 'value="labour" checked' in page.text
    assert 'value="environment" checked' not in page.text
    assert 'name="tracking" value="true">' in page.text
    assert "a***@firma.example" in page.text
    assert "anna@" not in page.text
    assert "press" not in page.text.split("<main")[1].split("</main>")[0]
    assert page.headers["cache-control"] == "no-store"
    assert "noindex" in page.text
    assert "set-cookie" not in page.headers


def test_saving_changes_language_topics_and_measuring_with_the_words_that_were_read(
    client: TestClient, letter: Sent
) -> None:
    answer = client.post(
        choices(letter),
        data={"letters_in": "zh-Hans", "topics": ["environment", "events"], "tracking": "true"},
    )

    assert answer.status_code == 303
    assert answer.headers["location"] == f"{choices(letter)}?saved=true&language=zh-Hans"
    assert "set-cookie" not in answer.headers
    assert held() == {"environment", "events"}
    with transaction() as session:
        assert session.exec(select(Contact.language)).one() == "zh-Hans"
        assert session.exec(select(TrackingChoice.given)).one() is True
        last = session.exec(select(ConsentRecord).where(ConsentRecord.source == "preference page")).all()
    assert len(last) == 4
    assert all(one.wording and one.evidence == {"delivery": str(letter["anna"])} for one in last)
    assert '<html lang="zh-Hans">' in client.get(answer.headers["location"]).text


def test_no_box_ticked_means_no_letters_and_no_measuring(client: TestClient, letter: Sent) -> None:
    client.post(choices(letter), data={"letters_in": "sv"})

    assert held() == set()


def test_looking_changes_nothing(client: TestClient, letter: Sent) -> None:
    for _ in range(5):
        client.get(f"{choices(letter)}?saved=true&letters_in=en&topics=events&tracking=true")
        client.head(choices(letter))

    assert held() == {"labour"}


@pytest.mark.parametrize(
    "sent", [{"letters_in": "fr"}, {"letters_in": "sv", "topics": "press"}, {"letters_in": "sv", "topics": "x"}, {}]
)
def test_what_the_page_does_not_offer_is_refused(client: TestClient, letter: Sent, sent: dict[str, str]) -> None:
    answer = client.post(choices(letter), data=sent)

    assert answer.status_code == 422
    assert held() == {"labour"}


def test_a_token_for_unsubscribing_does_not_open_the_page(client: TestClient, letter: Sent) -> None:
    token = urls.unsubscribe(letter["anna"]).rpartition("/")[2]

    assert client.get(f"/preferences/{token}").status_code == 404
    assert client.post(f"/preferences/{token}", data={"letters_in": "sv"}).status_code == 404


@pytest.fixture
def tracking_off(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("OUTREACH_TRACKING", "off")
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()


def test_where_nothing_is_measured_nobody_is_asked(tracking_off: None, client: TestClient, letter: Sent) -> None:
    assert 'name="tracking"' not in client.get(choices(letter)).text

    client.post(choices(letter), data={"letters_in": "sv", "topics": "labour", "tracking": "true"})

    with transaction() as session:
        assert session.exec(select(TrackingChoice)).all() == []
