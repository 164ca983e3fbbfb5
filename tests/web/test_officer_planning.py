"""Planning a campaign, changing the plan, and checking it."""

from datetime import timedelta
from uuid import UUID

import pytest
from starlette.testclient import TestClient

from outreach.accounts.models import Role
from outreach.campaigns import overview, steering
from outreach.campaigns.models import CampaignState, Layout
from outreach.foundation import clock
from outreach.foundation.database import transaction
from outreach.segments import rules, saved
from tests.web import office

FORM = {"piece": office.ISSUE, "name": "January", "kind": "company"}


def only_campaign() -> UUID:
    with transaction() as session:
        return overview.paged(session).items[0].id


def told(client: TestClient, number: UUID) -> str:
    """Return what the page of a campaign says after a form was sent."""
    return client.get(f"/campaigns/{number}/approve").text


def test_the_form_counts_whom_it_would_reach_before_anything_is_planned(
    client: TestClient, centre: office.Office
) -> None:
    officer = office.sign_in(client, Role.OFFICER)

    everybody = officer.get(f"/campaigns/new?piece={office.ISSUE}").text
    chinese = officer.get(f"/campaigns/new?piece={office.ISSUE}&language=zh-Hans").text
    without = officer.get(f"/campaigns/new?piece={office.ISSUE}&without_kind=company").text

    assert '<p class="bignumber">2</p>' in everybody
    assert '<p class="bignumber">1</p>' in chinese
    assert '<p class="bignumber">0</p>' in without


def test_a_campaign_is_planned_as_the_boxes_say(client: TestClient, centre: office.Office) -> None:
    officer = office.sign_in(client, Role.OFFICER)

    answer = officer.post(
        "/campaigns",
        data={**FORM, "language": ["sv", "zh-Hans"], "without_country": "CN", "layout": "stacked"},
    )

    assert answer.status_code == 303
    made = office.campaign(only_campaign())
    assert made.state is CampaignState.DRAFT
    assert made.name == "January"
    assert made.layout is Layout.STACKED
    assert made.created_by == "officer@csr-centre.example"
    assert made.include == {"all": [{"kind": ["company"]}, {"language": ["sv", "zh-Hans"]}]}
    assert made.exclude == {"country": ["CN"]}


def test_a_form_with_a_fault_keeps_what_was_ticked(client: TestClient, centre: office.Office) -> None:
    officer = office.sign_in(client, Role.OFFICER)

    answer = officer.post("/campaigns", data={**FORM, "name": " "})

    assert answer.status_code == 422
    assert "Give the campaign a name." in answer.text
    assert 'value="company" checked' in answer.text


@pytest.mark.parametrize(
    ("when", "sentence"),
    [
        ({"day": "", "time": "09:00"}, "Choose a day and a time."),
        ({"day": "2020-01-01", "time": "09:00"}, "That time is over"),
        ({"day": "soon", "time": "09:00"}, "cannot be read"),
        ({"day": "2031-03-30", "time": "02:30"}, "there is no such time"),
    ],
)
def test_a_time_that_cannot_be_is_refused_and_nothing_is_planned(
    client: TestClient, centre: office.Office, when: dict[str, str], sentence: str
) -> None:
    officer = office.sign_in(client, Role.OFFICER)

    answer = officer.post("/campaigns", data={**FORM, "leaves": "at", "zone": "Europe/Stockholm", **when})

    assert answer.status_code == 422
    assert sentence in answer.text
    with transaction() as session:
        assert overview.paged(session).items == ()


def test_a_time_is_shown_on_both_clocks_and_can_be_taken_back(client: TestClient, centre: office.Office) -> None:
    number = office.planned(approved=True)
    officer = office.sign_in(client, Role.OFFICER)
    day = (clock.now() + timedelta(days=9)).date()

    officer.post(f"/campaigns/{number}/schedule", data={"day": f"{day}", "time": "15:30", "zone": "Asia/Shanghai"})

    assert office.campaign(number).state is CampaignState.SCHEDULED
    page = told(officer, number)
    assert "15:30" in page
    assert ("08:30" in page) or ("09:30" in page)  # winter or summer in Sweden
    assert "2 letters leave by themselves" in page

    officer.post(f"/campaigns/{number}/unschedule")

    assert office.campaign(number).state is CampaignState.DRAFT


def test_one_that_could_not_leave_at_its_time_says_why(client: TestClient, centre: office.Office) -> None:
    number = office.planned()
    officer = office.sign_in(client, Role.OFFICER)
    with transaction() as session:
        campaign = overview.get(session, number)
        campaign.state, campaign.scheduled_at = CampaignState.SCHEDULED, clock.now() - timedelta(minutes=1)
        session.add(campaign)
    with transaction() as session:
        steering.launch_due(session)

    page = told(officer, number)

    assert "It could not leave at its time." in page
    assert "Nobody has approved this content" in page


def test_a_plan_can_be_changed_until_the_launch(client: TestClient, centre: office.Office) -> None:
    number = office.planned()
    officer = office.sign_in(client, Role.OFFICER)

    form = officer.get(f"/campaigns/{number}/edit").text
    answer = officer.post(
        f"/campaigns/{number}/edit", data={"piece": office.ISSUE, "name": "February", "language": "zh-Hans"}
    )

    assert 'value="company" checked' in form
    assert answer.headers["location"] == f"/campaigns/{number}/audience"
    assert office.campaign(number).name == "February"
    assert office.campaign(number).include == {"language": ["zh-Hans"]}


def test_a_rule_that_boxes_cannot_say_stays_as_it_is(client: TestClient, centre: office.Office) -> None:
    number = office.planned(rule="kind=company or tag=vip")
    before = office.campaign(number).include
    officer = office.sign_in(client, Role.OFFICER)

    page = officer.get(f"/campaigns/{number}/edit").text
    officer.post(f"/campaigns/{number}/edit", data={"piece": office.ISSUE, "name": "February"})

    assert "more than boxes can" in page
    assert office.campaign(number).include == before
    assert office.campaign(number).name == "February"


def test_a_launched_campaign_cannot_be_changed(client: TestClient, centre: office.Office) -> None:
    number = office.launched()
    officer = office.sign_in(client, Role.OFFICER)

    answer = officer.post(f"/campaigns/{number}/edit", data={"piece": office.ISSUE, "name": "February"})

    assert answer.status_code == 422
    assert "Only a campaign that has not been launched can be changed." in answer.text
    assert office.campaign(number).name == "January"


def test_the_audience_page_says_who_gets_it_and_who_not(client: TestClient, centre: office.Office) -> None:
    number = office.planned()

    page = office.sign_in(client, Role.OFFICER).get(f"/campaigns/{number}/audience").text

    assert '<p class="bignumber">2</p>' in page
    assert "Contacts who belong to an organisation of the kind company." in page
    assert "文丽" in page
    assert "Textiles" in page


def test_the_checks_say_what_is_in_order_and_what_stops(client: TestClient, centre: office.Office) -> None:
    ready = office.planned()
    reaching_nobody = office.planned(name="Nobody", rule="tag=nobody")
    officer = office.sign_in(client, Role.OFFICER)

    good = officer.get(f"/campaigns/{ready}/review").text
    bad = officer.get(f"/campaigns/{reaching_nobody}/review").text

    assert "Every edition is complete." in good
    assert "2 people receive it." in good
    assert "Every letter is light enough to be shown whole." in good
    assert "Nobody would receive it" in bad


@pytest.mark.parametrize(
    ("state", "step"),
    [("draft", "approve"), ("nobody", "audience"), ("running", "sending"), ("finished", "report")],
)
def test_opening_a_campaign_leads_to_the_step_that_is_due(
    client: TestClient, centre: office.Office, state: str, step: str
) -> None:
    makers = {"draft": office.planned, "nobody": lambda: office.planned(rule="tag=nobody")}
    number = makers.get(state, office.launched)()
    if state == "finished":
        office.let_everything_arrive(number)

    answer = office.sign_in(client, Role.OFFICER).get(f"/campaigns/{number}")

    assert answer.headers["location"] == f"/campaigns/{number}/{step}"


def test_the_list_can_be_narrowed_to_what_is_on_its_way(client: TestClient, centre: office.Office) -> None:
    office.launched(name="On its way")
    office.planned(name="Still a plan")
    officer = office.sign_in(client, Role.OFFICER)

    page = officer.get("/campaigns?group=sending").text

    assert "On its way" in page
    assert "0 of 2 have left" in page
    assert "Still a plan" not in page
    assert "Still a plan" in officer.get("/campaigns?group=nonsense").text


def test_a_goal_is_set_before_the_launch_and_never_after(client: TestClient, centre: office.Office) -> None:
    number = office.planned()
    officer = office.sign_in(client, Role.OFFICER)
    goal = {"name": "Half of them open it", "metric": "open_rate", "target": "50", "language": "sv", "days": "14"}

    officer.post(f"/campaigns/{number}/goals", data=goal)
    faulty = officer.post(f"/campaigns/{number}/goals", data={**goal, "target": "many"})

    assert faulty.headers["location"] == f"/campaigns/{number}/review#goals"
    page = officer.get(f"/campaigns/{number}/review").text
    assert "Write the target in per cent" in page
    assert page.count("Half of them open it") == 1
    assert "Contacts who read Swedish." in page
    assert "Half of them open it" in officer.get("/goals").text

    later = office.launched(name="Later")
    officer.post(f"/campaigns/{later}/goals", data={**goal, "name": "Too late"})

    assert "before the launch" in officer.get(f"/campaigns/{later}/sending").text
    assert "Too late" not in officer.get("/goals").text


def test_an_audience_is_built_from_conditions_and_kept_as_a_segment(client: TestClient, centre: office.Office) -> None:
    number = office.planned()
    officer = office.sign_in(client, Role.OFFICER)
    form = {
        "place": ["i", "i.0", "i.1", "i.1.0", "i.1.1", "e", "e.0"],
        "i:join": "all",
        "i.0:field": "language",
        "i.0:value": ["sv", "zh-Hans"],
        "i.1:join": "any",
        "i.1.0:field": "kind",
        "i.1.0:value": "company",
        "i.1.1:field": "not_mailed_within",
        "i.1.1:value": "14",
        "e.0:field": "organisation",
        "e.0:value": "paper",
        "do": "save",
    }
    address = f"/campaigns/{number}/audience"

    shown = officer.get(f"{address}/edit").text
    answer = officer.post(f"{address}/edit", data={**form, "name": "Läsare"})

    assert 'name="i.0:value" value="company" checked' in shown
    assert answer.headers["location"] == address
    assert office.campaign(number).include == {"segment": ["läsare"]}
    page = officer.get(address).text
    assert "Contacts who belong to the segment “Läsare”." in page
    assert "reason=no_consent" in page
    with transaction() as session:
        include, exclude = saved.rules_of(saved.by_key(session, "läsare"))
    assert rules.to_text(include) == "language=sv,zh-Hans and (kind=company or not_mailed_within=14d)"
    assert exclude is not None
    assert rules.to_text(exclude) == "organisation=paper"


def test_segments_are_ticked_to_be_included_and_left_out(client: TestClient, centre: office.Office) -> None:
    officer = office.sign_in(client, Role.OFFICER)
    with transaction() as session:
        saved.save(session, key="companies", name="Companies", include=rules.parse_text("kind=company"), by="test")

    page = officer.get(f"/campaigns/new?piece={office.ISSUE}&without_segment=companies").text
    officer.post("/campaigns", data={"piece": office.ISSUE, "name": "January", "segment": "companies"})

    assert '<p class="bignumber">0</p>' in page
    assert 'name="segment" value="companies"' in page
    assert office.campaign(only_campaign()).include == {"segment": ["companies"]}
