"""What is wrong with a rule, in one sentence that names what is known."""

from collections.abc import Sequence
from typing import Final

from pydantic import ValidationError

from outreach.consent import topics
from outreach.contacts.models import OrganisationKind, Sector
from outreach.foundation import locale
from outreach.foundation.errors import Refused
from outreach.foundation.locale import gettext as _

_KNOWN: Final[dict[str, tuple[str, ...]]] = {
    "sector": tuple(Sector),
    "kind": tuple(OrganisationKind),
    "language": locale.LANGUAGES,
    "topic": topics.KEYS,
    "left": topics.KEYS,
}

_EXAMPLES: Final = {
    "everyone": "everyone",
    "all": "sector=textiles and language=sv",
    "any": "sector=textiles or sector=food",
    "not": "not tag=vip",
    "sector": "sector=textiles",
    "kind": "kind=company",
    "language": "language=zh-Hans",
    "country": "country=SE,CN",
    "topic": "topic=labour",
    "tag": "tag=vip",
    "not_mailed_within": "not_mailed_within=30d",
    "subscribed_within": "subscribed_within=90d",
    "was_sent": "was_sent=01890b5e-7c1a-7f00-8000-000000000000",
    "organisation": "organisation=dye-works",
    "source": 'source="trade fair"',
    "tracking": "tracking=yes",
    "added_since": "added_since=2026-09-01",
    "left": "left=labour",
    "opened": "opened=01890b5e-7c1a-7f00-8000-000000000000",
    "clicked": "clicked=01890b5e-7c1a-7f00-8000-000000000000",
    "not_opened": "not_opened=01890b5e-7c1a-7f00-8000-000000000000",
    "not_clicked": "not_clicked=01890b5e-7c1a-7f00-8000-000000000000",
    "segment": "segment=textiles",
}


def explained(wrong: ValidationError, fields: Sequence[str]) -> Refused:
    """Return what is wrong with a rule, in one sentence; `fields` are those that a rule knows."""
    fault = wrong.errors()[0]
    field = next((name for name in reversed(fault["loc"]) if name in fields), "")
    given = fault["input"]
    if fault["type"] == "union_tag_invalid":
        return Refused(
            _("“%(field)s” is not a field of a rule; the known ones are %(known)s.")
            % {"field": next(iter(given), ""), "known": ", ".join(fields)}
        )
    if field in _KNOWN and isinstance(given, str):
        return Refused(
            _("“%(value)s” is not a %(field)s; the known ones are %(known)s.")
            % {"value": given, "field": field, "known": ", ".join(_KNOWN[str(field)])}
        )
    if fault["type"] == "union_tag_not_found" or not field:
        return Refused(
            _("A rule is an object with exactly one of the fields %(known)s.") % {"known": ", ".join(fields)}
        )
    return Refused(
        _("“%(field)s” cannot be “%(value)s”; write it as %(example)s.")
        % {"field": field, "value": given, "example": _EXAMPLES[str(field)]}
    )
