"""The finished letter, and the one function that makes it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from markupsafe import Markup

from outreach.foundation import locale
from outreach.rendering import merge, mjml, plaintext
from outreach.rendering.closing import closing
from outreach.rendering.edition import Brand, EditionInput, Kind, Sibling, sealed
from outreach.rendering.links import LinkKeys, Links, LinkTarget
from outreach.rendering.part import Part

__all__ = ["Brand", "EditionInput", "Kind", "Layout", "LinkKeys", "LinkTarget", "RenderedMessage", "Sibling", "render"]

DESIGNS: Final = {kind: f"{kind.value}.mjml.j2" for kind in Kind}
SHELL: Final = "shell.mjml.j2"


class Layout(StrEnum):
    """How many languages stand in one letter."""

    SINGLE = "single"  # the recipient's alone
    STACKED = "stacked"  # the recipient's, then another


@dataclass(frozen=True, slots=True)
class RenderedMessage:
    """A letter in one layout, compiled once for all its recipients; tokens are still in it.

    `links` are the content links in order, `size` the bytes of the HTML part in UTF-8, `home` our public address.
    """

    kind: Kind
    language: str
    layout: Layout
    tracked: bool
    subject: str
    html: str
    text: str
    tokens: frozenset[str]
    links: tuple[LinkTarget, ...]
    size: int
    home: str


def render(
    edition: EditionInput,
    *,
    second: EditionInput | None = None,
    tracked: bool,
    public_url: str,
    link_keys: LinkKeys | None = None,
) -> RenderedMessage:
    """Make a letter from one edition, or a stacked bilingual one when a `second` is given.

    Tracked letters carry the pixel and click addresses `{public_url}/c/<token>-<key>`, untracked ones plain links and
    no pixel, so that nothing is measured without consent (ePrivacy Directive art. 5(3)). `link_keys` gives each link
    its key from address, block and language; without it 64 random bits are drawn. Takes some ten milliseconds.

    Raises Refused for content that cannot be sent, OutreachError naming a template that is missing or broken,
    ValueError for a system mail that is to be tracked or for a second part of another kind or the same language.
    """
    _insist_on_sense(edition, second, tracked)
    home = public_url.rstrip("/")
    links = Links(home, tracked, link_keys)
    parts = [Part(sealed(edition), links)]
    if second is not None:
        parts.append(Part(sealed(second), links, second=True))

    html = mjml.compile_html(source(parts), DESIGNS[edition.kind])
    text = plaintext.letter(parts)
    subject = parts[0].line(edition.subject)
    tokens = frozenset[str]().union(*(merge.split(one).tokens for one in (subject, html, text)))
    return RenderedMessage(
        kind=edition.kind,
        language=edition.language,
        layout=Layout.STACKED if second else Layout.SINGLE,
        tracked=tracked,
        subject=subject,
        html=html,
        text=text,
        tokens=tokens,
        links=links.targets,
        size=len(html.encode()),
        home=home,
    )


def _insist_on_sense(edition: EditionInput, second: EditionInput | None, tracked: bool) -> None:
    if edition.kind is Kind.SYSTEM and tracked:
        raise ValueError("a system mail is never tracked")
    if second is not None and (second.kind is not edition.kind or second.language == edition.language):
        raise ValueError("a stacked letter has one kind and two languages")


def source(parts: list[Part]) -> str:
    """Write the MJML of a letter: each part in its own language, then the document around them."""
    first = parts[0]
    bodies, closings = [], []
    for part in parts:
        with locale.use(part.language):
            closings.append(closing(part, [one.language for one in parts]))
            bodies.append(Markup(mjml.write(DESIGNS[part.edition.kind], part=part, parts=parts)))  # noqa: S704 - our own
    with locale.use(first.language):
        around = {"closings": closings, "pixel": _pixel(first.links)}
        return mjml.write(SHELL, first=first, parts=parts, bodies=bodies, **around)


def _pixel(links: Links) -> str | None:
    return f"{links.public_url}/o/{merge.token('open')}.gif" if links.tracked else None
