"""What the languages of a piece do not have in common, as an officer is told before a launch."""

import pytest

from outreach.content import agreeing
from outreach.content.manuscript import Manuscript, Section
from outreach.content.models import BlockKind, PieceKind


def piece(**texts: str) -> Manuscript:
    """Return an issue of one text, by language; `zh` stands for zh-Hans."""
    words = {{"zh": "zh-Hans"}.get(language, language): {"html": text} for language, text in texts.items()}
    return Manuscript(key="x", kind=PieceKind.ISSUE, editions={one: {} for one in words}, sections=(_text(words),))


def _text(words: dict[str, dict[str, str]]) -> Section:
    return Section("t", BlockKind.TEXT, texts=words)


def codes(manuscript: Manuscript) -> list[str]:
    return [one.code for one in agreeing.findings(manuscript)]


@pytest.mark.parametrize(
    ("sv", "zh", "en"),
    [
        ("32 000 anställda", "3.2万名员工", "32,000 employees"),
        ("1,2 miljoner kronor", "120万克朗", "1.2 million kronor"),
        ("3 miljarder", "30亿", "3 billion"),
        ("12,5 procent", "12.5%", "12.5 per cent"),
        ("4 % fler", "增加4%", "4 % more"),
        ("den 24 november 2026 kl. 15.00–16.00", "2026年11月24日15:00—16:00", "24 November 2026, 3 pm to 4 pm"),
        ("2026-11-24", "2026年11月24日", "24 November 2026"),
        ("tre av 40 företag", "40家企业中有3家", "three of 40 companies"),
        ("1.500 sidor", "1500页", "1,500 pages"),
        ("skriv till a1b22@example.org", "见https://example.org/2031", "see https://example.org/2031"),
    ],
)
def test_the_same_number_written_as_each_language_does_is_the_same(sv: str, zh: str, en: str) -> None:
    assert codes(piece(sv=sv, zh=zh, en=en)) == []


@pytest.mark.parametrize(
    ("sv", "zh"),
    [
        ("36 timmar", "63小时"),
        ("4 % fler", "增加6%"),
        ("32 000 anställda", "3.2亿名员工"),
        ("den 24 november", "11月25日"),
        ("12,5 procent", "125%"),
    ],
)
def test_another_number_is_named_with_both_languages(sv: str, zh: str) -> None:
    found = agreeing.findings(piece(sv=sv, zh=zh))

    assert [one.code for one in found] == ["numbers", "numbers"]
    assert found[0].block == "t"
    assert "Svenska" in found[0].message
    assert "中文" in found[0].message


def test_a_number_in_one_language_alone_is_told_once() -> None:
    assert (
        len(agreeing.findings(piece(sv="Av 400 svarade många.", zh="许多人作了回答。", en="Of 400 many answered.")))
        == 2
    )


def test_telephone_numbers_of_a_press_contact_are_not_compared() -> None:
    texts = {"sv": {"html": "08-123 45 67"}, "zh-Hans": {"html": "010-6532 9790"}}
    whole = Manuscript(
        key="x",
        kind=PieceKind.RELEASE,
        editions={"sv": {}, "zh-Hans": {}},
        sections=(Section("c", BlockKind.CONTACT, texts=texts),),
    )

    assert codes(whole) == []


def test_a_link_that_one_language_lacks_is_told() -> None:
    link = '<p><a href="https://example.org/handbok">Handboken</a></p>'

    assert codes(piece(sv=link, zh="<p>手册</p>")) == ["links"]


@pytest.mark.parametrize("left", ["Lorem ipsum dolor", "TODO: siffran", "XXX", "[datum]", "（此处填写）", "待补充"])
def test_what_was_to_be_filled_in_stops(left: str) -> None:
    (found,) = agreeing.findings(piece(sv=f"<p>{left}</p>"))

    assert (found.level.value, found.code) == ("stop", "placeholder")


@pytest.mark.parametrize("word", ["metodolorem", "Todoku", "maxx", "时间待定", "XXI"])
def test_a_word_that_only_looks_like_it_does_not(word: str) -> None:
    assert codes(piece(sv=f"<p>{word}</p>")) == []


def test_a_subject_is_looked_at_too() -> None:
    whole = Manuscript(key="x", kind=PieceKind.ISSUE, editions={"sv": {"subject": "TODO"}})

    assert codes(whole) == ["placeholder"]


@pytest.mark.parametrize(
    ("link", "is_told"),
    [
        ("https://docs.google.com/forms/1", True),
        ("https://www.youtube.com/watch?v=1", True),
        ("https://notgoogle.com/", False),
        ("https://x.com.example/", False),
        ("https://csr-centre.example/", False),
    ],
)
def test_a_link_that_china_blocks_is_told(link: str, *, is_told: bool) -> None:
    assert codes(piece(sv=f'<p><a href="{link}">Sidan</a></p>')) == (["link.blocked"] if is_told else [])


def test_only_the_languages_that_are_sent_are_compared() -> None:
    assert agreeing.findings(piece(sv="36 timmar", zh="63小时"), ("sv",)) == []
