"""Colours that can be read in light and dark, and room for two languages in one letter."""

from itertools import product

import pytest

from outreach.rendering import design
from outreach.rendering.blocks import Article, Link, Picture
from outreach.rendering.design import DARK, FOCUS, LIGHT, Palette
from outreach.rendering.message import render
from tests.rendering.letters import HOME, edition


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours (WCAG 2.2, relative luminance)."""
    bright, dim = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def _luminance(colour: str) -> float:
    channels = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_text_can_be_read_on_every_ground_in_light_and_dark(palette: Palette) -> None:
    pairs = [
        *product((palette.ink, palette.soft, palette.accent), (palette.page, palette.paper, palette.tint)),
        (palette.on_accent, palette.accent),
        (palette.on_notice, palette.notice),
        (palette.on_alert, palette.alert),
    ]

    assert [pair for pair in pairs if contrast(*pair) < 4.5] == []


@pytest.mark.parametrize("accent", FOCUS, ids=[one.name for one in FOCUS])
def test_each_focus_area_can_be_read_on_paper_and_on_its_own_ground(accent: design.Accent) -> None:
    assert contrast(accent.light, LIGHT.paper) >= 4.5
    assert contrast(accent.light, accent.light_ground) >= 4.5
    assert contrast(accent.dark, DARK.paper) >= 4.5
    assert contrast(accent.dark, accent.dark_ground) >= 4.5


def test_the_four_focus_areas_have_colours_of_their_own() -> None:
    assert len({one.light for one in FOCUS}) == len({one.dark for one in FOCUS}) == 4


def test_a_topic_that_is_no_focus_area_is_its_own_label_in_neutral_colours() -> None:
    assert design.topic_label("Trade fairs") == "Trade fairs"
    assert design.accent("Trade fairs") is design.NEUTRAL


def test_chinese_has_the_leading_it_needs() -> None:
    for role in ("lead", "body", "small"):
        size = design.setting("zh-Hans").sizes[role]
        assert size.leading / size.size >= 1.75


def test_six_articles_in_two_languages_fit_below_the_size_that_stops() -> None:
    story = (
        "Under två dagar gick deltagarna igenom riktiga orderböcker, vecka för vecka, och mönstret var tydligt. " * 4
    )
    articles = [
        Article(
            f"a{number}",
            "Planera toppen innan den kommer",
            story[:180],
            f"<p>{story}</p>",
            Picture(f"{HOME}/media/{number}.jpg", story[:80], story[:80], "Foto: Wei Ran"),
            Link("https://centre.example/sheet", "Ladda ner arbetsbladet"),
            "labour",
        )
        for number in range(6)
    ]

    one = render(edition("sv", blocks=tuple(articles)), tracked=True, public_url=HOME)
    both = render(
        edition("sv", blocks=tuple(articles)),
        second=edition("en", blocks=tuple(articles)),
        tracked=True,
        public_url=HOME,
    )

    assert one.size < 55_000
    assert both.size < 97_280
