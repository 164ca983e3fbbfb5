"""The embargo sentence states three clocks, the reader's own first."""

from datetime import UTC, datetime

import pytest

from outreach.content import embargo
from outreach.foundation import clock, locale

WINTER = datetime(2026, 11, 26, 2, 0, tzinfo=UTC)

SENTENCES = {
    "sv": (
        "EMBARGO till torsdag 26 november 2026 kl. 03.00 svensk tid (kl. 10.00 Pekingtid, 02.00 UTC). "
        "Får inte publiceras, spridas eller citeras före denna tidpunkt."
    ),
    "zh-Hans": (
        "【媒体禁发】请于北京时间2026年11月26日（星期四）10:00以后发布（瑞典时间03:00，协调世界时02:00）。"
        "在此之前，请勿刊发、转发或引用。"
    ),
    "en": (
        "EMBARGOED UNTIL Thursday, 26 November 2026, 10:00 Beijing time (03:00 in Sweden, 02:00 UTC). "
        "Not to be published, shared or quoted before then."
    ),
}


@pytest.mark.parametrize("language", SENTENCES)
def test_the_sentence_is_the_one_that_editors_know(language: str) -> None:
    with locale.use("en"):
        assert embargo.sentence(WINTER, language) == SENTENCES[language]


def test_summer_time_is_reckoned_with() -> None:
    summer = datetime(2026, 7, 1, 2, 0, tzinfo=UTC)

    assert "10:00 Beijing time (04:00 in Sweden, 02:00 UTC)" in embargo.sentence(summer, "en")


def test_a_clock_that_shows_another_day_says_so() -> None:
    early = datetime(2026, 11, 25, 22, 0, tzinfo=UTC)

    english = "Thursday, 26 November 2026, 06:00 Beijing time (25 November, 23:00 in Sweden, 25 November, 22:00 UTC)"
    assert english in embargo.sentence(early, "en")
    assert "onsdag 25 november 2026 kl. 23.00" in embargo.sentence(early, "sv")
    assert "26 november kl. 06.00" in embargo.sentence(early, "sv")
    assert "22.00 UTC" in embargo.sentence(early, "sv")
    assert "11月25日23:00" in embargo.sentence(early, "zh-Hans")


def test_an_embargo_is_on_until_its_moment() -> None:
    with clock.fixed(datetime(2026, 11, 26, 1, 59, 59, tzinfo=UTC)):
        assert embargo.is_on(WINTER)
    with clock.fixed(WINTER):
        assert not embargo.is_on(WINTER)
    assert not embargo.is_on(None)
