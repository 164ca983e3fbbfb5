"""What speaks against a moment, in Beijing and in Sweden; and what happens to a campaign whose time has gone by."""

from datetime import UTC, date, datetime

import pytest

from outreach.campaigns import timing
from outreach.foundation import locale

# (moment in UTC, what is said of it in English)
MOMENTS = {
    "an ordinary morning in Sweden": (datetime(2026, 12, 1, 8, tzinfo=UTC), []),
    "Chinese New Year": (
        datetime(2026, 2, 17, 8, tzinfo=UTC),
        ["It is a public holiday in China: Chinese New Year."],
    ),
    "a day off in exchange": (
        datetime(2026, 10, 7, 8, tzinfo=UTC),
        ["It is a public holiday in China: day off in exchange for a working weekend."],
    ),
    "a working Saturday in China": (datetime(2026, 10, 10, 8, tzinfo=UTC), ["It is the weekend in Sweden."]),
    "Midsummer Eve": (
        datetime(2026, 6, 19, 8, tzinfo=UTC),
        [
            "It is a public holiday in China: Dragon Boat Festival.",
            "It is a public holiday in Sweden: Midsummer Eve.",
        ],
    ),
    "a Sunday": (
        datetime(2026, 11, 29, 8, tzinfo=UTC),
        ["It is the weekend in China.", "It is the weekend in Sweden."],
    ),
    "a Swedish afternoon": (
        datetime(2026, 12, 1, 14, tzinfo=UTC),
        ["It is 22:00 Beijing time then; hardly anybody reads at night."],
    ),
    "a Beijing morning": (
        datetime(2026, 12, 1, 1, tzinfo=UTC),
        ["It is 02:00 Swedish time then; hardly anybody reads at night."],
    ),
    "Monday there, Sunday here": (
        datetime(2026, 11, 29, 22, 30, tzinfo=UTC),
        [
            "It is 06:30 Beijing time then; hardly anybody reads at night.",
            "It is the weekend in Sweden.",
            "It is 23:30 Swedish time then; hardly anybody reads at night.",
        ],
    ),
    "seven in the summer": (datetime(2026, 7, 1, 5, tzinfo=UTC), []),
    "an hour earlier in winter": (
        datetime(2026, 12, 1, 5, tzinfo=UTC),
        ["It is 06:00 Swedish time then; hardly anybody reads at night."],
    ),
}


@pytest.mark.parametrize("name", MOMENTS)
def test_what_speaks_against_a_moment(name: str) -> None:
    moment, said = MOMENTS[name]

    assert timing.hints(moment) == said


@pytest.mark.parametrize(
    ("language", "name"), [("sv", "kinesiska nyåret"), ("zh-Hans", "春节"), ("en", "Chinese New Year")]
)
def test_a_holiday_has_its_name_in_each_language(language: str, name: str) -> None:
    with locale.use(language):
        assert timing.holiday(date(2026, 2, 17), "CN") == name


@pytest.mark.parametrize("country", ["CN", "SE"])
def test_every_holiday_of_ten_years_has_a_name_of_ours(country: str) -> None:
    with locale.use("zh-Hans"):
        names = {
            name
            for year in range(2024, 2034)
            for number in range(366)
            if (name := timing.holiday(date.fromordinal(date(year, 1, 1).toordinal() + number), country))
        }

    assert len(names) > 6
    assert [one for one in names if one.isascii()] == []
