"""When senders are checked, what is kept of it, and what silence does to what was known."""

from dataclasses import replace

import pytest
from sqlalchemy import text

from outreach.delivery import checking, senders
from outreach.delivery.authentication.results import Part, Verdict
from outreach.delivery.checking import Standing
from outreach.delivery.identity import Given
from outreach.delivery.models import Sender, SenderCheck
from outreach.foundation import settings
from outreach.foundation.database import transaction
from tests.delivery.name_server import NameServer
from tests.delivery.zones import DOMAIN, KEY_AT, SELECTOR

GIVEN = Given(
    stream="newsletter",
    address=f"brev@{DOMAIN}",
    names={"sv": "Brev", "zh-Hans": "通讯", "en": "Letters"},
    dkim_selectors=SELECTOR,
)


def added(given: Given = GIVEN) -> Sender:
    with transaction() as session:
        return senders.add(session, "letters", given)


def known(sender: Sender) -> Standing:
    with transaction() as session:
        return checking.standing(session, session.get_one(Sender, sender.id))


def verdict_of(sender: Sender, part: Part) -> Verdict:
    return next(one.verdict for one in known(sender).results if one.part is part)


def age(interval: str) -> None:
    with transaction() as session:
        session.execute(
            text("UPDATE sender_check SET checked_at = checked_at - CAST(:age AS interval)"), {"age": interval}
        )


def test_a_new_sender_is_checked_by_the_next_worker_and_then_left_alone_for_a_day(zone: NameServer) -> None:
    sender = added()

    assert checking.check_due() == 1
    assert (known(sender).verdict, known(sender).is_waiting) == (Verdict.PASS, False)

    age("23 hours")
    assert checking.check_due() == 0
    age("1 hour")
    assert checking.check_due() == 1


def test_a_sender_that_was_put_in_by_hand_is_checked_too(zone: NameServer) -> None:
    with transaction() as session:
        session.add(Sender(key="old", stream="press", address=f"press@{DOMAIN}"))

    assert checking.check_due() == 1


def test_somebody_may_have_it_checked_again_at_once(zone: NameServer) -> None:
    sender = added()
    checking.check_due()
    zone.withdraw(KEY_AT, "TXT")

    with transaction() as session:
        checking.ask(session, sender)
    assert known(sender).is_waiting
    checking.check_due()

    assert verdict_of(sender, Part.DKIM) is Verdict.FAIL
    assert [one.part for one in known(sender).stops] == [Part.DKIM]


def test_what_nobody_answered_is_unknown_and_asked_again_after_ten_minutes(zone: NameServer) -> None:
    sender = added()
    zone.failing.add(KEY_AT)

    checking.check_due()

    assert known(sender).verdict is Verdict.UNKNOWN
    assert known(sender).is_stopping
    assert checking.check_due() == 0
    zone.failing.clear()
    age("10 minutes")
    assert checking.check_due() == 1
    assert known(sender).verdict is Verdict.PASS


def test_what_was_known_lately_stands_while_nobody_answers(zone: NameServer) -> None:
    sender = added()
    checking.check_due()
    zone.failing.add(KEY_AT)
    age("1 day")

    checking.check_due()

    key = next(one for one in known(sender).results if one.part is Part.DKIM)
    assert (key.verdict, key.is_old) == (Verdict.PASS, True)
    assert not known(sender).is_stopping
    age("10 minutes")
    assert checking.check_due() == 1  # and it is asked again soon


def test_what_was_known_long_ago_does_not(zone: NameServer) -> None:
    sender = added()
    checking.check_due()
    with transaction() as session:
        kept = session.get_one(SenderCheck, sender.id)
        kept.results = [{**one, "at": "2026-01-01T00:00:00+00:00"} for one in kept.results]
    zone.failing.add(KEY_AT)
    age("1 day")

    checking.check_due()

    assert verdict_of(sender, Part.DKIM) is Verdict.UNKNOWN


def test_a_worker_that_vanished_leaves_the_sender_to_another_after_two_minutes(zone: NameServer) -> None:
    added()
    with transaction() as session:
        assert checking.claim(session)

    assert checking.check_due() == 0
    with transaction() as session:
        session.execute(text("UPDATE sender_check SET begun_at = begun_at - interval '2 minutes'"))
    assert checking.check_due() == 1


def test_what_was_found_for_other_names_is_not_kept(zone: NameServer) -> None:
    sender = added()
    with transaction() as session:
        asked_for = checking.needs(sender)
        senders.change(session, session.get_one(Sender, sender.id), replace(GIVEN, dkim_selectors="s9"))

    with transaction() as session:
        checking.keep(session, session.get_one(Sender, sender.id), asked_for, [])

    assert known(sender).checked_at is None
    assert known(sender).is_waiting


def test_a_made_up_domain_is_not_looked_up_in_development_with_the_sandbox(zone: NameServer) -> None:
    sender = added(replace(GIVEN, address="brev@csr-centre.example"))
    asked = len(zone.asked)

    checking.check_due()

    assert known(sender).verdict is Verdict.NOT_APPLICABLE
    assert not known(sender).is_stopping
    assert len(zone.asked) == asked


@pytest.mark.parametrize("changed", [{"OUTREACH_PROVIDER": "smtp"}, {"OUTREACH_ENVIRONMENT": "production"}])
def test_anywhere_else_it_is(zone: NameServer, monkeypatch: pytest.MonkeyPatch, changed: dict[str, str]) -> None:
    for name, value in changed.items():
        monkeypatch.setenv(name, value)
    settings.settings.cache_clear()
    sender = added(replace(GIVEN, address="brev@csr-centre.example"))

    checking.check_due()

    assert known(sender).verdict is Verdict.FAIL


def test_a_made_up_domain_is_looked_up_once_the_product_goes_to_production(
    zone: NameServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    sender = added(replace(GIVEN, address="brev@csr-centre.example"))
    checking.check_due()
    monkeypatch.setenv("OUTREACH_ENVIRONMENT", "production")
    settings.settings.cache_clear()

    assert known(sender).verdict is Verdict.UNKNOWN
    age("10 minutes")
    assert checking.check_due() == 1
    assert known(sender).verdict is Verdict.FAIL


def test_a_waiver_would_be_for_exactly_what_was_found(zone: NameServer) -> None:
    sender = added()
    zone.withdraw(KEY_AT, "TXT")
    first = checking.check_now(sender).fingerprint

    again = checking.check_now(sender).fingerprint
    zone.withdraw(DOMAIN, "TXT")
    worse = checking.check_now(sender).fingerprint

    assert first == again
    assert worse != first
