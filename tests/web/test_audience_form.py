"""Boxes to tick, and the rules that they stand for."""

import pytest

from outreach.foundation.errors import Refused
from outreach.segments import rules
from outreach.web.officer.audience_form import AudienceForm, of_rules


def test_nothing_ticked_means_everybody_and_leaves_nobody_out() -> None:
    form = AudienceForm()

    assert rules.to_text(form.include()) == "everyone"
    assert form.exclude() is None


def test_within_a_group_any_box_will_do_and_between_groups_all_must() -> None:
    form = AudienceForm(kind=["company"], language=["sv", "zh-Hans"])

    assert rules.to_text(form.include()) == "kind=company and language=sv,zh-Hans"


def test_one_box_is_enough_to_be_left_out() -> None:
    form = AudienceForm(without_kind=["media"], without_tag=["vip"])

    exclude = form.exclude()

    assert exclude is not None
    assert rules.to_text(exclude) == "kind=media or tag=vip"


@pytest.mark.parametrize(
    ("include", "exclude"),
    [
        ("everyone", None),
        ("language=sv", None),
        ("kind=company and sector=food,textiles", "tag=vip"),
        ("country=CN and topic=labour", "kind=media or language=en"),
    ],
)
def test_boxes_and_rules_say_the_same_there_and_back(include: str, exclude: str | None) -> None:
    first = rules.parse_text(include)
    second = rules.parse_text(exclude) if exclude else None

    boxes = of_rules(rules.dump(first), rules.dump(second) if second else None)

    assert boxes is not None
    form = AudienceForm.model_validate(boxes)
    assert form.include() == first
    assert form.exclude() == second


@pytest.mark.parametrize(
    ("include", "exclude"),
    [
        ("kind=company or tag=vip", None),
        ("not kind=media", None),
        ("not_mailed_within=30d", None),
        ("kind=company and kind=media", None),
        ("(kind=company and tag=a) and language=sv", None),
        ("everyone", "kind=media and language=sv"),
        ("everyone", "not tag=vip"),
    ],
)
def test_a_rule_that_boxes_cannot_say_is_known_as_one(include: str, exclude: str | None) -> None:
    rule = rules.dump(rules.parse_text(include))
    without = rules.dump(rules.parse_text(exclude)) if exclude else None

    assert of_rules(rule, without) is None


def test_an_unknown_topic_is_refused_in_a_sentence() -> None:
    with pytest.raises(Refused, match="weather"):
        AudienceForm(topic=["weather"]).include()
