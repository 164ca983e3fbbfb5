"""The language of a public page: the one in its address, and the same page in the others."""

from collections.abc import Iterable

from outreach.foundation import locale
from outreach.foundation.errors import NotFound
from outreach.rendering.edition import Sibling


def speak(tag: str) -> None:
    """Speak the language that an address names. Raises NotFound for one that is not ours."""
    if tag not in locale.LANGUAGES:
        raise NotFound
    locale.set_language(tag)


def alternates(language: str, here: str, siblings: Iterable[Sibling]) -> list[tuple[str, str, str]]:
    """Return a page and its siblings as (language, name, address), in the product's order."""
    addresses = {language: here, **{one.language: one.url for one in siblings}}
    return [(tag, name, addresses[tag]) for tag, name in locale.NAMES.items() if tag in addresses]
