"""Delivery as a whole: what waits, lanes with their switch, workers, the provider, and what came back."""

from html import unescape
from uuid import UUID

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from outreach.accounts import audit
from outreach.accounts.models import Role
from outreach.delivery import heartbeats, lanes, ledger
from outreach.delivery.models import HoldKind, Scope
from outreach.delivery.pacing import holds
from outreach.foundation.database import transaction
from tests.web import office


def run(statement: str, **values: object) -> None:
    """Change rows as workers would."""
    with transaction() as session:
        session.execute(text(statement), values)


def said(client: TestClient, address: str) -> str:
    """Read a page as a person does."""
    return unescape(client.get(address).text)


def departed(lane: str, letters: int, *, minutes: int = 5) -> None:
    """Let some letters have left in a lane."""
    run(
        """
        INSERT INTO departure (id, mailing_id, sender_id, provider, lane, letters, at)
        VALUES (uuidv7(), uuidv7(), uuidv7(), 'sandbox', :lane, :letters, now() - make_interval(mins => :minutes))
        """,
        lane=lane,
        letters=letters,
        minutes=minutes,
    )


def return_letters(number: UUID, address: str, reason: str, state: str = "bounced_soft") -> None:
    """Let every letter of a campaign come back from one address's server."""
    run(
        """
        UPDATE delivery SET state = :state, reason = :reason, accepted_at = now(), bounced_at = now(),
            changed_at = now(), address = replace(id::text, '-', '') || :address
        WHERE mailing_id = :number
        """,
        number=number,
        address=address,
        reason=reason,
        state=state,
    )


def test_an_empty_house_teaches_what_will_stand_there(client: TestClient) -> None:
    officer = office.sign_in(client, Role.OFFICER)

    assert "Nothing waits" in said(officer, "/delivery")
    assert "No worker has been heard yet." in said(officer, "/delivery")
    assert "Nothing has left in this time" in said(officer, "/delivery/returned")
    assert "No address is stopped" in said(officer, "/delivery/suppressions")


def test_it_stands_in_the_navigation_and_looks_again_by_itself(client: TestClient) -> None:
    page = said(office.sign_in(client, Role.OFFICER, language="sv"), "/delivery")

    assert '<a href="/delivery" aria-current="page">' in page
    assert 'hx-trigger="every 10s"' in page


def test_what_waits_is_named_with_its_kind_and_since_when(client: TestClient, centre: office.Office) -> None:
    number = office.launched(name="Water in January")

    page = said(office.sign_in(client, Role.OFFICER), "/delivery")

    assert f'<a href="/campaigns/{number}/sending">Water in January</a>' in page
    assert "Newsletter" in page
    assert "ago</time>" in page


def test_what_waits_for_another_try_says_why_and_when(client: TestClient, centre: office.Office) -> None:
    office.launched()
    run("UPDATE batch SET attempts = 1, not_before = now() + interval '10 minutes'")
    run("UPDATE delivery SET reason = 'HTTP 429: slow down'")

    page = said(office.sign_in(client, Role.OFFICER), "/delivery")

    assert "Waits for another try" in page
    assert "The provider asks us to slow down." in page
    assert "HTTP 429: slow down" in page


def test_a_lane_shows_its_pace_against_its_cap(client: TestClient, centre: office.Office) -> None:
    departed("qq.com", 34)
    departed("qq.com", 100, minutes=300)

    page = said(office.sign_in(client, Role.OFFICER), "/delivery")

    assert "QQ Mail" in page
    assert "34 of 100" in page
    assert "134 of 1,000" in page
    assert 'href="/delivery/lanes/qq.com"' in page


def test_a_mailbox_that_wants_a_pause_says_so_in_plain_words(client: TestClient, centre: office.Office) -> None:
    with transaction() as session:
        holds.put(session, Scope.LANE, "qq.com", HoldKind.THROTTLED, seconds=600, reason="550 Domain frequency limited")
    officer = office.sign_in(client, Role.OFFICER)

    assert "QQ Mail asks us to slow down." in said(officer, "/delivery")
    assert "550 Domain frequency limited" in said(officer, "/delivery/lanes/qq.com")
    assert "An approver can let it go on." in said(officer, "/delivery/lanes/qq.com")


def test_an_officer_halts_a_lane_with_a_reason_and_an_approver_lets_it_go_on(
    client: TestClient, centre: office.Office
) -> None:
    departed("gmail.com", 1)
    officer = office.sign_in(client, Role.OFFICER)

    officer.post("/delivery/lanes/gmail.com/halt", data={"reason": "Asking them first"})

    assert "Asking them first" in said(officer, "/delivery/lanes/gmail.com")
    assert "Nothing leaves for a mailbox" in said(officer, "/")
    assert officer.post("/delivery/lanes/gmail.com/release").status_code == 403

    approver = office.sign_in(client, Role.APPROVER)
    approver.post("/delivery/lanes/gmail.com/release")

    with transaction() as session:
        assert not [one for one in lanes.overview(session) if one.holds]
        entries = audit.listed(session, audit.Wanted(subject="lane:gmail.com")).items
    assert [(one.action, one.actor) for one in entries] == [
        ("lane.release", office.APPROVER),
        ("lane.halt", "officer@csr-centre.example"),
    ]


def test_a_lane_is_not_halted_without_a_reason(client: TestClient, centre: office.Office) -> None:
    departed("gmail.com", 1)
    officer = office.sign_in(client, Role.OFFICER)

    officer.post("/delivery/lanes/gmail.com/halt", data={"reason": "  "})

    assert "Say why, in a few words." in said(officer, "/delivery/lanes/gmail.com")
    with transaction() as session:
        assert not [one for one in lanes.overview(session) if one.holds]


def test_a_lane_that_nobody_uses_is_nothing(client: TestClient, centre: office.Office) -> None:
    officer = office.sign_in(client, Role.OFFICER)

    assert officer.get("/delivery/lanes/nowhere.example").status_code == 404
    assert officer.post("/delivery/lanes/nowhere.example/halt", data={"reason": "x"}).status_code == 404


def test_a_silent_worker_is_noticed_here_and_on_the_first_page(client: TestClient, centre: office.Office) -> None:
    with transaction() as session:
        heartbeats.beat(session, "delivery")
        heartbeats.beat(session, "tracking")
    officer = office.sign_in(client, Role.OFFICER)
    assert "A worker is silent" not in said(officer, "/")

    run("UPDATE heartbeat SET at = now() - interval '12 minutes' WHERE queue = 'delivery'")

    for page in (said(officer, "/"), said(officer, "/delivery")):
        assert "A worker is silent" in page
        assert "Sending letters: last heard 12 minutes ago" in page


def test_a_provider_that_does_not_take_our_mail_is_noticed(client: TestClient, centre: office.Office) -> None:
    run("INSERT INTO provider_health (provider, is_well, said) VALUES ('sandbox', false, 'HTTP 401: no such key')")
    officer = office.sign_in(client, Role.OFFICER)

    assert "sandbox does not take our mail" in said(officer, "/")
    assert "HTTP 401: no such key" in said(officer, "/delivery")


def test_a_stopped_campaign_and_uncertain_letters_lead_to_where_they_are_settled(
    client: TestClient, centre: office.Office
) -> None:
    number = office.launched(name="Stopped")
    with transaction() as session:
        ledger.halt(session, number, "The provider refused our account.")
    run("UPDATE batch SET state = 'unclear'")
    run("UPDATE delivery SET state = 'ambiguous', changed_at = now()")
    officer = office.sign_in(client, Role.OFFICER)

    for page in (said(officer, "/"), said(officer, "/delivery")):
        assert "A campaign was stopped" in page
        assert "The provider refused our account." in page
        assert f'href="/campaigns/{number}/uncertain"' in page
        assert "2 letters are uncertain." in page


@pytest.mark.parametrize(
    ("address", "reason", "state", "sentence"),
    [
        ("@qq.com", "550 Domain frequency limited", "bounced_soft", "QQ Mail asks us to slow down."),
        ("@163.com", "554 DT:SPM 163 smtp8", "bounced_soft", "NetEase Mail (163, 126) takes our letters for spam."),
        ("@firma.example", "550 5.1.1 no such user", "bounced_hard", "These addresses do not exist."),
        ("@firma.example", "", "complained", "Readers of other mailboxes called the letter spam."),
        ("@firma.example", "ReadTimeout", "ambiguous", "The provider's answer was lost"),
    ],
)
def test_what_came_back_is_gathered_in_plain_words(
    client: TestClient, centre: office.Office, address: str, reason: str, state: str, sentence: str
) -> None:
    return_letters(office.launched(), address, reason, state)

    page = said(office.sign_in(client, Role.OFFICER), "/delivery/returned?days=7")

    assert sentence in page
    assert reason in page
    assert "2 letters" in page


def test_opens_in_chinese_mailboxes_are_unmeasured_not_zero(client: TestClient, centre: office.Office) -> None:
    return_letters(office.launched(), "@qq.com", "", "delivered")

    page = said(office.sign_in(client, Role.OFFICER), "/delivery/returned")

    assert "Mainland China" in page
    assert "not measured" in page


def test_a_period_that_is_not_offered_is_refused(client: TestClient) -> None:
    assert office.sign_in(client, Role.OFFICER).get("/delivery/returned?days=10000").status_code == 422


def test_a_halt_reason_is_never_markup(client: TestClient, centre: office.Office) -> None:
    departed("gmail.com", 1)
    officer = office.sign_in(client, Role.OFFICER)
    officer.post("/delivery/lanes/gmail.com/halt", data={"reason": "<b>why</b>"})

    assert "<b>why" not in officer.get("/delivery/lanes/gmail.com").text


def test_a_sender_whose_letters_are_called_spam_is_noticed_before_mailboxes_turn_it_away(
    client: TestClient, centre: office.Office
) -> None:
    number = office.launched()
    run(
        "INSERT INTO departure (id, mailing_id, sender_id, provider, lane, letters) "
        "SELECT uuidv7(), id, sender_id, provider, '', 400 FROM mailing WHERE id = :number",
        number=number,
    )
    officer = office.sign_in(client, Role.OFFICER)
    assert "called a letter spam." not in said(officer, "/")
    run("UPDATE delivery SET state = 'complained', complained_at = now() WHERE mailing_id = :number", number=number)

    assert "2 people called a letter spam." in said(officer, "/")
    assert "0.5% of the letters in 30 days" in said(officer, "/delivery")
    assert "at 0.3% a running campaign is stopped." in said(officer, "/delivery/returned")
