"""Signing up: somebody becomes a subscriber by their own hand from their own mailbox, and in no other way."""

import re
from uuid import UUID

import pytest
from sqlmodel import Session, select
from starlette.testclient import TestClient

from outreach.accounts.models import Role
from outreach.consent import ledger, preferences, topics
from outreach.consent.models import ConsentAction, ConsentRecord, Subscription, SubscriptionState, Topic, TrackingChoice
from outreach.contacts import editing, notices
from outreach.contacts.editing import Details
from outreach.contacts.models import Contact, Organisation, OrganisationKind, Sector, SourceKind
from outreach.delivery import suppression
from outreach.delivery.models import Suppression, SuppressionReason
from outreach.foundation import locale, urls
from outreach.foundation.database import transaction
from outreach.foundation.locale import LANGUAGES
from outreach.foundation.tables import uuid7
from outreach.signup import texts, wordings
from outreach.signup.models import SaidOrganisation, SignUp, SignUpText, TextKind
from tests import mailings
from tests.consent.cast import measuring
from tests.web import office, sign_ups
from tests.web.sign_ups import ADDRESS, contact, letters, link, post


def held(address: str = ADDRESS) -> set[str]:
    with transaction() as session:
        query = (
            select(Topic.key)
            .join(Subscription)
            .join(Contact)
            .where(Subscription.state == SubscriptionState.SUBSCRIBED, Contact.address == address)
        )
        return set(session.exec(query))


def evidence() -> list[ConsentRecord]:
    with transaction() as session:
        return list(session.exec(select(ConsentRecord).order_by(ConsentRecord.id)))  # type: ignore[arg-type]


def confirm(visitor: TestClient, **entered: object) -> str:
    """Sign up and press the button behind the letter; return the address of its page."""
    post(visitor, **entered)  # type: ignore[arg-type] # passed on as they are
    page = link(letters()[-1])
    assert visitor.post(page).status_code == 303
    return page


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_form_becomes_a_letter_and_its_confirmation_a_subscriber(visitor: TestClient, language: str) -> None:
    answer = post(visitor, language=language)

    assert (answer.status_code, answer.headers["location"]) == (303, f"/subscribe/sent?language={language}")
    assert visitor.get(answer.headers["location"]).status_code == 200
    assert contact() is None
    (letter,) = letters()
    assert (letter.address, letter.language) == (ADDRESS, language)
    page = visitor.get(link(letter))
    assert f'<html lang="{language}">' in page.text
    assert "l***@company.example" in page.text
    assert ADDRESS not in page.text
    assert contact() is None

    done = visitor.post(link(letter))

    assert done.status_code == 303
    assert held() == {"labour", "environment"}
    someone = contact()
    assert someone is not None
    assert (someone.language, someone.source) == (language, "sign-up form")
    shown = visitor.get(done.headers["location"])
    assert "/preferences/" in shown.text
    choices = re.search(r'href="(/preferences/[^"?]+)', shown.text)
    assert choices
    assert visitor.get(choices[1]).status_code == 200


def test_what_was_agreed_to_is_proved_by_the_words_that_were_read(visitor: TestClient) -> None:
    confirm(visitor, language="sv", tracking="true")

    lines = evidence()
    assert [one.action for one in lines] == [ConsentAction.ASKED] * 3 + [ConsentAction.GIVEN] * 3
    assert {(one.source, one.actor, one.language) for one in lines} == {("sign-up form", ledger.SELF, "sv")}
    with transaction() as session:
        row = session.exec(select(SignUp)).one()
        kept = {one.sha256 for one in session.exec(select(SignUpText))}
    with locale.use("sv"), transaction() as session:
        chosen = topics.by_keys(session, ["labour", "environment"])
        read = {preferences.tracking_wording(), *(preferences.topic_wording(topic) for topic in chosen)}
        asked = {preferences.tracking_wording()}
        asked |= {wordings.read([topic], tracking=False, transfer=False)[topic.key] for topic in chosen}
    assert {one.wording for one in lines[:3]} == asked
    assert {one.wording for one in lines[3:]} == read
    assert {one.evidence["sign_up"] for one in lines} == {str(row.id)}
    assert {one.evidence["form"] for one in lines} == {"hosted"}
    assert set(lines[0].evidence["texts"].values()) == kept
    assert len(kept) == 2


def test_looking_at_the_confirmation_a_hundred_times_confirms_nothing(visitor: TestClient) -> None:
    post(visitor)
    page = link(letters()[0])

    for _look in range(100):
        assert visitor.get(page).status_code == 200
        assert visitor.head(page).status_code == 200

    assert contact() is None
    assert evidence() == []


def test_confirming_twice_is_as_good_as_once(visitor: TestClient) -> None:
    page = confirm(visitor)

    before = len(evidence())
    assert visitor.post(page).status_code == 303

    assert len(evidence()) == before
    assert sign_ups.count("contact") == 1


def test_measuring_is_asked_for_by_a_box_of_its_own_that_is_never_ticked(visitor: TestClient) -> None:
    page = visitor.get("/subscribe?language=en").text
    assert 'name="tracking" value="true">' in page

    confirm(visitor, language="en")

    with transaction() as session:
        assert session.exec(select(TrackingChoice)).all() == []
    assert held() == {"labour", "environment"}


def test_where_nothing_is_measured_nothing_is_asked_and_nothing_agreed(visitor: TestClient) -> None:
    with measuring("off"):
        assert 'name="tracking"' not in visitor.get("/subscribe?language=en").text
        confirm(visitor, language="en", tracking="true")

    with transaction() as session:
        assert session.exec(select(TrackingChoice)).all() == []


def test_the_chinese_page_names_the_recipient_abroad_and_asks_for_a_consent_of_its_own(visitor: TestClient) -> None:
    page = visitor.get("/subscribe?language=zh-Hans").text
    for item in ("境外接收方", "联系方式", "处理目的和方式", "个人信息的种类", "行使权利的方式和程序"):
        assert item in page
    assert 'name="transfer" value="true">' in page
    assert 'name="transfer"' not in visitor.get("/subscribe?language=sv").text

    refused = post(visitor, language="zh-Hans", transfer="")

    assert refused.status_code == 422
    assert sign_ups.count("sign_up") == 0
    confirm(visitor, language="zh-Hans")
    assert all(one.evidence["transfer"] for one in evidence())


def test_what_is_missing_is_said_beside_it_and_nothing_that_was_typed_is_lost(visitor: TestClient) -> None:
    answer = post(visitor, language="en", email="not an address", topics=[], organisation="Färgeriet AB", sector="food")

    assert answer.status_code == 422
    assert 'id="email-error"' in answer.text
    assert 'id="topics-error"' in answer.text
    assert 'value="not an address"' in answer.text
    assert 'value="Färgeriet AB"' in answer.text
    assert '<option value="food" selected>' in answer.text
    assert sign_ups.count("sign_up") == 0


@pytest.mark.parametrize("sector", ["nonsense", "<b>"])
def test_what_the_page_does_not_offer_is_not_taken(visitor: TestClient, sector: str) -> None:
    assert post(visitor, sector=sector).status_code == 422
    assert post(visitor, topics=["press"]).status_code == 422
    assert post(visitor, letters_in="xx").status_code == 422
    assert sign_ups.count("sign_up") == 0


def test_press_releases_are_not_offered(visitor: TestClient) -> None:
    assert 'value="press"' not in visitor.get("/subscribe?language=sv").text
    confirm(visitor, topics=["labour", "press"])
    assert held() == {"labour"}


def test_nothing_that_a_stranger_typed_stands_in_the_letter(visitor: TestClient) -> None:
    post(visitor, organisation="Buy at evil.biz")

    (letter,) = letters()
    assert "evil" not in letter.subject + letter.html + letter.text
    assert "lin.mei" not in letter.subject + letter.html + letter.text


def test_who_subscribes_already_is_told_so_in_a_letter_and_nobody_else_is(visitor: TestClient) -> None:
    confirm(visitor)
    sign_ups.let_pass(days=2)

    again = post(visitor)

    assert again.headers["location"] == "/subscribe/sent?language=sv"
    told = letters()[-1]
    assert "/confirm/" not in told.text
    assert visitor.get(link(told)).status_code == 200
    assert "l***@company.example" in visitor.get(link(told)).text


def test_who_wants_one_topic_more_confirms_it_and_keeps_the_others(visitor: TestClient) -> None:
    confirm(visitor, topics=["labour"])
    sign_ups.let_pass(days=2)

    confirm(visitor, topics=["events"], letters_in="en")

    assert held() == {"labour", "events"}
    someone = contact()
    assert someone is not None
    assert someone.language == "en"


@pytest.mark.parametrize("is_known", [True, False])
def test_whoever_signs_up_has_read_where_we_have_the_address_from(visitor: TestClient, is_known: bool) -> None:
    if is_known:
        with transaction() as session:
            known = editing.add(session, Details(ADDRESS, "sv", "a list of participants"), actor="officer")
            told = notices.of(session, known.id)
            assert told is not None
            assert told.told_at is None

    confirm(visitor)

    someone = contact()
    assert someone is not None
    with transaction() as session:
        told = notices.of(session, someone.id)
    assert told is None or told.told_at is not None
    assert (someone.source_kind is SourceKind.THEMSELVES) is not is_known


def test_signing_up_takes_back_an_earlier_leave_me_alone(visitor: TestClient) -> None:
    with transaction() as session:
        anna = mailings.reader(session, "anna")
        preferences.leave_all(session, anna, source="unsubscribe page")

    confirm(visitor, email=anna.email)

    assert held(anna.address) == {"labour", "environment"}
    assert sign_ups.count("suppression") == 0


@pytest.mark.parametrize("reason", [SuppressionReason.HARD_BOUNCE, SuppressionReason.COMPLAINT])
def test_nothing_brings_back_an_address_that_bounced_or_complained(
    visitor: TestClient, reason: SuppressionReason
) -> None:
    with transaction() as session:
        suppression.add(session, [ADDRESS], reason)

    confirm(visitor)

    with transaction() as session:
        assert session.exec(select(Suppression.reason)).one() is reason


def test_an_organisation_of_exactly_that_name_is_linked(visitor: TestClient) -> None:
    with transaction() as session:
        works = _organisation(session, "蓝湾染厂")

    confirm(visitor, organisation=" 蓝湾染厂 ", sector="textiles")

    someone = contact()
    assert someone is not None
    assert someone.organisation_id == works
    assert sign_ups.count("said_organisation") == 0


def test_an_organisation_that_nobody_knows_waits_for_an_officer(visitor: TestClient) -> None:
    confirm(visitor, organisation="Färgeriet i Borås AB", sector="textiles")

    someone = contact()
    assert someone is not None
    assert someone.organisation_id is None
    with transaction() as session:
        said = session.exec(select(SaidOrganisation)).one()
    assert (said.contact_id, said.name, said.sector) == (someone.id, "Färgeriet i Borås AB", "textiles")


def test_what_staff_know_of_somebody_s_organisation_is_not_changed_by_a_form(visitor: TestClient) -> None:
    with transaction() as session:
        works = _organisation(session, "Färgeriet AB")
        anna = mailings.reader(session, "anna")
        anna.organisation_id = works

    confirm(visitor, email=anna.email, topics=["events"], organisation="Something else")

    someone = contact(anna.address)
    assert someone is not None
    assert someone.organisation_id == works
    assert sign_ups.count("said_organisation") == 0


def _organisation(session: Session, name: str) -> UUID:
    one = Organisation(
        key=uuid7().hex,
        names={"zh-Hans": name},
        kind=OrganisationKind.COMPANY,
        sector=Sector.TEXTILES,
        country="CN",
        language="zh-Hans",
    )
    session.add(one)
    session.flush()
    return one.id


def test_what_nobody_confirms_is_gone_after_a_week_with_its_letter(visitor: TestClient) -> None:
    post(visitor)
    page = link(letters()[0])
    sign_ups.let_pass(days=6.9)
    assert len(letters()) == 1
    assert visitor.get(page).status_code == 200

    sign_ups.let_pass(days=0.2)

    assert visitor.get(page).status_code == 404
    assert visitor.post(page).status_code == 404
    assert letters() == []
    for table in ("sign_up", "contact", "delivery", "batch", "message", "mailing"):
        assert sign_ups.count(table) == 0


def test_what_was_confirmed_stays_when_its_form_is_gone(visitor: TestClient) -> None:
    confirm(visitor)
    sign_ups.let_pass(days=8)

    assert len(letters()) == 1
    assert sign_ups.count("sign_up") == 0
    assert held() == {"labour", "environment"}


@pytest.mark.parametrize("token", ["nonsense", "v1.abcd.k.AAAAAAAAAAAAAAAAAAAAAA.BBBBBBBBBBBBBBBBBBBBBB"])
def test_a_link_that_is_not_ours_confirms_nothing(visitor: TestClient, token: str) -> None:
    assert visitor.get(f"/confirm/{token}").status_code == 404
    assert visitor.post(f"/confirm/{token}").status_code == 404


def test_the_link_of_another_purpose_confirms_nothing(visitor: TestClient) -> None:
    post(visitor)
    letters()
    with transaction() as session:
        number = session.exec(select(SignUp.id)).one()

    token = urls.unsubscribe(number).rpartition("/")[2]

    assert visitor.post(f"/confirm/{token}").status_code == 404
    assert contact() is None


def test_a_form_on_another_website_leads_to_the_page_with_what_was_entered(visitor: TestClient) -> None:
    answer = visitor.post(
        "/subscribe/form?language=zh-Hans",
        data={"email": ADDRESS, "topics": ["events"], "tracking": "true", "transfer": "true"},
        headers={"origin": "https://elsewhere.example", "sec-fetch-site": "cross-site"},
    )

    assert answer.status_code == 200
    assert f'value="{ADDRESS}"' in answer.text
    assert 'value="events" checked' in answer.text
    assert 'name="form" value="embedded"' in answer.text
    assert 'name="tracking" value="true">' in answer.text
    assert 'name="transfer" value="true">' in answer.text
    assert sign_ups.count("sign_up") == 0


def test_the_script_for_other_websites_may_be_loaded_there(visitor: TestClient) -> None:
    script = visitor.get("/subscribe/form.js")

    assert script.headers["content-type"].startswith("text/javascript")
    assert script.headers["cross-origin-resource-policy"] == "cross-origin"


def test_a_text_that_changed_meanwhile_is_read_before_it_is_agreed_to(visitor: TestClient) -> None:
    form = sign_ups.filled_in(visitor)
    with transaction() as session:
        texts.write(session, TextKind.NOTICE, "sv", "Vi sparar din adress.", by="eva@csr-centre.example")

    answer = visitor.post("/subscribe?language=sv", data=form)

    assert answer.status_code == 200
    assert "Vi sparar din adress." in answer.text
    assert f'value="{ADDRESS}"' in answer.text
    assert sign_ups.count("sign_up") == 0
    assert post(visitor).status_code == 303


def test_without_a_sender_the_letters_wait_for_one(client: TestClient) -> None:
    assert post(client).status_code == 303
    assert letters() == []

    with transaction() as session:
        sign_ups.add_sender(session)

    assert len(letters()) == 1


def test_a_page_without_cookie_or_script_that_nobody_else_may_store(visitor: TestClient) -> None:
    page = visitor.get("/subscribe?language=sv")

    assert "set-cookie" not in page.headers
    assert "<script" not in page.text
    assert page.headers["cache-control"] == "no-store"
    assert visitor.get("/subscribe?language=xx").status_code == 404


def test_staff_who_look_at_it_get_the_same(visitor: TestClient) -> None:
    office.sign_in(visitor, Role.OFFICER)

    assert post(visitor).status_code == 303
