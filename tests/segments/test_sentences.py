"""Rules said as sentences, with every "not" where a person would put it."""

from uuid import UUID

import pytest

from outreach.foundation import locale
from outreach.segments import rules
from outreach.segments.sentences import Names, sentence

CAMPAIGN = "01890b5e-7c1a-7f00-8000-000000000000"
NAMES = Names(
    campaigns={UUID(CAMPAIGN): "Ansvar nr 4"},
    segments={"textiles": "Textil"},
    organisations={"dye-works": "Färgeriet AB"},
)


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("everyone", "All contacts."),
        ("sector=textiles", "Contacts who work in textiles."),
        (
            "sector=textiles,electronics,food and language=zh-Hans",
            "Contacts who work in textiles, electronics or food and read Chinese.",
        ),
        ("not tag=vip,board", "Contacts who do not carry the tag “vip” or “board”."),
        (
            "topic=human_rights and not (kind=company or country=SE)",
            "Contacts who subscribe to human rights and "
            "(do not belong to an organisation of the kind company and are not in the country Sweden).",
        ),
        ("not not subscribed_within=1", "Contacts who subscribed in the last day."),
        ("not not_mailed_within=30", "Contacts who got a letter in the last 30 days."),
        ("not_mailed_within=30", "Contacts who got no letter in the last 30 days."),
        (f"was_sent={CAMPAIGN}", "Contacts who were sent “Ansvar nr 4”."),
        (
            f"not_clicked={CAMPAIGN}",
            "Contacts who were sent “Ansvar nr 4” but are not known to have followed a link in it.",
        ),
        (f"not opened={CAMPAIGN}", "Contacts who are not known to have opened “Ansvar nr 4”."),
        ("left=labour and tracking=yes", "Contacts who have left labour conditions and agreed to be measured."),
        ("not tracking=no", "Contacts who agreed to be measured."),
        ("not added_since=2026-09-01", "Contacts who were added before 1 Sept 2026."),
        ("organisation=dye-works", "Contacts who work at Färgeriet AB."),
        ("not segment=textiles", "Contacts who do not belong to the segment “Textil”."),
        ('source="trade fair"', "Contacts who came from “trade fair”."),
        ("(tag=a)", "Contacts who carry the tag “a”."),
        ("not everyone", "Contacts who are not known to us."),
    ],
)
def test_a_rule_reads_as_plain_speech(rule: str, said: str) -> None:
    with locale.use("en"):
        assert sentence(rules.parse_text(rule), names=NAMES) == said


def test_an_exclusion_is_said_behind() -> None:
    without = rules.parse_text("tag=vip")

    with locale.use("en"):
        assert sentence(rules.parse_text("everyone"), without=without) == (
            "All contacts except those who carry the tag “vip”."
        )
        assert sentence(rules.parse_text("language=sv"), without=without) == (
            "Contacts who read Swedish, except those who carry the tag “vip”."
        )


def test_a_campaign_without_a_name_is_known_by_its_id() -> None:
    with locale.use("en"):
        assert sentence(rules.parse_text(f"not was_sent={CAMPAIGN}")) == "Contacts who were not sent “01890b5e”."
