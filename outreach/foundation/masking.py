"""Names and addresses of people, as somebody may read them whose role needs only figures.

A door says once who reads (`hide`); whatever builds a line about a person asks here. Addresses are masked a second time
in the finished page, so that a page which forgot to ask shows none.
"""

import re
from contextvars import ContextVar
from typing import Final

from outreach.foundation.logs import mask

_hidden: ContextVar[bool] = ContextVar("hidden", default=False)

# As pages write addresses: with a place to break before the @, or encoded within a link.
_ADDRESS: Final = re.compile(r"([\w.+-]+)((?:<wbr>)?(?:@|%40|&#64;))((?:[\w-]+\.)+[\w-]{2,})")


def hide(is_hidden: bool) -> None:
    """Mask names and addresses for the rest of this context (one request), or do not."""
    _hidden.set(is_hidden)


def hides() -> bool:
    """Tell whether names and addresses are masked."""
    return _hidden.get()


def name(given: str) -> str:
    """Return a name as it may be read: whole, or its first letter."""
    if not hides() or not given:
        return given
    return mask(given) if "@" in given else f"{given[:1]}***"


def address(given: str) -> str:
    """Return an address as it may be read: whole, or as logs show it."""
    return mask(given) if hides() and given else given


def page(document: str, *, own: str) -> str:
    """Mask every address in a finished page but those of the reader's own domain, which are the centre's."""
    domain = own.rpartition("@")[2].lower()

    def masked(found: re.Match[str]) -> str:
        return found[0] if found[3].lower() == domain else f"{found[1][:1]}***{found[2]}{found[3]}"

    return _ADDRESS.sub(masked, document)
