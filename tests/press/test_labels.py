"""The fixed words of press work."""

from datetime import UTC, datetime

import pytest

from outreach.foundation import locale
from outreach.press import labels
from outreach.press.labels import Marker

FOCUS = {
    "sv": ["Mänskliga rättigheter", "Arbetsvillkor", "Miljö", "Antikorruption"],
    "zh-Hans": ["人权", "劳动条件", "环境", "反腐败"],
    "en": ["Human rights", "Labour conditions", "Environment", "Anti-corruption"],
}
MARKERS = {
    "sv": ["PRESSMEDDELANDE", "EMBARGO", "RÄTTELSE", "ÅTERKALLAT"],
    "zh-Hans": ["新闻稿", "【媒体禁发】", "【更正】", "【撤稿】"],
    "en": ["PRESS RELEASE", "EMBARGOED", "CORRECTION", "RETRACTED"],
}


@pytest.mark.parametrize("language", FOCUS)
def test_the_four_focus_areas_are_named(language: str) -> None:
    with locale.use(language):
        assert [labels.focus_area(key) for key in labels.FOCUS_AREAS] == FOCUS[language]


@pytest.mark.parametrize("language", MARKERS)
def test_markers_are_written_in_their_own_language(language: str) -> None:
    with locale.use("en"):
        assert [labels.marker(one, language) for one in Marker] == MARKERS[language]


def test_the_embargo_is_asked_for_with_three_clocks() -> None:
    sentence = labels.embargo_sentence(datetime(2026, 11, 26, 2, tzinfo=UTC), "en")

    assert "10:00 Beijing time (03:00 in Sweden, 02:00 UTC)" in sentence
