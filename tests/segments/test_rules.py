"""The rule language: two forms of the same thing, and refusals that name what is known."""

import pytest

from outreach.contacts.models import OrganisationKind, Sector
from outreach.foundation.errors import Refused
from outreach.segments import rules
from outreach.segments.rules import All, AnyOf, CountryIs, Everyone, KindIs, LanguageIs, Not, SectorIs, TagIs

CAMPAIGN = "01890b5e-7c1a-7f00-8000-000000000000"


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("everyone", Everyone()),
        ("sector=textiles", SectorIs(sector=(Sector.TEXTILES,))),
        ("SECTOR = textiles", None),
        ("sector = textiles , electronics", SectorIs(sector=(Sector.TEXTILES, Sector.ELECTRONICS))),
        ("language=zh-CN,zh", LanguageIs(language=("zh-Hans",))),
        ("country=se", CountryIs(country=("SE",))),
        ('tag="big buyers"', TagIs(tag=("big buyers",))),
        ("tag=大客户", TagIs(tag=("大客户",))),
        (
            "tag=vip AND NOT kind=media",
            All(all=(TagIs(tag=("vip",)), Not(rule=KindIs(kind=(OrganisationKind.MEDIA,))))),
        ),
        (
            "tag=a or tag=b and tag=c",
            AnyOf(any=(TagIs(tag=("a",)), All(all=(TagIs(tag=("b",)), TagIs(tag=("c",)))))),
        ),
        (
            "(tag=a or tag=b) and tag=c",
            All(all=(AnyOf(any=(TagIs(tag=("a",)), TagIs(tag=("b",)))), TagIs(tag=("c",)))),
        ),
    ],
)
def test_the_short_form_means_what_it_says(text: str, rule: rules.Rule | None) -> None:
    if rule is None:
        with pytest.raises(Refused, match="“SECTOR” is not a field"):
            rules.parse_text(text)
    else:
        assert rules.parse_text(text) == rule


@pytest.mark.parametrize(
    "text",
    [
        "everyone",
        "sector=textiles,electronics and language=zh-Hans and not tag=vip",
        "not (kind=company or country=SE,INT) and topic=labour",
        f"not_mailed_within=30d or was_sent={CAMPAIGN} or subscribed_within=90d",
        'tag="and","a \\"b\\" (c)","x,y"',
        "not not everyone",
    ],
)
def test_both_forms_lead_to_each_other(text: str) -> None:
    rule = rules.parse_text(text)

    assert rules.to_text(rule) == text
    assert rules.parse_json(rules.dump(rule)) == rule


def test_the_stored_form_is_the_documented_one() -> None:
    rule = rules.parse_text("sector=textiles and language=zh-Hans and not tag=vip")

    assert rules.dump(rule) == {"all": [{"sector": ["textiles"]}, {"language": ["zh-Hans"]}, {"not": {"tag": ["vip"]}}]}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Write a rule, such as"),
        ("sektor=textiles", "“sektor” is not a field of a rule; the known ones are everyone, all, any, not, sector"),
        ("sector=textile", "“textile” is not a sector; the known ones are public_administration, textiles"),
        ("kind=company,firm", "“firm” is not a kind; the known ones are authority, company"),
        ("language=de", "“de” is not a language; the known ones are sv, zh-Hans, en"),
        ("topic=labor", "“labor” is not a topic; the known ones are human_rights, labour"),
        ("country=Sweden", "“country” cannot be “Sweden”; write it as country=SE,CN"),
        ("not_mailed_within=0", "write it as not_mailed_within=30d"),
        ("not_mailed_within=30days", "write it as not_mailed_within=30d"),
        ("subscribed_within=5000d", "write it as subscribed_within=90d"),
        ("was_sent=3", "write it as was_sent="),
        ("sector", "“sector” needs a value"),
        ("sector=", "“sector” needs a value behind"),
        ("sector=food,", "“sector” needs a value behind"),
        ("sector=food language=sv", "cannot be understood at “language”"),
        ("sector=food and", "Write a rule, such as"),
        ("(sector=food", "A parenthesis in this rule is not closed"),
        ("sector=food)", "cannot be understood at “\\)”"),
        ('tag="vip', "“tag” needs a value behind"),
        ("; DROP TABLE contact", "cannot be understood|needs a value"),
        ("(" * 10_000, "nested too deeply"),
        ("not " * 10_000 + "everyone", "nested too deeply"),
        (" or ".join(["tag=a"] * 1000), "too large"),
    ],
)
def test_a_fault_gets_one_sentence_that_names_it(text: str, sentence: str) -> None:
    with pytest.raises(Refused, match=sentence) as refusal:
        rules.parse_text(text)

    assert "\n" not in refusal.value.message


@pytest.mark.parametrize(
    "value",
    [
        None,
        {},
        [],
        "everyone",
        {"sector": ["food"], "kind": ["company"]},
        {"sector": []},
        {"sector": 3},
        {"sector": [{}]},
        {"all": []},
        {"all": {"sector": ["food"]}},
        {"any": [None]},
        {"not": None},
        {"everyone": False},
        {"rule": {"everyone": True}},
        {"tag": [""]},
        {"tag": ["a\x00"]},
        {"not_mailed_within": True},
        {"not_mailed_within": "30 days"},
    ],
)
def test_nothing_but_a_rule_is_taken_as_json(value: object) -> None:
    with pytest.raises(Refused):
        rules.parse_json(value)


def test_json_that_is_deeper_than_any_rule_is_refused() -> None:
    value: object = {"everyone": True}
    for _ in range(5000):
        value = {"not": value}

    with pytest.raises(Refused, match="too large"):
        rules.parse_json(value)
