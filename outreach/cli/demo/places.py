"""Where the invented people of the demo work: how many of each language stand at which organisation."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Place:
    """An organisation of `data/organisations.csv` (None: a person without one) and its share of the contacts.

    `domain` is its mail domain, `sector` chooses job titles, `countries` are dealt in turn to those who read English.
    """

    organisation: str | None
    domain: str
    sector: str
    country: str
    languages: Mapping[str, int]
    countries: tuple[str, ...] = ()


ZONES: Final = {
    "SE": "Europe/Stockholm",
    "CN": "Asia/Shanghai",
    "FI": "Europe/Helsinki",
    "DE": "Europe/Berlin",
    "GB": "Europe/London",
    "SG": "Asia/Singapore",
    "JP": "Asia/Tokyo",
    "KR": "Asia/Seoul",
}

PLACES: Final = (
    Place("o01", "leverantorstillsynen.example", "public_administration", "SE", {"sv": 22, "en": 1}),
    Place("o02", "linxi-environment.example", "public_administration", "CN", {"zh-Hans": 13, "en": 1}),
    Place("o03", "lanwan-labour.example", "public_administration", "CN", {"zh-Hans": 11}),
    Place("o04", "norrstrandtextil.example", "textiles", "SE", {"sv": 24, "en": 3}),
    Place("o05", "ekvik.example", "electronics", "SE", {"en": 22, "sv": 4}, ("SE", "SE", "FI", "DE")),
    Place("o06", "lovstamaskin.example", "machinery", "SE", {"sv": 22, "en": 1}),
    Place("o07", "havsbolivs.example", "food", "SE", {"sv": 22, "en": 1}),
    Place("o08", "yunfan-textiles.example", "textiles", "CN", {"zh-Hans": 57, "en": 3}),
    Place("o09", "zhiyuan-electronics.example", "electronics", "CN", {"zh-Hans": 57, "en": 3}),
    Place("o10", "qinghegu.example", "food", "CN", {"zh-Hans": 40, "en": 2}),
    Place(
        "o11",
        "inkoparnatverket.example",
        "retail_sourcing",
        "SE",
        {"en": 22, "sv": 3, "zh-Hans": 1},
        ("SE", "FI", "SE", "GB"),
    ),
    Place("o12", "lanwan-textile-association.example", "textiles", "CN", {"zh-Hans": 10, "en": 1}),
    Place("o13", "vastana.example", "education", "SE", {"en": 22, "sv": 3}, ("SE", "SE", "SE", "DE")),
    Place("o14", "linxi-tech.example", "education", "CN", {"zh-Hans": 21, "en": 2}),
    Place("o15", "renavatten.example", "civil_society", "SE", {"sv": 21, "en": 2}),
    Place("o16", "greenbank.example", "civil_society", "CN", {"zh-Hans": 12, "en": 1}),
    Place("o17", "tongxing.example", "civil_society", "CN", {"zh-Hans": 12}),
    Place(
        "o18",
        "eastnorthforum.example",
        "trade",
        "SG",
        {"en": 22, "zh-Hans": 2, "sv": 1},
        ("SG", "KR", "JP", "FI", "CN", "GB"),
    ),
    Place(None, "brevlada.example", "independent", "SE", {"sv": 3, "en": 1}),
    Place(None, "youxiang.example", "independent", "CN", {"zh-Hans": 3}),
    Place(None, "mailbox.example", "independent", "GB", {"en": 2}),
)
