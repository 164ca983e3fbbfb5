"""Everything about one person, as a file and as a page (GDPR Art. 15 and 20; PIPL Art. 45).

A section shows one or more places of `register`; what a section reads stands in `gathering`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlmodel import Session

from outreach.accounts import audit
from outreach.contacts.models import Contact
from outreach.foundation import clock
from outreach.foundation.errors import Refused
from outreach.foundation.locale import gettext as _
from outreach.privacy import gathering, labels
from outreach.rendering import merge

VERSION: Final = 1
LONGEST: Final = 300  # characters of a reason


@dataclass(frozen=True)
class Fact:
    """One value under its name, as a person reads both."""

    key: str
    label: str
    text: str


@dataclass(frozen=True)
class Section:
    """One kind of what is kept: its entries, each a list of facts. `about` says where it comes from and why."""

    key: str
    heading: str
    about: str
    entries: tuple[tuple[Fact, ...], ...]


@dataclass(frozen=True)
class Export:
    """Everything about one person, as it was at one moment."""

    made_at: datetime
    rows: Mapping[str, list[dict[str, Any]]]

    def as_json(self) -> str:
        """Return the file: UTF-8 JSON with names that do not change with the language (Art. 20)."""
        whole = {"version": VERSION, "made_at": self.made_at, **self.rows}
        return json.dumps(whole, ensure_ascii=False, indent=2, default=_plain) + "\n"

    @property
    def sections(self) -> tuple[Section, ...]:
        """Return the same for reading, in the language in use; a section that holds nothing says so."""
        return tuple(
            Section(key, labels.heading(key), labels.about(key), tuple(_facts(row) for row in rows))
            for key, rows in self.rows.items()
        )


def export(session: Session, contact: Contact) -> Export:
    """Gather everything about a person. Changes nothing, and writes nothing down: see `hand_over`."""
    session.flush()
    return Export(clock.now(), {key: gather(session, contact) for key, gather in gathering.SECTIONS.items()})


def hand_over(session: Session, contact: Contact, *, by: str, why: str) -> Export:
    """Gather everything for a member of staff who gives it to the person, and write down who did and why.

    Raises Refused without a reason, which must not name people.
    """
    reason = " ".join(merge.plain(why).split())[:LONGEST]
    if not reason:
        raise Refused(
            _("Say on whose request this is done, such as “letter of 20 November, 2026/114”. Name no people.")
        )
    audit.append(session, actor=by, action="person.export", subject=f"contact:{contact.id}", detail={"reason": reason})
    return export(session, contact)


def _facts(row: Mapping[str, Any]) -> tuple[Fact, ...]:
    return tuple(
        Fact(name, labels.field(name), labels.value(name, value))
        for name, value in row.items()
        if value not in (None, "", [], {})
    )


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
