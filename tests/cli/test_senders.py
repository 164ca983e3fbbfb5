"""`outreach sender`: adding, listing and checking from a terminal; and a campaign that is let go all the same."""

import pytest

from tests.cli.conftest import Type
from tests.delivery.name_server import NameServer
from tests.delivery.zones import DOMAIN, KEY_AT
from tests.whole import crowd
from tests.whole.crowd import CONTENT, ISSUE

ADD = (
    *("sender", "add", "letters", "--address", f"brev@{DOMAIN}", "--selector", "s1"),
    *("--name", "sv=Brev", "--name", "zh-Hans=通讯", "--name", "en=Letters"),
)


@pytest.fixture
def outreach(zone: NameServer, outreach: Type) -> Type:
    """Type a command at an installation that asks our name server."""
    return lambda *words: outreach(*words, dns_servers=zone.address)


def test_a_sender_is_added_checked_and_listed(outreach: Type) -> None:
    outreach(*ADD).done()

    assert "letters" in outreach("sender", "list").done()
    assert "✓ letters <brev@centrum.se>: In order" in outreach("sender", "check", "letters").done()
    (one,) = outreach("sender", "list", "--json").done_json()
    assert (one["key"], one["stream"], one["verdict"], one["stops"]) == ("letters", "newsletter", "pass", [])
    assert {result["part"] for result in one["results"]} == {"spf", "dkim", "dmarc", "alignment", "mx"}


def test_a_check_that_finds_a_fault_says_what_to_publish_and_fails(outreach: Type, zone: NameServer) -> None:
    outreach(*ADD).done()
    zone.withdraw(KEY_AT, "TXT")

    said = outreach("sender", "check")
    as_json = outreach("sender", "check", "letters", "--json")

    assert said.status == 1
    assert f"DKIM: There is no key at {KEY_AT}." in said.said
    assert f'{KEY_AT}. IN TXT "v=DKIM1; k=rsa; p=…"' in said.said
    assert as_json.status == 1
    assert as_json.json[0]["stops"] == ["dkim_missing"]


@pytest.mark.parametrize(
    ("words", "status", "sentence"),
    [
        (("--name", "Brev"), 2, "Write --name with its language"),
        (("--address", "a@x.se, b@x.se"), 1, "Write exactly one mail address"),
        (("--selector", "s1;"), 1, "Write at most five selectors"),
    ],
)
def test_a_fault_is_told_in_one_sentence(outreach: Type, words: tuple[str, ...], status: int, sentence: str) -> None:
    assert sentence in outreach(*ADD, *words).refused(status)


def test_a_sender_that_is_not_there_is_said_to_be_missing(outreach: Type) -> None:
    assert "There is no sender “nobody”" in outreach("sender", "check", "nobody").refused()


def test_a_campaign_from_a_failing_sender_leaves_only_with_a_reason(outreach: Type, zone: NameServer) -> None:
    crowd.subscribe(3)
    outreach("content", "import", CONTENT / ISSUE).done()
    outreach(*ADD).done()
    zone.withdraw(KEY_AT, "TXT")
    outreach("sender", "check")
    campaign = outreach("campaign", "create", "--content", ISSUE, "--sender", "letters").done().strip()
    outreach("campaign", "approve", campaign).done()

    assert "There is no key" in outreach("campaign", "launch", campaign).refused()
    assert "Say in a sentence" in outreach("campaign", "waive", campaign, "--reason", "ok").refused()
    outreach("campaign", "waive", campaign, "--reason", "The provider publishes the key tonight.").done()
    outreach("campaign", "launch", campaign).done()


def test_the_doctor_names_the_senders_that_keep_campaigns_back(outreach: Type, zone: NameServer) -> None:
    outreach(*ADD).done()
    zone.withdraw(KEY_AT, "TXT")
    outreach("sender", "check")

    said = outreach("doctor")

    assert said.status == 1
    assert "✗ senders: no campaign leaves from letters; 'outreach sender check' says why." in said.said
