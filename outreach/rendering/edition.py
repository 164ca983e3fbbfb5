"""What a letter is made from: one language of an issue, a release or a system mail."""

from dataclasses import dataclass, fields, is_dataclass, replace
from enum import Enum, StrEnum
from typing import Any

from outreach.foundation.slots import strip as without_private_use
from outreach.rendering.blocks import Block, Picture


class Kind(StrEnum):
    """What a letter is; each kind has its own design."""

    ISSUE = "issue"  # an issue of a newsletter
    RELEASE = "release"  # a press release
    SYSTEM = "system"  # a confirmation or sign-in link: never tracked, nothing to unsubscribe from


@dataclass(frozen=True, slots=True)
class Brand:
    """Who sends, in the language of the edition.

    `name` is the wordmark, `organisation` the name within a sentence (“the CSR Centre”), `postal_address` one line or
    more.
    """

    name: str
    organisation: str
    postal_address: str = ""
    logo: Picture | None = None


@dataclass(frozen=True, slots=True)
class Sibling:
    """The same letter in another language."""

    language: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionInput:
    """One language of a letter, with everything its design needs.

    `title` is the heading of the letter, `subject` its subject line, `preheader` the hidden line that inboxes show
    beside it. `subtitle` stands under the title; an issue without one shows its subject there. `from_name` is the
    newsletter's name. `date_line` is the date of an issue, or place and date of a release. `topics_label` names what
    the reader subscribes to: None puts each recipient's own topics, "" leaves them out. `web_url` is None for the web
    version of the recipient's own letter. `why` is a system mail's last line. `is_public` makes the version that
    anybody may read on the web, with nothing in its frame that is a recipient's own. `has_notice` makes room below for
    each recipient's notice of where their address comes from (GDPR Art. 14); most have none.
    """

    kind: Kind
    language: str
    title: str
    subject: str
    blocks: tuple[Block, ...]
    brand: Brand
    preheader: str = ""
    from_name: str = ""
    subtitle: str = ""
    date_line: str = ""
    topics_label: str | None = None
    also_in: tuple[Sibling, ...] = ()
    embargo_line: str | None = None
    demo_banner: str | None = None
    web_url: str | None = None
    why: str = ""
    is_public: bool = False
    has_notice: bool = False


def sealed(edition: EditionInput) -> EditionInput:
    """Strip the marks of tokens from everything that a person wrote; our own addresses may hold tokens and stay."""
    own = {"web_url", "also_in"}
    written = {one.name: _stripped(getattr(edition, one.name)) for one in fields(edition) if one.name not in own}
    return replace(edition, **written)


def _stripped(value: Any) -> Any:
    if isinstance(value, Enum):
        return value
    if isinstance(value, str):
        return without_private_use(value)
    if isinstance(value, tuple):
        return tuple(_stripped(one) for one in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{one.name: _stripped(getattr(value, one.name)) for one in fields(value)})
    return value
