"""Finding words of another language on a page: by script, and by what the catalogues say in the other languages."""

import html
import re
from functools import lru_cache

from outreach.foundation.locale import LANGUAGES
from tests.house import catalogues

# Names that are the same in every language.
NAMES = {
    *("Svenska", "English", "firma", "example", "csr", "centre", "press", "ny", "http", "https", "PDF", "JSON", "AA"),
    *("WCAG", "DIGG", "axe", "core", "CSR"),
}
LONG_ENOUGH = {"sv": 10, "en": 10, "zh-Hans": 4}

_HAN = re.compile("[\u4e00-\u9fff]+")
_LATIN = re.compile("[A-Za-zÅÄÖåäö]{2,}")
_PLACEHOLDER = re.compile(r"%\([a-z_]+\)s|%%")


def words(page: str) -> str:
    """Return what a person reads on a page: its title, its text, the names that only a screen reader says."""
    body = re.sub(r"(?s)<(style|svg)\b.*?</\1>", " ", page)
    said = re.findall(r'aria-label="([^"]*)"', body)
    return html.unescape(" ".join([re.sub(r"<[^>]+>", " ", body), *said]))


def found(page: str, language: str) -> list[str]:
    """Return the words on a page that are not of its language."""
    text = " ".join(words(page).split())
    own = "\n".join(_said()[language])
    wrong = [
        f"{other}: {part}"
        for other in LANGUAGES
        if other != language
        for one in _said()[other]
        for part in map(str.strip, _PLACEHOLDER.split(one))
        if len(part) >= LONG_ENOUGH[other] and part in text and part not in own
    ]
    strange = _LATIN.findall(text) if language == "zh-Hans" else [one for one in _HAN.findall(text) if one != "中文"]
    return wrong + [one for one in strange if one not in NAMES]


@lru_cache(maxsize=1)
def _said() -> dict[str, frozenset[str]]:
    """Return everything that the product says in each language."""
    own = {"sv": catalogues.read("sv"), "zh-Hans": catalogues.read("zh_Hans")}
    told = {language: frozenset(_strings(one.string) for one in book if one.id) for language, book in own.items()}
    return {**told, "en": frozenset(_strings(one.id) for one in own["sv"] if one.id)}


def _strings(given: str | list[str] | tuple[str, ...]) -> str:
    return given if isinstance(given, str) else "\n".join(given)
