"""Two versions of a piece against each other: which words went, and which came."""

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Final

from outreach.content import kinds
from outreach.content.manuscript import Manuscript, Picture, Section, Words
from outreach.foundation.locale import LANGUAGES
from outreach.foundation.locale import gettext as _

_TAG: Final = re.compile(r"<[^>]*>")
_BREAK: Final = re.compile(r"</(?:p|li)>|<br>")
# A word of letters, one Chinese character, blanks, or one mark.
_TOKEN: Final = re.compile(r"[\u3400-\u9fff]|[^\W\u3400-\u9fff]+|\s+|[^\w\s]")


class Part(StrEnum):
    """What became of a stretch of text."""

    SAME = "same"  # it is in both
    WENT = "went"  # only in the earlier
    CAME = "came"  # only in the later


@dataclass(frozen=True)
class Difference:
    """A field that differs: where, in which language ("" for what all share), and its text in parts."""

    where: str
    language: str
    parts: tuple[tuple[Part, str], ...]


def differences(before: Manuscript, after: Manuscript) -> list[Difference]:
    """List every field that differs, in the order of the later version, then what only the earlier had."""
    found = [*_of_whole(before, after)]
    for language in LANGUAGES:
        words = before.editions.get(language, {}), after.editions.get(language, {})
        found += _of_words(words, language, _("Title and subject"))
    held = {one.key: one for one in before.sections}, {one.key: one for one in after.sections}
    for key in dict.fromkeys((*held[1], *held[0])):
        pair = [one.get(key) for one in held]
        name = kinds.kind_name(next(one for one in pair if one).kind).capitalize()
        shared = [{name: str(value) for name, value in one.shared.items()} if one else {} for one in pair]
        found += _of_words((shared[0], shared[1]), "", name)
        for language in LANGUAGES:
            found += _of_words(_texts(pair, language), language, name)
    for picture in dict.fromkeys(one.name for one in (*after.pictures, *before.pictures)):
        shown = [one.picture(picture) for one in (before, after)]
        for language in LANGUAGES:
            found += _of_words(_texts(shown, language), language, picture)
    return found


def parts(before: str, after: str) -> tuple[tuple[Part, str], ...]:
    """Return two texts as one, in stretches that are in both or in one of them."""
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    found: list[tuple[Part, str]] = []
    for what, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what == "equal":
            found.append((Part.SAME, "".join(old[a:b])))
        else:
            found += [(Part.WENT, "".join(old[a:b]))] if b > a else []
            found += [(Part.CAME, "".join(new[c:d]))] if d > c else []
    return tuple(found)


def _of_whole(before: Manuscript, after: Manuscript) -> Iterator[Difference]:
    orders: list[Sequence[str]] = [
        [kinds.kind_name(one.kind).capitalize() for one in whole.sections] for whole in (before, after)
    ]
    for where, old, new in (
        (_("Order of the blocks"), orders[0], orders[1]),
        (_("Topics"), before.topics, after.topics),
        (_("Pictures"), [one.name for one in before.pictures], [one.name for one in after.pictures]),
    ):
        if list(old) != list(new):
            yield Difference(where, "", parts(", ".join(old), ", ".join(new)))


def _texts(pair: Sequence[Section | Picture | None], language: str) -> tuple[Words, Words]:
    before, after = (one.texts.get(language, {}) if one else {} for one in pair)
    return before, after


def _of_words(pair: tuple[Words, Words], language: str, where: str) -> list[Difference]:
    before, after = pair
    return [
        Difference(f"{where} · {kinds.field_name(name)}", language, parts(_read(before, name), _read(after, name)))
        for name in dict.fromkeys((*after, *before))
        if before.get(name) != after.get(name)
    ]


def _read(words: Words, name: str) -> str:
    text = words.get(name, "")
    return html.unescape(_TAG.sub("", _BREAK.sub("\n", text))).strip() if name in kinds.RICH else text
