"""The blocks an edition is made of, each in one language.

Rich text (`html`, and the `lead` of an article) is the subset of `richtext`; every other text is plain. Addresses are
https or mailto. An `id` is the block's key within its piece: the same in every language, so that clicks compare.
"""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as it is shown: `url` lies on our own host, `credit` is the whole credit line (“Photo: …”)."""

    url: str
    alt: str
    caption: str = ""
    credit: str = ""
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """Somewhere to go on reading; the label says where it leads."""

    url: str
    label: str


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading between blocks; `level` is 2 or 3, since 1 belongs to the letter's title."""

    kind: ClassVar[str] = "heading"
    id: str
    text: str
    level: int = 2


@dataclass(frozen=True, slots=True)
class Lead:
    """The news in two or three sentences, before the running text of a release."""

    kind: ClassVar[str] = "lead"
    id: str
    html: str


@dataclass(frozen=True, slots=True)
class Text:
    """Running text."""

    kind: ClassVar[str] = "text"
    id: str
    html: str


@dataclass(frozen=True, slots=True)
class Article:
    """A story of an issue; `topic` is a focus area's key (see `design.FOCUS`) or any other label."""

    kind: ClassVar[str] = "article"
    id: str
    heading: str
    lead: str = ""
    html: str = ""
    image: Picture | None = None
    link: Link | None = None
    topic: str | None = None


@dataclass(frozen=True, slots=True)
class Image:
    """A picture with caption and credit."""

    kind: ClassVar[str] = "image"
    id: str
    picture: Picture


@dataclass(frozen=True, slots=True)
class Event:
    """Something that takes place. `when` is written out for the reader; `day` fills the date block beside it."""

    kind: ClassVar[str] = "event"
    id: str
    title: str
    when: str
    where: str = ""
    html: str = ""
    link: Link | None = None
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Button:
    """One clear thing to do."""

    kind: ClassVar[str] = "button"
    id: str
    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Quote:
    """What somebody said: the bare words, without quotation marks, and who said them (see `habits`)."""

    kind: ClassVar[str] = "quote"
    id: str
    text: str
    speaker: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """A box of facts; without a heading it is called “Facts”."""

    kind: ClassVar[str] = "facts"
    id: str
    html: str
    heading: str = ""


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom the press may ask; without a heading it is called “Press contact”."""

    kind: ClassVar[str] = "contact"
    id: str
    html: str
    heading: str = ""


@dataclass(frozen=True, slots=True)
class About:
    """The closing text about the sender; without a heading it is called “About …”."""

    kind: ClassVar[str] = "about"
    id: str
    html: str
    heading: str = ""


@dataclass(frozen=True, slots=True)
class Divider:
    """A pause."""

    kind: ClassVar[str] = "divider"
    id: str = ""


Block = Heading | Lead | Text | Article | Image | Event | Button | Quote | Facts | Contact | About | Divider
