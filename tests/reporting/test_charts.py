"""Charts: true to scale, readable aloud, and nothing in them is markup."""

from itertools import pairwise
from xml.etree import ElementTree

import pytest

from outreach.foundation import locale
from outreach.reporting.charts import Bar, rates
from outreach.reporting.intervals import wilson

SVG = "{http://www.w3.org/2000/svg}"


def drawn(*bars: Bar, title: str = "Opens") -> ElementTree.Element:
    """Draw a chart and read it as XML, which it must be."""
    svg = str(rates(bars, title=title)).replace("<svg ", f'<svg xmlns="{SVG[1:-1]}" ', 1)
    return ElementTree.fromstring(svg)  # noqa: S314 - our own


def widths(chart: ElementTree.Element) -> list[float]:
    return [float(one.attrib["width"]) for one in chart.iter(f"{SVG}rect")]


def test_a_bar_is_as_long_as_its_share() -> None:
    chart = drawn(Bar("a", wilson(20, 100)), Bar("b", wilson(40, 100)))

    first, second = widths(chart)
    assert second == pytest.approx(2 * first, abs=0.2)


def test_everything_fits_into_the_frame() -> None:
    chart = drawn(*(Bar(f"A very long name of a sector, number {n}", wilson(n, 12)) for n in range(13)))

    left, top, width, height = map(float, chart.attrib["viewBox"].split())
    assert (left, top) == (0, 0)
    for text in chart.iter(f"{SVG}text"):
        assert 0 <= float(text.attrib["x"]) <= width
        assert 0 <= float(text.attrib["y"]) <= height


def test_a_group_too_small_to_show_has_no_bar_and_no_figure() -> None:
    chart = drawn(Bar("many", wilson(20, 100)), Bar("few", wilson(1, 2), shown=False))

    assert len(widths(chart)) == 1
    assert "50" not in "".join(chart.itertext())
    assert "few: –" in chart.attrib["aria-label"]


def test_nothing_to_divide_by_is_drawn_as_nothing() -> None:
    assert widths(drawn(Bar("none", wilson(0, 0)))) == []


def test_the_chart_says_what_it_shows_in_the_readers_numbers() -> None:
    with locale.use("sv"):
        chart = drawn(Bar("中文", wilson(45, 100), target=0.4), title="Öppnat")

    assert chart.attrib["aria-label"].startswith("Öppnat: 中文: 45,0")
    assert "40" in chart.attrib["aria-label"]
    assert chart.attrib["role"] == "img"


def test_a_label_is_text_whatever_it_holds() -> None:
    chart = drawn(Bar("<script>&\"'", wilson(3, 9)), title='"><script>')

    assert not list(chart.iter(f"{SVG}script"))


def test_the_lines_of_the_scale_stand_at_equal_distances() -> None:
    chart = drawn(Bar("a", wilson(50, 60)))

    places = [
        float(one.attrib["d"][1:].split()[0]) for one in chart.iter(f"{SVG}path") if one.attrib["class"] == "grid"
    ]
    steps = [after - before for before, after in pairwise(places)]
    assert 2 <= len(places) <= 6
    assert max(steps) - min(steps) < 0.3
