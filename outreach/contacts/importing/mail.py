"""Mail addresses by the hundred thousand: as `addresses.normalise` reads them, each domain looked at once."""

import re
from functools import lru_cache
from typing import Final

from outreach.contacts import addresses
from outreach.contacts.addresses import Address
from outreach.foundation.errors import Refused

# What most addresses look like; everything else goes the long way.
_PLAIN: Final = re.compile(r"([A-Za-z0-9_+-]{1,60}(?:\.[A-Za-z0-9_+-]+)*)@([A-Za-z0-9.-]{1,180})")

# Domains that nobody has, and the one that was meant. A name that somebody could own honestly does not stand here.
_TYPOS: Final = {
    "gmail.com": ("gmail.con", "gmail.co", "gmail.cm", "gmial.com", "gmai.com", "gamil.com", "gmail.comm", "gnail.com"),
    "hotmail.com": ("hotmial.com", "hotmail.con", "hotmai.com", "hotmal.com", "hotmail.co", "hotmil.com"),
    "hotmail.se": ("hotmial.se", "hotmai.se"),
    "outlook.com": ("outlook.con", "outlok.com", "outloo.com", "oulook.com"),
    "yahoo.com": ("yahoo.con", "yaho.com", "yahooo.com"),
    "icloud.com": ("icloud.con", "iclod.com"),
    "telia.com": ("telia.con", "tellia.com"),
    "qq.com": ("qq.co", "qq.con", "qq.cm", "qq.cn", "qqq.com"),
    "163.com": ("163.cn", "163.con", "163.co", "136.com"),
    "126.com": ("126.cn", "126.con", "126.co"),
    "sina.com": ("sina.con", "sian.com"),
    "foxmail.com": ("foxmail.con", "foxmial.com"),
}
MEANT: Final = {wrong: right for right, wrongs in _TYPOS.items() for wrong in wrongs}


def read(typed: str) -> Address | None:
    """Read an address, None for what is none."""
    plain = _PLAIN.fullmatch(typed)
    if plain is None or len(plain[1]) > 64 or len(typed) > 250:
        return _long_way(typed)
    known = _domain(plain[2])
    if known is None:
        return None
    local = plain[1]
    return Address(f"{local}@{known[0]}", f"{local}@{known[1]}".lower())


def quick(typed: str) -> tuple[str, str] | None:
    """Read what looks like most addresses, as (as typed, normalised); None for what `read` has to look at."""
    plain = _PLAIN.fullmatch(typed)
    if plain is None or len(typed) > 64:
        return None
    local, domain = plain.groups()
    known = _domain(domain)
    return None if known is None or known[1] in MEANT else (f"{local}@{known[0]}", f"{local}@{known[1]}".lower())


def mistyped(address: Address) -> str | None:
    """Return the address that was probably meant, None where nothing looks wrong."""
    local, _, domain = address.normalised.partition("@")
    meant = MEANT.get(domain)
    return f"{local}@{meant}" if meant else None


def _long_way(typed: str) -> Address | None:
    try:
        return addresses.normalise(typed)
    except Refused:
        return None


@lru_cache(maxsize=4096)
def _domain(domain: str) -> tuple[str, str] | None:
    read = _long_way(f"a@{domain}")
    return (read.typed[2:], read.normalised[2:]) if read else None
