"""What a person decides about a file: what holds where a row says nothing, and what people agreed to."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from sqlmodel import Session

from outreach.consent import topics
from outreach.consent.models import Basis
from outreach.contacts import sources
from outreach.contacts.importing import cells, faults
from outreach.contacts.importing.cleaning import LONGEST, Assumed
from outreach.contacts.importing.faults import Fault
from outreach.contacts.models import OrganisationKind, Sector, SourceKind
from outreach.foundation import locale
from outreach.foundation.errors import Refused
from outreach.foundation.locale import gettext as _


@dataclass(frozen=True)
class Choices:
    """The answers. `given_on` is the day, `wording` the sentence that the people saw; both are evidence."""

    language: str = ""
    kind: str = ""
    sector: str = ""
    source: str = ""
    source_kind: str = SourceKind.UNSAID.value
    topics: tuple[str, ...] = ()
    basis: str = Basis.CONSENT.value
    wording: str = ""
    given_on: str = ""

    def tidied(self) -> "Choices":
        """Return them with their texts on one line, as cells are."""
        return replace(self, source=cells.tidy(self.source)[:LONGEST], wording=cells.tidy(self.wording))

    def assumed(self) -> Assumed:
        """Return what holds for rows that do not say otherwise."""
        return Assumed(
            language=self.language,
            source=self.source,
            kind=OrganisationKind(self.kind) if self.kind else None,
            sector=Sector(self.sector) if self.sector else None,
        )

    def stored(self) -> dict[str, Any]:
        """Return them as they are kept."""
        return {**asdict(self), "topics": list(self.topics)}


def read(stored: Mapping[str, Any]) -> Choices:
    """Read them as they are kept."""
    return Choices(**{**stored, "topics": tuple(stored.get("topics", ()))})


def check(session: Session, chosen: Choices) -> None:
    """Insist that they make sense. Raises Refused."""
    if chosen.language not in locale.LANGUAGES:
        raise Refused(_("Choose the language of those rows that do not name one."))
    if (chosen.kind and chosen.kind not in list(OrganisationKind)) or (
        chosen.sector and chosen.sector not in list(Sector)
    ):
        raise Refused(_("Choose the kind and the sector of organisations from the list."))
    if chosen.basis not in list(Basis):
        raise Refused(_("Choose on which ground letters may be sent."))
    if chosen.source_kind not in list(SourceKind):
        raise Refused(_("Choose from the list how we came by these addresses."))
    if chosen.source_kind == SourceKind.COLLECTED or sources.is_collected(chosen.source):
        raise Refused(faults.sentence(Fault.HARVESTED, chosen.source))
    if chosen.given_on:
        _day(chosen.given_on)
    topics.by_keys(session, chosen.topics)


def prove(chosen: Choices, *, by_row: bool = False) -> None:
    """Insist on what proves a permission: a source, for consent also day and words (GDPR Art. 7(1)). Raises Refused.

    `by_row` tells that the rows themselves name topics.
    """
    if not chosen.source and not by_row:
        raise Refused(_("Say where the addresses come from; without that nobody may be written to."))
    if (chosen.topics or by_row) and chosen.basis == Basis.CONSENT and not (chosen.wording and chosen.given_on):
        raise Refused(_("Consent is proved by the day on which it was given and the sentence that people agreed to."))


def _day(written: str) -> None:
    try:
        date.fromisoformat(written)
    except ValueError as wrong:
        raise Refused(_("Write the day as 2026-11-25.")) from wrong
