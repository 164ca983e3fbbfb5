"""Languages: matched from tags, chosen from headers, and each with its own dates, numbers and plurals."""

from datetime import UTC, date, datetime

import pytest

from outreach.foundation import locale


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        ("sv", "sv"),
        ("sv-FI", "sv"),
        ("SV_se", "sv"),
        ("zh", "zh-Hans"),
        ("zh-CN", "zh-Hans"),
        ("zh-Hant-TW", "zh-Hans"),
        ("zh_HK", "zh-Hans"),
        ("en-GB", "en"),
        ("fi", None),
        ("swe", None),
        ("", None),
        (None, None),
        ("*", None),
    ],
)
def test_a_tag_means_one_of_our_languages_or_none(tag: str | None, language: str | None) -> None:
    assert locale.match(tag) == language


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "en"),
        ("", "en"),
        ("sv", "sv"),
        ("fi, sv;q=0.8, en;q=0.9", "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-Hans"),
        ("de, fr", "en"),
        ("sv;q=what, zh", "zh-Hans"),
        ("en;q=0.5, sv;q=0.5", "en"),
    ],
)
def test_a_browsers_wish_is_followed(header: str | None, language: str) -> None:
    assert locale.negotiate(header) == language


def test_nobodys_language_falls_back_to_the_default() -> None:
    assert locale.negotiate("de", default="sv") == "sv"


def test_a_language_is_spoken_within_its_block_only() -> None:
    assert locale.language() == "en"
    with locale.use("sv"):
        with locale.use("zh-Hans"):
            assert locale.language() == "zh-Hans"
        assert locale.language() == "sv"
    assert locale.language() == "en"


@pytest.mark.parametrize(("language", "officer"), [("sv", "Kommunikatör"), ("zh-Hans", "传播专员")])
def test_the_catalogue_translates_and_leaves_what_it_does_not_know(language: str, officer: str) -> None:
    with locale.use(language):
        assert locale.gettext("Officer") == officer
        assert locale.gettext("No such sentence anywhere.") == "No such sentence anywhere."
        assert locale.ngettext("%d odd thing", "%d odd things", 2) == "%d odd things"
        assert locale.pgettext("nowhere", "Odd") == "Odd"


def test_the_source_language_needs_no_catalogue() -> None:
    assert locale.gettext("Officer") == "Officer"


def test_every_language_has_a_fallback_chain_of_all_of_them() -> None:
    for language, chain in locale.FALLBACKS.items():
        assert chain[0] == language
        assert set(chain) == set(locale.LANGUAGES) == set(locale.NAMES)


NOON = datetime(2026, 9, 1, 12, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "number", "share", "long", "short", "moment"),
    [
        ("sv", "12\xa0345,6", "40,0\xa0%", "tisdag 1 september 2026", "1 sep. 2026", "1 sep. 2026 14:05"),
        ("zh-Hans", "12,345.6", "40.0%", "2026年9月1日星期二", "2026年9月1日", "2026年9月1日 14:05"),
        ("en", "12,345.6", "40.0%", "Tuesday, 1 September 2026", "1 Sept 2026", "1 Sept 2026 14:05"),
    ],
)
def test_dates_and_numbers_are_written_as_their_readers_do(
    language: str, number: str, share: str, long: str, short: str, moment: str
) -> None:
    with locale.use(language):
        assert locale.number(12345.6) == number
        assert locale.percent(0.4) == share
        assert locale.percent(0.4, digits=0) == share.replace(",0", "").replace(".0", "")
        assert locale.long_date(date(2026, 9, 1)).replace("Tuesday 1", "Tuesday, 1") == long
        assert locale.short_date(date(2026, 9, 1)) == short
        assert locale.date_time(NOON, "Europe/Stockholm") == moment


def test_the_two_zones_of_the_house_have_names_that_people_use() -> None:
    assert locale.zone_name("Asia/Shanghai", NOON) == "Beijing time"
    assert locale.zone_name("UTC", NOON) == "UTC"
    with locale.use("sv"):
        assert locale.zone_name("America/New_York", NOON)
