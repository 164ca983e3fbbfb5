"""What each kind of block holds: values shared by all languages, one-line fields, and a body.

The order of the fields is their order in files. `lead` and `html` are rich text, every other field is one plain line.
"""

from dataclasses import dataclass
from typing import Final

from outreach.content.models import BlockKind, PieceKind
from outreach.foundation.locale import pgettext


@dataclass(frozen=True, slots=True)
class Shape:
    """The fields of one kind of block. `needs` and `required` name those without which it cannot be sent."""

    shared: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    body: str | None = None
    required: tuple[str, ...] = ()

    @property
    def fields(self) -> tuple[str, ...]:
        """Return every field that is written once per language."""
        return (*self.lines, self.body) if self.body else self.lines


SHAPES: Final = {
    BlockKind.HEADING: Shape(shared=("level",), lines=("heading",), required=("heading",)),
    BlockKind.LEAD: Shape(body="html", required=("html",)),
    BlockKind.TEXT: Shape(lines=("heading",), body="html", required=("html",)),
    BlockKind.ARTICLE: Shape(
        shared=("image", "url", "topic"), lines=("heading", "lead", "link_label"), body="html", required=("heading",)
    ),
    BlockKind.IMAGE: Shape(shared=("image",), needs=("image",)),
    BlockKind.EVENT: Shape(
        shared=("starts_at", "ends_at", "time_zone", "url", "topic"),
        needs=("starts_at", "time_zone"),
        lines=("title", "when", "where", "link_label"),
        body="html",
        required=("title", "when"),
    ),
    BlockKind.BUTTON: Shape(shared=("url", "topic"), needs=("url",), lines=("label",), required=("label",)),
    BlockKind.QUOTE: Shape(lines=("speaker", "speaker_title"), body="text", required=("text", "speaker")),
    BlockKind.FACTS: Shape(lines=("heading",), body="html", required=("html",)),
    BlockKind.CONTACT: Shape(lines=("heading",), body="html", required=("html",)),
    BlockKind.ABOUT: Shape(lines=("heading",), body="html", required=("html",)),
    BlockKind.DIVIDER: Shape(),
}
RICH: Final = frozenset({"lead", "html"})

EDITION_LINES: Final = ("title", "subtitle", "subject", "preheader", "from_name", "date_line")
EDITION_REQUIRED: Final = ("title", "subject")
PICTURE_LINES: Final = ("alt", "caption", "credit", "licence")
PICTURE_REQUIRED: Final = ("alt",)

# Without these an editor cannot use a release: the news, whom to ask, and who speaks.
RELEASE_PARTS: Final = (BlockKind.LEAD, BlockKind.CONTACT, BlockKind.ABOUT)
PARTS: Final = {PieceKind.ISSUE: (), PieceKind.RELEASE: RELEASE_PARTS}


def field_name(field: str) -> str:
    """Name a field in the language in use, as the officers' pages do."""
    names = {
        "title": pgettext("field", "title"),
        "subtitle": pgettext("field", "subtitle"),
        "subject": pgettext("field", "subject"),
        "preheader": pgettext("field", "preheader"),
        "from_name": pgettext("field", "name of the sender"),
        "date_line": pgettext("field", "line with the date"),
        "heading": pgettext("field", "heading"),
        "lead": pgettext("field", "introduction"),
        "html": pgettext("field", "text"),
        "text": pgettext("field", "text"),
        "label": pgettext("field", "label"),
        "link_label": pgettext("field", "label of the link"),
        "when": pgettext("field", "time"),
        "where": pgettext("field", "place"),
        "speaker": pgettext("field", "speaker"),
        "speaker_title": pgettext("field", "the speaker’s title"),
        "alt": pgettext("field", "alternative text"),
        "caption": pgettext("field", "caption"),
        "credit": pgettext("field", "credit"),
        "licence": pgettext("field", "licence"),
        "image": pgettext("field", "picture"),
        "url": pgettext("field", "link"),
        "starts_at": pgettext("field", "start"),
        "ends_at": pgettext("field", "end"),
        "time_zone": pgettext("field", "time zone"),
        "topic": pgettext("field", "topic"),
        "level": pgettext("field", "level"),
    }
    return names.get(field, field)


def kind_name(kind: BlockKind) -> str:
    """Name a kind of block in the language in use."""
    names = {
        BlockKind.HEADING: pgettext("block", "heading"),
        BlockKind.LEAD: pgettext("block", "lead"),
        BlockKind.TEXT: pgettext("block", "text"),
        BlockKind.ARTICLE: pgettext("block", "article"),
        BlockKind.IMAGE: pgettext("block", "picture"),
        BlockKind.EVENT: pgettext("block", "event"),
        BlockKind.BUTTON: pgettext("block", "button"),
        BlockKind.QUOTE: pgettext("block", "quote"),
        BlockKind.FACTS: pgettext("block", "facts"),
        BlockKind.CONTACT: pgettext("block", "press contact"),
        BlockKind.ABOUT: pgettext("block", "about the sender"),
        BlockKind.DIVIDER: pgettext("block", "divider"),
    }
    return names[kind]
