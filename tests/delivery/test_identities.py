"""Identities at the door: what is taken, what is refused, each field with its own sentence."""

from dataclasses import replace

import pytest
from sqlmodel import Session

from outreach.delivery import checking, senders
from outreach.delivery.authentication.results import Part, Result, Verdict, passed
from outreach.delivery.identity import Faults, Given
from outreach.delivery.models import Stream
from outreach.foundation.errors import NotFound

NAMES = {"sv": "Centrets brev", "zh-Hans": "中心通讯", "en": "Letters of the Centre"}
GIVEN = Given(stream="newsletter", address="brev@centrum.se", names=NAMES)


def faults(session: Session, given: Given, key: str = "letters") -> dict[str, str]:
    with pytest.raises(Faults) as refusal:
        senders.add(session, key, given)
    return refusal.value.by_field


def test_an_identity_is_kept_as_it_was_entered_and_waits_to_be_checked(session: Session) -> None:
    given = replace(GIVEN, reply_to="svar@centrum.se", dkim_selectors="s1, s2", envelope_domain="Studs.Centrum.SE.")

    sender = senders.add(session, "letters", given)

    assert senders.by_key(session, "letters") == sender
    assert (sender.stream, sender.names, sender.reply_to) == (Stream.NEWSLETTER, NAMES, "svar@centrum.se")
    assert (sender.dkim_selectors, sender.envelope_domain) == (["s1", "s2"], "studs.centrum.se")
    assert (sender.list_id, sender.dkim_domain, sender.spf_include) == (None, None, None)
    standing = checking.standing(session, sender)
    assert (standing.verdict, standing.is_waiting) == (Verdict.UNKNOWN, True)


def test_several_identities_serve_one_stream(session: Session) -> None:
    senders.add(session, "letters", GIVEN)
    senders.add(session, "china", replace(GIVEN, address="cn@centrum.se"))
    senders.add(session, "press", replace(GIVEN, stream="press"))

    assert [one.key for one in senders.listed(session, Stream.NEWSLETTER)] == ["china", "letters"]


def test_what_an_identity_does_not_say_is_the_domain_of_its_address(session: Session) -> None:
    needs = checking.needs(senders.add(session, "letters", GIVEN))

    assert (needs.domain, needs.envelope, needs.dkim) == ("centrum.se", "centrum.se", "centrum.se")


@pytest.mark.parametrize(
    "address",
    [
        "",
        "centrum.se",
        "a@centrum.se, b@centrum.se",  # two From addresses cannot be aligned (D-02)
        "Brev <brev@centrum.se>",
        '"a@x.se"@centrum.se b@y.se',
        "-oQ/tmp@centrum.se",
        "brev@centrum.se\r\nBcc: x@y.se",
        "brev@localhost",
        "öl@centrum.se",
    ],
)
def test_exactly_one_plain_address_is_taken(session: Session, address: str) -> None:
    assert set(faults(session, replace(GIVEN, address=address))) == {"address"}


@pytest.mark.parametrize("letter", [*map(chr, range(0x20)), "\x7f", "\x85", "\u2028", "\u2029"])
def test_a_name_with_a_control_character_is_refused(session: Session, letter: str) -> None:
    assert set(faults(session, replace(GIVEN, names={**NAMES, "sv": f"Centrets{letter}brev"}))) == {"name_sv"}


@pytest.mark.parametrize("letter", ["\u202a", "\u202e", "\u2066", "\u2069", "\u200b", "\ufeff", "\ue000", "\ud800"])
def test_a_name_that_turns_around_or_hides_something_is_refused(session: Session, letter: str) -> None:
    assert set(faults(session, replace(GIVEN, names={**NAMES, "zh-Hans": f"中心{letter}通讯"}))) == {"name_zh-Hans"}


def test_a_name_is_needed_in_every_language(session: Session) -> None:
    assert set(faults(session, replace(GIVEN, names={"sv": "Brev"}))) == {"name_zh-Hans", "name_en"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("stream", "pigeon"),
        ("reply_to", "nobody"),
        ("list_id", "not a domain"),
        ("envelope_domain", "http://centrum.se"),
        ("dkim_domain", "centrum"),
        ("dkim_domain", "centrum..se"),
        ("dkim_selectors", "s1._domainkey;"),
        ("dkim_selectors", "a b c d e f"),
        ("spf_include", "include:post.net"),
    ],
)
def test_a_field_that_makes_no_sense_is_named(session: Session, field: str, value: str) -> None:
    assert set(faults(session, replace(GIVEN, **{field: value}))) == {field}


@pytest.mark.parametrize("key", ["", "a", "New", "new", "with space", "x" * 21, "-x-", "å-brev"])
def test_a_key_is_short_and_plain(session: Session, key: str) -> None:
    assert set(faults(session, GIVEN, key)) == {"key"}


def test_all_faults_are_told_at_once(session: Session) -> None:
    told = faults(session, replace(GIVEN, address="x", reply_to="y", names={}), "a b")

    assert set(told) == {"key", "name_sv", "name_zh-Hans", "name_en", "address", "reply_to"}
    assert all(sentence.endswith(".") for sentence in told.values())


def test_a_key_is_given_once(session: Session) -> None:
    senders.add(session, "letters", GIVEN)

    assert faults(session, GIVEN) == {"key": "There is already a sender with this key."}


def test_a_domain_in_another_script_is_kept_as_the_dns_knows_it(session: Session) -> None:
    given = replace(GIVEN, address="brev@räksmörgås.se", dkim_domain="räksmörgås.se", spf_include="_spf.post.net")

    sender = senders.add(session, "letters", given)

    assert sender.address == "brev@xn--rksmrgs-5wao1o.se"
    assert (sender.dkim_domain, sender.spf_include) == ("xn--rksmrgs-5wao1o.se", "_spf.post.net")


def test_what_was_found_is_forgotten_when_it_was_about_other_names(session: Session) -> None:
    sender = senders.add(session, "letters", GIVEN)
    found = Result(Part.MX, "centrum.se", "MX", (), (passed("mx_ok"),))
    checking.keep(session, sender, checking.needs(sender), [found])
    assert checking.standing(session, sender).checked_at

    senders.change(session, sender, replace(GIVEN, names={**NAMES, "en": "Letters"}))
    kept = checking.standing(session, sender)
    senders.change(session, sender, replace(GIVEN, dkim_selectors="s2"))
    forgotten = checking.standing(session, sender)

    assert kept.checked_at
    assert (forgotten.checked_at, forgotten.is_waiting) == (None, True)


def test_the_kind_of_mail_stays(session: Session) -> None:
    sender = senders.add(session, "letters", GIVEN)

    senders.change(session, sender, replace(GIVEN, stream="press", address="ny@centrum.se"))

    assert (sender.stream, sender.address) == (Stream.NEWSLETTER, "ny@centrum.se")


def test_what_is_entered_can_be_shown_again(session: Session) -> None:
    given = replace(GIVEN, reply_to="svar@centrum.se", dkim_selectors="s1 s2", list_id="brev.centrum.se")

    assert senders.given(senders.add(session, "letters", given)) == given


def test_a_sender_that_is_not_there_is_said_to_be_missing(session: Session) -> None:
    with pytest.raises(NotFound, match="outreach sender list"):
        senders.by_key(session, "nobody")
