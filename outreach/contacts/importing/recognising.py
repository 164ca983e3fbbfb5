"""Languages, countries, kinds and sectors by what they are called in Swedish, Chinese and English, or by their keys."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from functools import cache, lru_cache
from typing import Final, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from outreach.contacts.models import OrganisationKind, Sector
from outreach.contacts.organisations import kind_label, sector_label
from outreach.foundation import locale

One = TypeVar("One", bound=StrEnum)

_LANGUAGES: Final = {
    "sv": ("svenska", "swedish", "sve", "swe", "瑞典语", "瑞典文"),
    "zh-Hans": ("kinesiska", "chinese", "mandarin", "kin", "chi", "zho", "中文", "汉语", "简体中文", "简体", "普通话"),
    "en": ("engelska", "english", "eng", "英语", "英文"),
}
# What people write beside the names that the pages use.
_KINDS: Final = {
    OrganisationKind.AUTHORITY: ("myndighet", "government", "agency", "政府机构", "政府部门", "机关"),
    OrganisationKind.COMPANY: ("företag", "bolag", "business", "firm", "公司", "企业"),
    OrganisationKind.ASSOCIATION: ("branschorganisation", "förening", "association", "协会", "商会"),
    OrganisationKind.UNIVERSITY: ("högskola", "universitet", "college", "institute", "大学", "高校", "研究所"),
    OrganisationKind.NONPROFIT: ("ideell", "stiftelse", "ngo", "nonprofit", "foundation", "非营利组织", "基金会"),
    OrganisationKind.MEDIA: ("tidning", "press", "媒体", "报社"),
}
_SECTORS: Final = {
    Sector.PUBLIC_ADMINISTRATION: ("offentlig sektor", "public sector", "公共部门", "政府"),
    Sector.TEXTILES: ("textil", "textile", "kläder", "garments", "纺织", "服装"),
    Sector.ELECTRONICS: ("elektronik", "electronic", "电子"),
    Sector.MACHINERY: ("maskiner", "fordon", "vehicles", "机械", "汽车"),
    Sector.FOOD: ("livsmedel", "jordbruk", "agriculture", "食品", "农业"),
    Sector.RETAIL_SOURCING: ("handel", "inköp", "retail", "sourcing", "零售", "采购"),
    Sector.EDUCATION: ("utbildning", "forskning", "research", "教育", "科研"),
    Sector.CIVIL_SOCIETY: ("civilsamhället", "ngo", "公民社会", "社会组织"),
    Sector.TRADE: ("handelskammare", "chamber", "贸易", "商会"),
    Sector.MEDIA: ("medier", "press", "媒体", "新闻"),
}
_NO_COUNTRIES: Final = {"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"}


def language(text: str) -> str | None:
    """Return the language that is meant, None for none of ours."""
    return _languages().get(bare(text)) or (locale.match(text) if _is_tag(text) else None)


def kind(text: str) -> OrganisationKind | None:
    """Return the kind of organisation that is meant."""
    return _kinds().get(bare(text))


def sector(text: str) -> Sector | None:
    """Return the sector that is meant."""
    return _sectors().get(bare(text))


def country(text: str) -> str | None:
    """Return the code (ISO 3166-1) of the country that is meant; `INT` is no single country."""
    return _countries().get(bare(text))


def topics(text: str, known: Mapping[str, str]) -> list[str] | str:
    """Return the keys of the topics that are meant, of those in `known` (by `bare` names), or the first unknown."""
    found = []
    for one in re.split("[,;|/、，；]", text):
        if bare(one):
            if bare(one) not in known:
                return one.strip()
            found.append(known[bare(one)])
    return sorted(set(found))


@lru_cache(maxsize=1024)
def time_zone(text: str) -> str | None:
    """Return the IANA name of the zone that is meant."""
    try:
        return ZoneInfo(text).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def bare(text: str) -> str:
    """Return a name as names are compared here: folded, in small letters, with single spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).lower().replace("_", " ").replace("-", " ").split())


def _is_tag(text: str) -> bool:
    return len(text.replace("_", "-").split("-")[0]) == 2


@cache
def _languages() -> dict[str, str]:
    return {name: tag for tag, names in _LANGUAGES.items() for name in names}


@cache
def _kinds() -> dict[str, OrganisationKind]:
    return _named(OrganisationKind, kind_label, _KINDS)


@cache
def _sectors() -> dict[str, Sector]:
    return _named(Sector, sector_label, _SECTORS)


def _named(members: Iterable[One], label: Callable[[One], str], also: "dict[One, tuple[str, ...]]") -> dict[str, One]:
    found: dict[str, One] = {}
    for one in members:
        for tag in locale.LANGUAGES:
            with locale.use(tag):
                found.setdefault(bare(label(one)), one)
        for name in (one.value, *also[one]):
            found.setdefault(bare(name), one)
    return found


@cache
def _countries() -> dict[str, str]:
    found = {"int": "INT"}
    for tag in locale.LANGUAGES:
        for code, name in locale.locale(tag).territories.items():
            if len(str(code)) == 2 and code not in _NO_COUNTRIES:
                found[bare(str(code))] = str(code)
                found.setdefault(bare(str(name)), str(code))
    also = {"kina": "CN", "prc": "CN", "中华人民共和国": "CN", "中国大陆": "CN", "uk": "GB", "usa": "US"}
    return {**found, **also}
