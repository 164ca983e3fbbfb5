"""People's names in both scripts and both orders, taken apart into what a contact keeps."""

import re
from dataclasses import dataclass
from typing import Final

_HAN: Final = re.compile(r"[\u3400-\u9fff\U00020000-\U0003134f·]+")
_COMPOUND: Final = frozenset(
    [
        "欧阳",
        "司马",
        "上官",
        "诸葛",
        "皇甫",
        "令狐",
        "夏侯",
        "尉迟",
        "公孙",
        "慕容",
        "司徒",
        "东方",
        "独孤",
        "南宫",
        "长孙",
        "宇文",
        "轩辕",
        "端木",
        "申屠",
        "澹台",
        "呼延",
        "公羊",
        "钟离",
        "闻人",
    ]
)
_PARTICLES: Final = frozenset(
    ["af", "av", "da", "de", "del", "den", "der", "di", "du", "la", "le", "ten", "ter", "van", "von", "zu"]
)


@dataclass(frozen=True, slots=True)
class Name:
    """A name as a contact keeps it."""

    given: str = ""
    family: str = ""
    native: str = ""
    latin: str = ""


def is_han(text: str) -> bool:
    """Tell whether a name is written in Chinese characters."""
    return _HAN.fullmatch(text.replace(" ", "")) is not None


def compose(*, full: str, given: str, family: str, native: str, latin: str, chinese: bool) -> Name:
    """Put together what the columns say; what stands in a column of its own is never taken apart.

    A full name in Chinese characters is family, then given name, and is kept as the native name. One in Latin letters
    is given, then family name, unless a comma says otherwise or the reader is `chinese`: then the family name leads.
    """
    if full:
        if is_han(full):
            native = native or full.replace(" ", "")
        elif chinese:
            latin = latin or full
        elif not given and not family:
            given, family = _western(full)
    if family and given and is_han(family + given):
        native = native or family + given
    if native and is_han(native) and not given and not family:
        family, given = _chinese(native)
    elif latin and not native and not given and not family:
        family, _, given = latin.replace(",", "").partition(" ")
    return Name(given, family, native, latin)


def _chinese(name: str) -> tuple[str, str]:
    if "·" in name:  # a name from another language, given name first
        given, _, family = name.rpartition("·")
        return family, given
    length = 2 if name[:2] in _COMPOUND and len(name) > 2 else 1
    return name[:length], name[length:]


def _western(name: str) -> tuple[str, str]:
    if "," in name:
        family, _, given = name.partition(",")
        return given.strip(), family.strip()
    words = name.split()
    cut = max(1, len(words) - 1)
    while cut > 1 and words[cut - 1].lower() in _PARTICLES:
        cut -= 1
    return " ".join(words[:cut]), " ".join(words[cut:])
