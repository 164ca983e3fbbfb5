"""Watching a campaign leave: the page without script, and the stream that keeps it true."""

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from outreach.accounts.models import Role
from outreach.delivery import ledger
from outreach.foundation.database import transaction
from outreach.foundation.tables import uuid7
from tests import connections
from tests.web import office
from tests.web.conftest import Served


def set_state(number: UUID, state: str, *, reason: str | None = None) -> None:
    """Let one planned letter of a campaign come into another state."""
    with transaction() as session:
        session.execute(
            text(
                """
                UPDATE delivery SET state = :state, reason = :reason, changed_at = now()
                WHERE id = (
                    SELECT id FROM delivery WHERE mailing_id = :number AND state = 'planned' ORDER BY id LIMIT 1
                )
                """
            ),
            {"number": number, "state": state, "reason": reason},
        )


def events(lines: Iterator[str]) -> Iterator[tuple[str, str]]:
    """Read a stream as (event, data), keep-alives left out."""
    name, data = "message", []
    for line in lines:
        if line.startswith("event:"):
            name = line.removeprefix("event:").strip()
        elif line.startswith("data:"):
            data.append(line.removeprefix("data:").strip())
        elif not line and (data or name != "message"):
            yield name, "\n".join(data)
            name, data = "message", []


def test_the_page_shows_where_every_letter_is(client: TestClient, centre: office.Office) -> None:
    number = office.launched()
    set_state(number, "delivered")

    page = office.sign_in(client, Role.OFFICER).get(f"/campaigns/{number}/sending").text

    assert "1 of 2 have left" in page
    assert f'hx-sse:connect="/campaigns/{number}/progress"' in page
    assert f'<a href="/deliveries?campaign={number}&amp;state=waiting">1</a>' in page
    assert f'<a href="/deliveries?campaign={number}&amp;state=delivered">1</a>' in page


def test_uncertain_letters_are_named_and_never_promised_again(client: TestClient, centre: office.Office) -> None:
    number = office.launched()
    set_state(number, "ambiguous", reason="The worker vanished while sending")

    page = office.sign_in(client, Role.OFFICER).get(f"/campaigns/{number}/sending").text

    assert "1 letter is uncertain." in page
    assert "It is not sent again unless a person decides so." in page
    assert "Eva" in page or "文丽" in page


def test_a_campaign_that_the_product_stopped_says_why(client: TestClient, centre: office.Office) -> None:
    number = office.launched()
    with transaction() as session:
        ledger.halt(session, number, "The provider refused our account.")

    page = office.sign_in(client, Role.OFFICER).get(f"/campaigns/{number}/sending").text

    assert "The provider refused our account." in page
    assert "Halted" in page


def test_before_the_launch_there_is_nothing_to_watch(client: TestClient, centre: office.Office) -> None:
    number = office.planned()

    page = office.sign_in(client, Role.OFFICER).get(f"/campaigns/{number}/sending").text

    assert "Nothing has left yet" in page
    assert "hx-sse" not in page


def test_the_stream_of_a_finished_campaign_says_that_it_is_done(client: TestClient, centre: office.Office) -> None:
    number = office.launched()
    office.let_everything_arrive(number)

    answer = office.sign_in(client, Role.OFFICER).get(f"/campaigns/{number}/progress")

    assert answer.headers["content-type"].startswith("text/event-stream")
    first, last = list(events(iter(answer.text.splitlines())))
    assert "2 of 2 have left" in first[1]
    assert "Finished" in first[1]
    assert last == ("done", "done")


def test_the_stream_asks_who_is_there(client: TestClient, centre: office.Office) -> None:
    number = office.launched()

    assert client.get(f"/campaigns/{number}/progress").status_code == 303
    assert office.sign_in(client, Role.OFFICER).get(f"/campaigns/{uuid7()}/progress").status_code == 404


def test_the_stream_follows_the_rows_and_speaks_the_watchers_language(served: Served, tmp_path: Path) -> None:
    office.open_office(tmp_path)
    number = office.launched()
    cookie = {"session": office.session_of(Role.OFFICER, language="sv")}

    with served.visitor.stream("GET", f"/campaigns/{number}/progress", cookies=cookie) as answer:
        seen = events(answer.iter_lines())
        assert "0 av 2" in next(seen)[1]

        set_state(number, "delivered")

        assert any("1 av 2" in next(seen)[1] for _look in range(5))

        office.let_everything_arrive(number)

        assert list(seen)[-1] == ("done", "done")


def test_the_stream_ends_with_the_session_of_whoever_watches(served: Served, tmp_path: Path) -> None:
    office.open_office(tmp_path)
    number = office.launched()
    cookie = {"session": office.session_of(Role.OFFICER)}

    with served.visitor.stream("GET", f"/campaigns/{number}/progress", cookies=cookie) as answer:
        seen = events(answer.iter_lines())
        next(seen)

        office.shut_out(Role.OFFICER)

        assert list(seen)[-1] == ("done", "done")


@pytest.mark.slow
def test_a_stream_ends_before_long_so_that_a_server_can_stop(served: Served, tmp_path: Path) -> None:
    office.open_office(tmp_path)
    number = office.launched()
    cookie = {"session": office.session_of(Role.OFFICER)}

    with served.visitor.stream("GET", f"/campaigns/{number}/progress", cookies=cookie) as answer:
        seen = list(events(answer.iter_lines()))

    assert len(seen) > 1
    assert ("done", "done") not in seen  # the browser comes back


def test_whoever_watches_holds_no_connection_to_the_database(served: Served, tmp_path: Path) -> None:
    office.open_office(tmp_path)
    number = office.launched()
    cookie = {"session": office.session_of(Role.OFFICER)}

    with served.visitor.stream("GET", f"/campaigns/{number}/progress", cookies=cookie) as answer:
        next(events(answer.iter_lines()))

        assert connections.in_transactions() == 0
