"""Senders on their pages, and what keeps a campaign back until one is in order or somebody answers for it."""

import re
from datetime import timedelta
from uuid import UUID

import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from outreach.accounts import audit
from outreach.accounts.models import Role
from outreach.campaigns import launching, planning, readiness, steering
from outreach.campaigns.models import Campaign, CampaignState, Waiver
from outreach.content import queries
from outreach.delivery import checking, senders
from outreach.delivery.identity import Given
from outreach.delivery.models import Sender, Stream
from outreach.foundation import clock
from outreach.foundation.database import transaction
from outreach.foundation.errors import Conflict, Refused
from outreach.segments import rules
from tests.delivery.name_server import NameServer
from tests.delivery.zones import DOMAIN, KEY_AT, SELECTOR
from tests.web import office

NAMES = {"sv": "Centrets brev", "zh-Hans": "中心通讯", "en": "Letters of the Centre"}
FORM = {
    "key": "letters",
    "stream": "newsletter",
    "address": f"brev@{DOMAIN}",
    "dkim_selectors": SELECTOR,
    **{f"name_{tag}": name for tag, name in NAMES.items()},
}
REASON = "The provider publishes the key tonight."


def add_sender(key: str = "letters", stream: Stream = Stream.NEWSLETTER) -> Sender:
    with transaction() as session:
        given = Given(stream=stream.value, address=f"brev@{DOMAIN}", names=NAMES, dkim_selectors=SELECTOR)
        return senders.add(session, key, given)


@pytest.fixture
def failing(centre: office.Office, zone: NameServer) -> UUID:
    """An approved campaign from a sender whose key is not published."""
    zone.withdraw(KEY_AT, "TXT")
    add_sender()
    number = office.planned(approved=True)
    with transaction() as session:
        campaign = session.get_one(Campaign, number)
        campaign.sender_id = senders.by_key(session, "letters").id
    checking.check_due()
    return number


def stops(number: UUID) -> list[str]:
    with transaction() as session:
        found = readiness.problems(session, session.get_one(Campaign, number))
    return [one.message for one in found if one.level is readiness.Level.STOP]


def launch(number: UUID) -> int:
    with transaction() as session:
        return launching.launch(session, session.get_one(Campaign, number), by="test")


# --- The pages --------------------------------------------------------------------------------------------------------


def test_an_administrator_adds_a_sender_and_sees_what_mailboxes_find(client: TestClient, zone: NameServer) -> None:
    zone.withdraw(KEY_AT, "TXT")
    administrator = office.sign_in(client, Role.ADMINISTRATOR)

    answer = administrator.post("/senders", data=FORM)
    waiting = administrator.get("/senders/letters").text
    checking.check_due()
    known = administrator.get("/senders/letters").text

    assert answer.headers["location"] == "/senders/letters"
    assert 'hx-trigger="every 2s"' in waiting
    assert "It is being looked up." in waiting
    assert "every 2s" not in known
    assert f"There is no key at {KEY_AT}." in known
    assert f"{KEY_AT}. IN TXT &#34;v=DKIM1; k=rsa; p=…&#34;" in known
    assert "v=spf1 include:_spf.post.net -all" in known
    assert "Letters of the Centre" in administrator.get("/senders").text


def test_a_form_with_faults_says_each_beside_its_field_and_keeps_what_was_typed(
    client: TestClient, zone: NameServer
) -> None:
    administrator = office.sign_in(client, Role.ADMINISTRATOR)

    answer = administrator.post("/senders", data=FORM | {"address": "a@x.se, b@x.se", "name_sv": "Brev\u202e"})

    assert answer.status_code == 422
    assert 'href="#address"' in answer.text
    assert 'href="#name_sv"' in answer.text
    assert 'value="a@x.se, b@x.se"' in answer.text
    assert 'value="中心通讯"' in answer.text
    assert administrator.get("/senders/letters").status_code == 404


def test_an_administrator_changes_a_sender_and_it_is_looked_up_anew(client: TestClient, zone: NameServer) -> None:
    add_sender()
    checking.check_due()
    administrator = office.sign_in(client, Role.ADMINISTRATOR)

    form = administrator.get("/senders/letters/edit").text
    answer = administrator.post("/senders/letters/edit", data=FORM | {"dkim_selectors": "s9"})

    assert f'value="brev@{DOMAIN}"' in form
    assert answer.status_code == 303
    assert "It is being looked up." in administrator.get("/senders/letters").text


def test_adding_and_changing_stand_in_the_audit_log(client: TestClient, zone: NameServer) -> None:
    administrator = office.sign_in(client, Role.ADMINISTRATOR)

    administrator.post("/senders", data=FORM)
    administrator.post("/senders/letters/edit", data=FORM)

    with transaction() as session:
        lines = audit.listed(session, audit.Wanted(subject="sender:letters")).items
    assert [one.action for one in lines] == ["sender.change", "sender.add"]
    assert {one.actor for one in lines} == {"administrator@csr-centre.example"}


@pytest.mark.parametrize("role", [Role.OFFICER, Role.APPROVER])
def test_others_look_and_have_it_looked_up_but_change_nothing(client: TestClient, zone: NameServer, role: Role) -> None:
    add_sender()
    checking.check_due()
    staff = office.sign_in(client, role)

    assert staff.get("/senders").status_code == 200
    page = staff.get("/senders/letters").text
    assert "/senders/letters/edit" not in page
    assert staff.post("/senders/letters/check").status_code == 303
    assert "It is being looked up." in staff.get("/senders/letters").text
    for refused in (
        staff.get("/senders/new"),
        staff.post("/senders", data=FORM | {"key": "other"}),
        staff.get("/senders/letters/edit"),
        staff.post("/senders/letters/edit", data=FORM),
    ):
        assert refused.status_code == 403


def test_a_made_up_domain_is_said_to_need_no_look(client: TestClient, centre: office.Office) -> None:
    officer = office.sign_in(client, Role.OFFICER)

    page = officer.get("/senders/newsletter").text

    assert "This domain is kept for examples" in page
    assert "/senders/newsletter/check" not in page


# --- Whom a campaign comes from (D-10) --------------------------------------------------------------------------------


def test_a_campaign_takes_the_first_sender_of_its_kind_or_the_one_that_is_chosen(
    client: TestClient, centre: office.Office, zone: NameServer
) -> None:
    chosen = add_sender()
    officer = office.sign_in(client, Role.OFFICER)
    form = {"piece": office.ISSUE, "name": "January", "kind": "company"}

    usual = officer.post("/campaigns", data=form).headers["location"]
    named = officer.post("/campaigns", data=form | {"sender": "letters"}).headers["location"]

    assert office.campaign(UUID(usual.rpartition("/")[2])).sender_id != chosen.id
    assert office.campaign(UUID(named.rpartition("/")[2])).sender_id == chosen.id
    assert re.search(r'<option value="letters" selected>', officer.get(f"{named}/edit").text)


@pytest.mark.parametrize("stream", [Stream.PRESS, Stream.SYSTEM])
def test_a_sender_of_another_kind_is_refused(
    client: TestClient, centre: office.Office, zone: NameServer, stream: Stream
) -> None:
    add_sender("other", stream)
    officer = office.sign_in(client, Role.OFFICER)
    form = {"piece": office.ISSUE, "name": "January", "sender": "other"}

    answer = officer.post("/campaigns", data=form)

    assert answer.status_code == 422
    assert "is not a sender for this kind of mail" in answer.text


def test_a_campaign_whose_sender_is_of_another_kind_is_not_launched(centre: office.Office, zone: NameServer) -> None:
    number = office.planned(approved=True)
    with transaction() as session:
        session.get_one(Campaign, number).sender_id = senders.by_key(session, "press").id

    with pytest.raises(Refused, match="not a sender for this kind of mail"):
        launch(number)


# --- What keeps it back (D-01) ----------------------------------------------------------------------------------------


def test_each_thing_that_is_missing_stops_with_its_own_sentence(failing: UUID, zone: NameServer) -> None:
    zone.withdraw(DOMAIN, "TXT")
    zone.withdraw(f"_dmarc.{DOMAIN}", "TXT")
    with transaction() as session:
        checking.ask(session, senders.by_key(session, "letters"))
    checking.check_due()

    assert [one.partition(":")[0] for one in stops(failing)] == ["SPF", "DKIM", "DMARC"]
    with pytest.raises(Refused, match="There is no SPF record"):
        launch(failing)


def test_a_sender_that_nobody_has_checked_yet_stops_too(centre: office.Office, zone: NameServer) -> None:
    number = office.planned(approved=True)
    with transaction() as session:
        session.get_one(Campaign, number).sender_id = add_sender().id

    assert stops(number) == [
        f"Nobody has checked yet whether mailboxes will trust brev@{DOMAIN}; have it checked under Senders."
    ]
    checking.check_due()
    assert stops(number) == []


def test_silence_of_the_name_server_stops_and_is_not_taken_for_consent(centre: office.Office, zone: NameServer) -> None:
    number = office.planned(approved=True)
    with transaction() as session:
        session.get_one(Campaign, number).sender_id = add_sender().id
    zone.failing.add(KEY_AT)

    checking.check_due()

    assert ["Nobody answered" in one for one in stops(number)] == [True]


def test_what_only_wants_a_look_stops_nothing(centre: office.Office, zone: NameServer) -> None:
    number = office.planned(approved=True)
    with transaction() as session:
        session.get_one(Campaign, number).sender_id = add_sender().id
    zone.publish(f"_dmarc.{DOMAIN}", "TXT", "v=DMARC1; p=none; pct=100")

    checking.check_due()

    assert stops(number) == []
    assert launch(number) == 2


def test_it_cannot_be_scheduled_either(failing: UUID) -> None:
    tomorrow = clock.now() + timedelta(days=1)

    with transaction() as session, pytest.raises(Refused, match="There is no key"):
        planning.schedule(session, session.get_one(Campaign, failing), tomorrow, by="test")

    assert office.campaign(failing).state is CampaignState.DRAFT


def test_planning_it_for_a_time_is_refused_as_well(failing: UUID) -> None:
    with transaction() as session, pytest.raises(Refused, match="There is no key"):
        planning.create(
            session,
            queries.by_key(session, office.ISSUE),
            name="Later",
            include=rules.parse_text("everyone"),
            sender="letters",
            at=clock.now() + timedelta(days=1),
            by="test",
        )


def test_one_that_is_scheduled_is_not_changed_to_such_a_sender(client: TestClient, failing: UUID) -> None:
    number = office.planned(approved=True, name="Later")
    with transaction() as session:
        later = session.get_one(Campaign, number)
        later.sender_id = senders.by_key(session, "newsletter").id
        planning.schedule(session, later, clock.now() + timedelta(days=1), by="test")
    officer = office.sign_in(client, Role.OFFICER)

    form = {"piece": office.ISSUE, "name": "Later", "kind": "company", "sender": "letters"}
    answer = officer.post(f"/campaigns/{number}/edit", data=form)

    assert answer.status_code == 422
    assert "There is no key" in answer.text
    assert office.campaign(number).state is CampaignState.SCHEDULED


def test_one_that_was_scheduled_while_all_was_well_stays_and_says_why(failing: UUID, zone: NameServer) -> None:
    with transaction() as session:
        campaign = session.get_one(Campaign, failing)
        campaign.state = CampaignState.SCHEDULED
        campaign.scheduled_at = clock.now() - timedelta(seconds=1)
    with transaction() as session:
        steering.launch_due(session)

    assert office.campaign(failing).state is CampaignState.DRAFT
    with transaction() as session:
        (line,) = audit.listed(session, audit.Wanted(subject=str(failing)), size=1).items
    assert line.action == "campaign.missed"
    assert "There is no key" in line.detail["reason"]


# --- Waiving ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("role", "may"), [(Role.OFFICER, False), (Role.APPROVER, False), (Role.ADMINISTRATOR, True)])
def test_only_an_administrator_waives(client: TestClient, failing: UUID, role: Role, may: bool) -> None:
    staff = office.sign_in(client, role)

    page = staff.get(f"/campaigns/{failing}/review").text
    answer = staff.post(f"/campaigns/{failing}/waiver", data={"reason": REASON})

    assert (f'action="/campaigns/{failing}/waiver"' in page) is may
    assert ("An administrator puts the sender right" in page) is not may
    assert (answer.status_code == 303) is may
    assert (stops(failing) == []) is may


def test_a_waiver_is_shown_with_name_and_reason_and_the_campaign_leaves(client: TestClient, failing: UUID) -> None:
    administrator = office.sign_in(client, Role.ADMINISTRATOR)

    administrator.post(f"/campaigns/{failing}/waiver", data={"reason": REASON})
    page = administrator.get(f"/campaigns/{failing}/review").text

    assert REASON in page
    assert "administrator@csr-centre.example lets it go" in page
    assert f"There is no key at {KEY_AT}" in page
    assert f'action="/campaigns/{failing}/waiver"' not in page
    assert launch(failing) == 2


def test_a_waiver_stands_in_the_audit_log_without_the_sentence(client: TestClient, failing: UUID) -> None:
    administrator = office.sign_in(client, Role.ADMINISTRATOR)

    administrator.post(f"/campaigns/{failing}/waiver", data={"reason": REASON})

    with transaction() as session:
        (line,) = audit.listed(session, audit.Wanted(subject=str(failing)), size=1).items
        (waiver,) = session.exec(select(Waiver)).all()
    assert (line.action, line.actor) == ("campaign.waive_sender", "administrator@csr-centre.example")
    assert line.detail == {"sender": "letters", "found": ["dkim_missing"], "waiver": str(waiver.id)}
    assert waiver.reason == REASON


@pytest.mark.parametrize("reason", ["", "   ", "ok", "because", "x" * 501, "Turned \u202earound, a sentence."])
def test_a_waiver_needs_a_sentence(client: TestClient, failing: UUID, reason: str) -> None:
    administrator = office.sign_in(client, Role.ADMINISTRATOR)

    administrator.post(f"/campaigns/{failing}/waiver", data={"reason": reason})

    assert stops(failing)
    assert "Say i" in administrator.get(f"/campaigns/{failing}/review").text


def test_a_waiver_is_for_one_campaign_and_for_what_was_found(
    client: TestClient, failing: UUID, zone: NameServer
) -> None:
    other = office.planned(approved=True, name="February")
    with transaction() as session:
        sender = senders.by_key(session, "letters")
        session.get_one(Campaign, other).sender_id = sender.id
    administrator = office.sign_in(client, Role.ADMINISTRATOR)
    administrator.post(f"/campaigns/{failing}/waiver", data={"reason": REASON})

    assert stops(other)
    checking.check_now(sender)
    assert stops(failing) == []  # looked up again, and nothing else was found
    zone.withdraw(DOMAIN, "MX")
    checking.check_now(sender)
    assert len(stops(failing)) == 2  # something else: the key as well stops again


def test_there_is_nothing_to_waive_where_all_is_well(client: TestClient, centre: office.Office) -> None:
    number = office.planned(approved=True)
    administrator = office.sign_in(client, Role.ADMINISTRATOR)

    administrator.post(f"/campaigns/{number}/waiver", data={"reason": REASON})

    assert "nothing to waive" in administrator.get(f"/campaigns/{number}/review").text


def test_a_launched_campaign_is_not_waived_any_more(client: TestClient, centre: office.Office) -> None:
    number = office.launched()
    administrator = office.sign_in(client, Role.ADMINISTRATOR)

    administrator.post(f"/campaigns/{number}/waiver", data={"reason": REASON})

    assert Conflict.status == 409
    assert "launched already" in administrator.get(f"/campaigns/{number}/review").text
