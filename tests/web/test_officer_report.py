"""The report: what it says, and what it keeps to itself."""

from uuid import UUID

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from outreach.accounts.models import Role
from outreach.contacts.models import Sector
from outreach.foundation.database import transaction
from outreach.reporting import links
from outreach.reporting.metrics import Cell, Metrics
from outreach.web.officer import report
from tests.web import office


def opened(number: UUID, *, actor: str = "human") -> None:
    """Let every recipient of a campaign open it and follow its link."""
    with transaction() as session:
        session.execute(
            text(
                """
                INSERT INTO tracking_event (delivery_id, mailing_id, kind, actor, link_key, hour, ruleset)
                SELECT delivery.id, delivery.mailing_id, 'click', :actor, link.key, now(), 1
                FROM delivery
                JOIN link ON link.mailing_id = delivery.mailing_id AND link.language = delivery.language
                WHERE delivery.mailing_id = :number
                """
            ),
            {"number": number, "actor": actor},
        )


def figures(delivered: int, opens: int, *, tracked: int | None = None) -> Metrics:
    return Metrics(
        planned=delivered,
        accepted=delivered,
        delivered=delivered,
        tracked=delivered if tracked is None else tracked,
        openers=opens,
    )


def test_before_anything_is_delivered_there_is_nothing_to_report(client: TestClient, centre: office.Office) -> None:
    planned, launched = office.planned(), office.launched(name="Launched")
    officer = office.sign_in(client, Role.OFFICER)

    assert "Nothing to report yet" in officer.get(f"/campaigns/{planned}/report").text
    assert "Nothing to report yet" in officer.get(f"/campaigns/{launched}/report").text


def test_a_handful_of_readers_stay_a_handful_of_readers(client: TestClient, centre: office.Office) -> None:
    number = office.launched()
    office.let_everything_arrive(number)
    opened(number)

    page = office.sign_in(client, Role.OFFICER).get(f"/campaigns/{number}/report").text

    assert "2 delivered. Too few can be measured to say how many opened it." in page
    assert "100.0%" not in page
    assert "&lt; 3" in page  # who followed the link
    assert "https://csr-centre.example/water" in page


def test_machines_count_for_nothing(client: TestClient, centre: office.Office) -> None:
    number = office.launched()
    office.let_everything_arrive(number)
    opened(number, actor="machine")

    with transaction() as session:
        found = links.clicks(session, number)

    assert sum(one.people for one in found) == 0
    assert sum(one.machine for one in found) == 2


@pytest.mark.parametrize(
    ("total", "sentence"),
    [
        (figures(0, 0), "Nothing has been delivered yet."),
        (figures(8, 4), "8 delivered. Too few can be measured to say how many opened it."),
        (
            figures(1199, 166, tracked=402),
            "1,199 delivered. Of the 402 who can be measured, 166 opened it (41.3%).",
        ),
    ],
)
def test_the_headline_says_no_more_than_is_known(total: Metrics, sentence: str) -> None:
    assert report.headline(total) == sentence


def test_the_heat_map_gets_darker_with_the_share_and_keeps_small_cells_shut() -> None:
    grid = [
        Cell("sv", Sector.TEXTILES.value, figures(40, 20)),
        Cell("zh-Hans", Sector.TEXTILES.value, figures(40, 10)),
        Cell("sv", Sector.FOOD.value, figures(4, 2)),
        Cell("zh-Hans", Sector.FOOD.value, figures(30, 15)),
    ]

    heat = dict(report.heat(grid, ["sv", "zh-Hans"], {("sv", "food"), ("zh-Hans", "food")}))

    assert [one.level for one in heat["Textiles"]] == [5, 2]
    assert [one.level for one in heat["Food"]] == [None, None]
    assert all(one.hidden for one in heat["Food"])


def test_a_language_that_the_others_would_give_away_is_shut_too() -> None:
    by_language = {"sv": figures(100, 40), "zh-Hans": figures(80, 30), "en": figures(9, 4)}

    assert report.shut_languages(by_language) == {"en", "zh-Hans"}
    assert report.shut_languages({"sv": figures(100, 40), "zh-Hans": figures(80, 30)}) == set()


def test_a_letters_links_are_one_line_each_in_all_languages(client: TestClient, centre: office.Office) -> None:
    number = office.launched()
    office.let_everything_arrive(number)

    page = office.sign_in(client, Role.OFFICER, language="sv").get(f"/campaigns/{number}/report").text

    assert page.count("https://csr-centre.example/water") == 1
    assert "Om vatten" in page
    assert "关于用水" not in page
