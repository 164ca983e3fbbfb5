"""Contacts and organisations."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from outreach.foundation import masking
from outreach.foundation.tables import Table, choice, json_column, moment, text_array


def _person() -> Any:
    return Field(foreign_key="contact.id", ondelete="CASCADE", index=True)


class OrganisationKind(StrEnum):
    """What sort of body an organisation is."""

    AUTHORITY = "authority"  # state, county, city
    COMPANY = "company"  # private or state-owned business
    ASSOCIATION = "association"  # business or trade association
    UNIVERSITY = "university"  # university, college, research institute
    NONPROFIT = "nonprofit"  # civil society
    MEDIA = "media"  # newspaper, broadcaster, site


class Sector(StrEnum):
    """The line of work of an organisation."""

    PUBLIC_ADMINISTRATION = "public_administration"  # authorities and inspectorates
    TEXTILES = "textiles"  # fibre, fabric, dyeing, garments
    ELECTRONICS = "electronics"  # components and devices
    MACHINERY = "machinery"  # machines and vehicles
    FOOD = "food"  # food and agriculture
    RETAIL_SOURCING = "retail_sourcing"  # buyers and sourcing offices
    EDUCATION = "education"  # teaching and research
    CIVIL_SOCIETY = "civil_society"  # non-profits and foundations
    TRADE = "trade"  # chambers and trade forums
    MEDIA = "media"  # newsrooms and publishers


class SourceKind(StrEnum):
    """How we came by somebody's address (GDPR Art. 14(2)(f))."""

    UNSAID = "unsaid"  # only in words
    THEMSELVES = "themselves"  # on a form, on a card, by mail; the notice stood there (GDPR Art. 13)
    EMPLOYER = "employer"  # their organisation or a colleague named them
    PUBLISHED = "published"  # they or their organisation publish it for being written to
    TAKEN_OVER = "taken_over"  # on a list whose holder had the right to pass it on
    COLLECTED = "collected"  # gathered by a program, guessed or bought: never written to


class Organisation(Table, table=True):
    """A body that contacts belong to. `names` holds one per language, at least one."""

    __table_args__ = (
        sa.Index("ix_organisation_pieces", sa.text("organisation_pieces(names)"), postgresql_using="gin"),
    )

    key: str = Field(unique=True)
    names: dict[str, str] = json_column()
    kind: OrganisationKind = Field(sa_type=choice(OrganisationKind))
    sector: Sector = Field(sa_type=choice(Sector))
    country: str
    language: str
    note: str = ""
    created_at: datetime = moment(now=True)

    def name(self, language: str) -> str:
        """Return the name in a language, or the organisation's own."""
        return self.names.get(language) or self.names.get(self.language) or next(iter(self.names.values()), self.key)


class Contact(Table, table=True):
    """A person we may know how to reach. `address` is the normalised form of `email` and unique.

    `fields` holds what the installation's own fields say (see `ContactField`), by key.
    """

    __table_args__ = (
        sa.Index("ix_contact_tags", "tags", postgresql_using="gin"),
        sa.Index(
            "ix_contact_pieces",
            sa.text("contact_pieces(given_name, family_name, native_name, latin_name, title, email)"),
            postgresql_using="gin",
            postgresql_with={"gin_pending_list_limit": 1024},  # kB: what every search looks through line by line
        ),
    )

    email: str
    address: str = Field(unique=True)
    given_name: str = ""
    family_name: str = ""
    native_name: str = ""
    latin_name: str = ""
    title: str = ""
    language: str
    organisation_id: UUID | None = Field(default=None, foreign_key="organisation.id", index=True)
    country: str = ""
    time_zone: str = "Europe/Stockholm"
    source: str
    source_kind: SourceKind = Field(
        default=SourceKind.UNSAID, sa_type=choice(SourceKind), sa_column_kwargs={"server_default": "unsaid"}
    )
    tags: list[str] = text_array()
    fields: dict[str, Any] = json_column()
    created_at: datetime = moment(now=True)
    updated_at: datetime = moment(now=True)

    @property
    def display_name(self) -> str:
        """Return the name as its bearer writes it, or the address; masked for who may not read it."""
        return masking.name(self.native_name or f"{self.given_name} {self.family_name}".strip() or self.email)


class FieldKind(StrEnum):
    """What an own field holds, and how it is kept in JSON."""

    TEXT = "text"  # a line of words
    NUMBER = "number"  # a number
    DATE = "date"  # a day, as 2026-11-26
    CHOICE = "choice"  # the key of one of its choices
    YES_NO = "yes_no"  # true or false


class ContactField(Table, table=True):
    """A field of the installation's own. `choices` are `{"key": …, "names": {language: …}}`, in their order."""

    __tablename__ = "contact_field"

    key: str = Field(unique=True)
    kind: FieldKind = Field(sa_type=choice(FieldKind))
    names: dict[str, str] = json_column()
    choices: list[dict[str, Any]] = json_column("[]")
    position: int = 0


class ContactNote(Table, table=True):
    """What a member of staff wrote down about a person."""

    __tablename__ = "contact_note"

    contact_id: UUID = _person()
    text: str
    by: str
    at: datetime = moment(now=True)


class ContactChange(Table, table=True):
    """One correction: what the changed fields said before and after (GDPR Art. 16)."""

    __tablename__ = "contact_change"

    contact_id: UUID = _person()
    by: str
    before: dict[str, Any] = json_column()
    after: dict[str, Any] = json_column()
    at: datetime = moment(now=True)


class ContactAlias(Table, table=True):
    """Somebody who was merged into another: `id` is what they were known by, `address` where letters went then."""

    __tablename__ = "contact_alias"

    contact_id: UUID = _person()
    address: str = Field(index=True)
    by: str
    at: datetime = moment(now=True)


class ContactPair(SQLModel, table=True):
    """Two people who may be one, and why; `distinct_by` says who knows that they are two. The lower id is first."""

    __tablename__ = "contact_pair"

    first_id: UUID = Field(primary_key=True, foreign_key="contact.id", ondelete="CASCADE")
    second_id: UUID = Field(primary_key=True, foreign_key="contact.id", ondelete="CASCADE", index=True)
    reasons: list[str] = text_array()
    distinct_by: str = Field(default="", sa_column_kwargs={"server_default": ""})
    at: datetime = moment(now=True)


class ContactNotice(SQLModel, table=True):
    """That somebody is to be told that we have their address (GDPR Art. 14), and when they were.

    `mailing_id` is the mailing whose letter tells them; `told_by` is a member of staff who told them otherwise. It goes
    with its contact by a trigger, for checking a foreign key would be most of what a large file's notices cost.
    """

    __tablename__ = "contact_notice"
    __table_args__ = (
        sa.Index("ix_contact_notice_untold", "since", "contact_id", postgresql_where=sa.text("told_at IS NULL")),
        sa.Index(
            "ix_contact_notice_carried",
            "mailing_id",
            postgresql_where=sa.text("told_at IS NULL AND mailing_id IS NOT NULL"),
        ),
    )

    contact_id: UUID = Field(primary_key=True)
    since: datetime = moment(now=True)
    mailing_id: UUID | None = None
    told_at: datetime | None = moment(nullable=True)
    told_by: str = Field(default="", sa_column_kwargs={"server_default": ""})
