"""The same figures stand in every language of the demo's texts, however each language writes them."""

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

import outreach

CONTENT = Path(outreach.__path__[0]) / "cli" / "demo" / "content"
LANGUAGES = ("sv", "zh-Hans", "en")


def words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


NUMBERS = {
    "sv": words("två tre fyra fem sex sju åtta nio tio elva tolv tretton fjorton"),
    "en": words("two three four five six seven eight nine ten eleven twelve thirteen fourteen"),
}
ORDINALS = {"sv": {"tredje": 3, "femtedel": 5}, "en": {"third": 3, "fifth": 5}}
MONTHS = {
    "sv": words("januari februari mars april maj juni juli augusti september oktober november december"),
    "en": words("January February March April May June July August September October November December"),
}
WEEKDAYS = {
    "sv": words("måndag tisdag onsdag torsdag fredag lördag söndag"),
    "en": words("Monday Tuesday Wednesday Thursday Friday Saturday Sunday"),
    "zh-Hans": words("一 二 三 四 五 六 日"),
}
HALF_A_YEAR = {"sv": r"ett halvår|halvår", "en": r"six months", "zh-Hans": "半年"}
CHINESE_DIGITS = "零一二三四五六七八九"

ONE_LANGUAGE_ONLY = {
    "sv": ("på tre språk",),  # Chinese and English name the languages where Swedish counts them, or the other way
    "en": ("in three languages",),
    "zh-Hans": (
        "三个版本",  # “three versions”, where the others only name the languages
        "三篇实务经验",  # the Chinese subject counts the articles, the others name them
        "两次走访之间",  # “between two visits”: däremellan, in between
    ),
}
TELEPHONE = re.compile(r"(?:telefon|telephone) [+\d][\d -]+")  # given in the national form, and left out in Chinese


def figures(text: str, language: str) -> Counter[str]:
    """Return the figures of a text: numbers, months as numbers, times as 08:00, weekdays as d1 to d7.

    One is left out: it is also an article in Swedish and part of Chinese measure phrases.
    """
    text = TELEPHONE.sub("", re.sub(r"\]\([^)]*\)", "]", text))
    for phrase in ONE_LANGUAGE_ONLY[language]:
        text = text.replace(phrase, "")
    text = text.replace("两", "二")
    found: Counter[str] = Counter()

    def note(pattern: str, name: Any, flags: int = 0) -> None:
        nonlocal text

        def seen(match: re.Match[str]) -> str:
            found[str(name(match) if callable(name) else name)] += 1
            return " "

        text = re.sub(pattern, seen, text, flags=flags)

    note(r"(?<!\d)(\d\d)[.:](\d\d)(?!\d)", lambda match: f"{match[1]}:{match[2]}")
    note(HALF_A_YEAR[language], 6)
    if language == "zh-Hans":
        for number, day in enumerate(WEEKDAYS[language], 1):
            note(rf"(?:星期|周){day}", f"d{number}")
        note(r"\d+", lambda match: int(match[0]))
        note(r"[零一二三四五六七八九十]+", lambda match: _chinese(match[0]))
    else:
        for number, day in enumerate(WEEKDAYS[language], 1):
            note(rf"\b{day}(?:en|s|ar|ars)?\b", f"d{number}", re.IGNORECASE)
        for number, month in enumerate(MONTHS[language], 1):
            note(rf"\b{month}\b", number)
        note(r"\d+", lambda match: int(match[0]))
        for number, word in enumerate(NUMBERS[language], 2):
            note(rf"\b{word}\b", number, re.IGNORECASE)
        for word, number in ORDINALS[language].items():
            note(rf"\b{word}\b", number, re.IGNORECASE)
    del found["1"]
    return found


def _chinese(numeral: str) -> int:
    tens, ten, ones = numeral.rpartition("十")
    if not ten:
        return int("".join(str(CHINESE_DIGITS.index(digit)) for digit in ones))
    return (CHINESE_DIGITS.index(tens) if tens else 1) * 10 + (CHINESE_DIGITS.index(ones) if ones else 0)


def texts() -> list[str]:
    """Return every text of the demo, named without its language."""
    return sorted({str(file.relative_to(CONTENT)).rsplit(".", 2)[0] for file in CONTENT.rglob("*.md")})


@pytest.mark.parametrize("name", texts())
def test_a_text_has_the_same_figures_in_every_language(name: str) -> None:
    counted = {
        language: figures((CONTENT / f"{name}.{language}.md").read_text(encoding="utf-8"), language)
        for language in LANGUAGES
    }

    assert counted["sv"] == counted["en"]
    assert counted["zh-Hans"] == counted["en"]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("sv", "Tisdag 15 december 2026 kl. 08.00 träffades 14 leverantörer och fem kunder under ett halvår."),
        ("en", "On Tuesday, 15 December 2026, at 08:00, fourteen suppliers and 5 customers met for six months."),
        ("zh-Hans", "2026年12月15日（星期二）08:00，十四家供应商和5家客户见面，为期半年。"),
    ],
)
def test_number_words_month_names_and_times_are_read_alike(language: str, text: str) -> None:
    assert figures(text, language) == Counter(
        {"15": 1, "12": 1, "2026": 1, "08:00": 1, "14": 1, "5": 1, "6": 1, "d2": 1}
    )


def test_a_different_figure_is_noticed() -> None:
    assert figures("prövats av 62 leverantörer", "sv") != figures("tried by 26 suppliers", "en")


def test_the_events_are_dated_as_their_texts_say() -> None:
    events = [
        (folder, block)
        for folder in CONTENT.iterdir()
        for block in yaml.safe_load((folder / "piece.yaml").read_text(encoding="utf-8"))["blocks"]
        if block["kind"] == "event"
    ]

    assert events
    for folder, block in events:
        day = block["starts_at"][:10].replace("-0", "-").split("-")
        for language in LANGUAGES:
            text = (folder / f"{block['id']}.{language}.md").read_text(encoding="utf-8")
            assert set(day) <= set(figures(text, language)) | {"1"}
