"""The choices that forms about people offer: every value with its words."""

from dataclasses import dataclass
from typing import Final

from sqlmodel import Session

from outreach.consent import topics
from outreach.consent.whom import NOT_STOPPED, STOPPED
from outreach.contacts import editing, facets, fields, queries
from outreach.contacts.models import OrganisationKind, Sector
from outreach.contacts.queries import Order
from outreach.delivery.models import Stream, SuppressionReason
from outreach.foundation import clock, locale
from outreach.foundation.locale import gettext as _
from outreach.foundation.settings import settings
from outreach.segments import saved
from outreach.web.officer import words

Options = list[tuple[str, str]]
_LAST: Final = str.maketrans("åäö", "{|}")  # Swedish sorts them behind z


@dataclass(frozen=True)
class Field:
    """One question: its name in the form, its words, its answers."""

    name: str
    label: str
    options: Options


def of(session: Session) -> list[Field]:
    """Return the fields by which an audience is chosen, without those that would offer nothing."""
    fields = [
        Field("kind", _("Kind of organisation"), kinds()),
        Field("sector", _("Sector"), sectors()),
        Field("language", _("Language"), languages()),
        Field("country", _("Country"), countries(session)),
        Field("topic", _("Subscribes to"), subscribable(session)),
        Field("tag", _("Tag"), [(tag, tag) for tag in queries.tags(session)]),
    ]
    return [field for field in fields if field.options]


def of_campaign(session: Session) -> list[Field]:
    """Return these, and the saved segments where there are any."""
    segments = [(one.key, one.name) for one in saved.listed(session)]
    return [*of(session), *([Field("segment", _("Saved segment"), segments)] if segments else [])]


def stopped() -> Field:
    """Return the field by which people are told apart whom mail may go to, and why not."""
    reasons = [(one.value, words.suppression_name(one)) for one in SuppressionReason]
    return Field("stopped", _("Letters"), [(NOT_STOPPED, _("May go there")), (STOPPED, _("Stopped")), *reasons])


def own_fields(session: Session) -> Options:
    """Return the installation's own fields."""
    return [(one.key, fields.label(one)) for one in fields.listed(session)]


def subscribable(session: Session) -> Options:
    """Return the topics."""
    return [(one.key, topics.label(one)) for one in topics.listed(session)]


def orders() -> Options:
    """Return how a list of people may be sorted."""
    labels = {
        Order.NEWEST: _("Newest first"),
        Order.OLDEST: _("Oldest first"),
        Order.NAME: _("By family name"),
        Order.CHANGED: _("Last changed first"),
    }
    return [(one.value, label) for one, label in labels.items()]


def kinds() -> Options:
    """Return the kinds of organisations."""
    return [(one.value, words.kind_label(one)) for one in OrganisationKind]


def sectors() -> Options:
    """Return the sectors."""
    return [(one.value, words.sector_label(one)) for one in Sector]


def streams() -> Options:
    """Return the kinds of mail."""
    return [(one.value, words.stream_label(one)) for one in Stream]


def languages() -> Options:
    """Return the product's languages, in the language in use."""
    return [(one, words.language_label(one)) for one in locale.LANGUAGES]


def all_countries() -> Options:
    """Return every country there is, sorted by its name in the language in use."""
    named = [(code, words.country_label(code)) for code in (*editing.countries(), "INT")]
    return sorted(named, key=lambda one: one[1].casefold().translate(_LAST))


def time_zones(present: str) -> Options:
    """Return the clocks of the centre's places, and the present one where it is another."""
    zones = dict.fromkeys((*settings().timezones, *([present] if present else [])))
    return [(zone, f"{locale.zone_name(zone, clock.now())} ({zone})") for zone in zones]


def countries(session: Session) -> Options:
    """Return the countries in which there are contacts."""
    return [(code, words.country_label(code)) for code in facets.countries(session)]
