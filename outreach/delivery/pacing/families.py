"""Which lane a recipient's domain is in."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from sqlalchemy import text
from sqlmodel import Session

from outreach.delivery.pacing.defaults import defaults

OTHERS: Final = ""  # the lane of all domains that have none of their own


def of_domains(session: Session) -> dict[str, str]:
    """Return the lane of each domain that has one: those of the defaults, and each that an administrator capped."""
    capped = session.execute(text("SELECT key FROM cap WHERE scope = 'lane' AND key <> ''")).scalars()
    return {one: one for one in capped} | known()


def of_address(address: str, domains: Mapping[str, str]) -> str:
    """Return the lane of an address among those of `of_domains`."""
    return domains.get(address.rpartition("@")[2].lower(), OTHERS)


@lru_cache(maxsize=1)
def known() -> dict[str, str]:
    """Return the lane of each domain in the defaults."""
    return {domain: lane for lane, family in defaults().lanes.items() for domain in family.domains}
