"""Pieces, editions, blocks and assets."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from outreach.foundation.tables import Table, choice, json_column, moment, text_array


class PieceKind(StrEnum):
    """What a piece is."""

    ISSUE = "issue"  # an issue of a newsletter
    RELEASE = "release"  # a press release


class BlockKind(StrEnum):
    """What a block shows."""

    HEADING = "heading"  # a heading between blocks
    LEAD = "lead"  # the news in two or three sentences
    TEXT = "text"  # running text
    ARTICLE = "article"  # heading, lead, text, picture, link
    IMAGE = "image"  # a picture with caption and credit
    EVENT = "event"  # something that takes place
    BUTTON = "button"  # one clear thing to do
    QUOTE = "quote"  # what somebody said
    FACTS = "facts"  # a box of facts
    CONTACT = "contact"  # whom the press may ask
    ABOUT = "about"  # the closing text about the sender
    DIVIDER = "divider"  # a pause


class Piece(Table, table=True):
    """An issue or a release; its text is in its editions. `content_hash` changes with its content (see `pieces`)."""

    key: str = Field(unique=True)
    kind: PieceKind = Field(sa_type=choice(PieceKind))
    series: str = ""
    topics: list[str] = text_array()
    codes: list[str] = text_array()
    embargo_until: datetime | None = moment(nullable=True)
    published_on: date | None = None
    content_hash: str = ""
    created_at: datetime = moment(now=True)
    updated_at: datetime = moment(now=True)


class Edition(Table, table=True):
    """One language of a piece."""

    __table_args__ = (sa.UniqueConstraint("piece_id", "language"),)

    piece_id: UUID = Field(foreign_key="piece.id")
    language: str
    title: str = ""
    subject: str = ""
    preheader: str = ""
    from_name: str = ""
    date_line: str = ""
    fields: dict[str, str] = json_column()
    updated_at: datetime = moment(now=True)


class Block(Table, table=True):
    """One block in the order of its piece; `shared` holds what is the same in every language."""

    __table_args__ = (sa.UniqueConstraint("piece_id", "key"),)

    piece_id: UUID = Field(foreign_key="piece.id", index=True)
    key: str
    position: int
    kind: BlockKind = Field(sa_type=choice(BlockKind))
    shared: dict[str, Any] = json_column()


class BlockText(SQLModel, table=True):
    """A block's words in one language: plain fields, and `html` in the allowed subset."""

    __tablename__ = "block_text"

    block_id: UUID = Field(primary_key=True, foreign_key="block.id", ondelete="CASCADE")
    language: str = Field(primary_key=True)
    fields: dict[str, str] = json_column()


class Asset(Table, table=True):
    """A picture or file, stored once under the hash of its bytes."""

    __table_args__ = (sa.UniqueConstraint("piece_id", "name"),)

    piece_id: UUID = Field(foreign_key="piece.id")
    name: str
    sha256: str
    media_type: str
    width: int = 0
    height: int = 0
    rights_expire_on: date | None = None
    created_at: datetime = moment(now=True)

    @property
    def file(self) -> str:
        """Return the name it is served under; it changes when the bytes do."""
        return f"{self.sha256[:32]}{self.name[self.name.rfind('.') :].lower()}"


class AssetText(SQLModel, table=True):
    """What a picture shows and who made it, in one language."""

    __tablename__ = "asset_text"

    asset_id: UUID = Field(primary_key=True, foreign_key="asset.id", ondelete="CASCADE")
    language: str = Field(primary_key=True)
    alt: str = ""
    caption: str = ""
    credit: str = ""
    licence: str = ""


class Approval(Table, table=True):
    """Somebody freed exactly this content; it lapses when the content's hash changes."""

    piece_id: UUID = Field(foreign_key="piece.id", index=True)
    content_hash: str
    approved_by: str
    approved_at: datetime = moment(now=True)


class Health(StrEnum):
    """What became of a link when it was looked at."""

    WELL = "well"  # a page answered
    UNWELL = "unwell"  # nobody answered, or not as a page does
    GONE = "gone"  # the server says that there is no such page
    CLOSED = "closed"  # it leads into a network that is not the open internet


class LinkCheck(SQLModel, table=True):
    """A link of some piece, as it was last looked at; `asked_at` while somebody waits for it to be."""

    __tablename__ = "link_check"

    url: str = Field(primary_key=True)
    asked_at: datetime | None = moment(nullable=True)
    checked_at: datetime | None = moment(nullable=True)
    health: Health | None = Field(default=None, sa_type=choice(Health), nullable=True)
    status: int | None = None


class Remark(Table, table=True):
    """What somebody said about a piece as it was then; one that `returns` it asks for changes before an approval."""

    __tablename__ = "piece_remark"

    piece_id: UUID = Field(foreign_key="piece.id", index=True, ondelete="CASCADE")
    content_hash: str
    text: str
    returns: bool = False
    by: str
    at: datetime = moment(now=True)


class Revision(Table, table=True):
    """A piece as somebody left it, whole; `content` is its manuscript (see `manuscript.plain`)."""

    __tablename__ = "piece_revision"

    piece_id: UUID = Field(foreign_key="piece.id", index=True, ondelete="CASCADE")
    content_hash: str
    content: dict[str, Any] = json_column()
    by: str = ""
    began_at: datetime = moment(now=True)
    at: datetime = moment(now=True)
    is_closed: bool = False
