"""The preview of a letter on a page: language, layout, width, light or dark, pictures; each switch is a link."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from pydantic import BaseModel, Field

from outreach.foundation import locale
from outreach.foundation.locale import gettext as _

Switch = tuple[str, str, str]


@dataclass(frozen=True)
class Preview:
    """What the frame around a letter shows; every switch is a list of (key, words, address)."""

    language: str
    layout: str
    width: str
    second: str | None
    src: str
    languages: tuple[Switch, ...]
    seconds: tuple[Switch, ...]
    layouts: tuple[Switch, ...]
    widths: tuple[Switch, ...]
    scheme: str
    schemes: tuple[Switch, ...]
    pictures: str
    with_pictures: tuple[Switch, ...]
    reader: str
    page: str
    others: tuple[tuple[str, str], ...]


class Switches(BaseModel):
    """How the reader of the page has set them, in the page's address."""

    language: str | None = None
    layout: Literal["single", "stacked"] | None = None
    width: Literal["desktop", "phone"] = "desktop"
    second: str | None = None
    scheme: Literal["light", "dark"] = "light"
    pictures: Literal["on", "off"] = "on"
    reader: Annotated[str, Field(max_length=320)] = ""

    def of(
        self,
        page: str,
        present: Sequence[str],
        *,
        letter: str,
        layout: str = "single",
        keep: Mapping[str, str] | None = None,
    ) -> Preview | None:
        """Return the preview on a page, None for a piece without an edition.

        `letter` is where the letter itself is, `keep` what else stands in the page's address.
        """
        if not present:
            return None
        own = locale.match(self.language) or locale.language()
        language = next(one for one in (own, *locale.FALLBACKS[own]) if one in present)
        others = [one for one in locale.FALLBACKS[language] if one in present and one != language]
        layout = (self.layout or layout) if others else "single"
        second = next((one for one in (self.second, *others) if one in others), None) if layout == "stacked" else None
        shown = {"language": language, **({"second": second} if second else {})}
        own_address = {"reader": self.reader.strip()} if self.reader.strip() else {}
        without = {"pictures": "off"} if self.pictures == "off" else {}
        dark = {"scheme": "dark"} if self.scheme == "dark" else {}
        now = {**shown, "layout": layout, "width": self.width, **dark, **without}
        kept = {**(keep or {}), **now}

        def to(**changed: str) -> str:
            return f"{page}?{urlencode({**kept, **own_address, **changed})}#preview"

        return Preview(
            language=language,
            layout=layout,
            width=self.width,
            second=second,
            src=f"{letter}?{urlencode({**shown, **without, **own_address})}",
            languages=tuple((one, locale.NAMES[one], to(language=one)) for one in present),
            seconds=tuple((one, locale.NAMES[one], to(second=one)) for one in others) if second else (),
            layouts=_layouts(to) if others else (),
            widths=(
                ("desktop", _("Desktop"), to(width="desktop")),
                ("phone", _("Phone"), to(width="phone")),
            ),
            scheme=self.scheme,
            schemes=(("light", _("Light"), to(scheme="light")), ("dark", _("Dark"), to(scheme="dark"))),
            pictures=self.pictures,
            with_pictures=(
                ("on", _("With pictures"), to(pictures="on")),
                ("off", _("Without pictures"), to(pictures="off")),
            ),
            reader=self.reader.strip(),
            page=page,
            others=tuple(kept.items()),
        )


def _layouts(to: Any) -> tuple[Switch, ...]:
    return (
        ("single", _("One language"), to(layout="single")),
        ("stacked", _("Two languages"), to(layout="stacked")),
    )
