"""What can be asked of contacts when an audience is built: each field's words, its control and its choices."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Final

from sqlmodel import Session

from outreach.campaigns import overview
from outreach.contacts import facets, organisations, queries
from outreach.contacts.search import Search
from outreach.foundation import locale
from outreach.foundation.locale import gettext as _
from outreach.foundation.locale import pgettext
from outreach.segments import saved
from outreach.web.officer import choices, draft, words
from outreach.web.officer.choices import Options
from outreach.web.officer.draft import Condition, Draft, Group

SUGGESTED: Final = 200
TYPED: Final = frozenset({"organisation", "tag", "source"})  # more values than boxes can show
CAMPAIGNS: Final = frozenset({"was_sent", "opened", "not_opened", "clicked", "not_clicked"})


@dataclass(frozen=True)
class Asked:
    """One field: what it is called, how it reads when it is to hold and when not, and which control it has."""

    field: str
    label: str
    holds: str
    holds_not: str

    @property
    def control(self) -> str:
        """Return `ticks`, `typed`, `days`, `date` or `none`."""
        if self.field in draft.DAYS:
            return "days"
        if self.field in draft.DATES:
            return "date"
        if self.field in draft.FLAGS:
            return "none"
        return "typed" if self.field in TYPED else "ticks"


def groups() -> list[tuple[str, list[Asked]]]:
    """Return the fields as a menu offers them, in groups with a heading."""
    return [
        (
            _("Who they are"),
            [
                Asked(
                    "kind",
                    _("Kind of organisation"),
                    pgettext("condition", "belong to an organisation of the kind"),
                    pgettext("condition", "do not belong to an organisation of the kind"),
                ),
                Asked(
                    "sector",
                    _("Sector"),
                    pgettext("condition", "work in the sector"),
                    pgettext("condition", "do not work in the sector"),
                ),
                Asked(
                    "organisation",
                    _("Organisation"),
                    pgettext("condition", "work at"),
                    pgettext("condition", "do not work at"),
                ),
                Asked("language", _("Language"), pgettext("condition", "read"), pgettext("condition", "do not read")),
                Asked("country", _("Country"), pgettext("condition", "are in"), pgettext("condition", "are not in")),
                Asked(
                    "tag",
                    _("Tag"),
                    pgettext("condition", "carry the tag"),
                    pgettext("condition", "do not carry the tag"),
                ),
                Asked(
                    "source",
                    _("Source"),
                    pgettext("condition", "came from"),
                    pgettext("condition", "did not come from"),
                ),
                Asked(
                    "added_since",
                    _("Day of adding"),
                    pgettext("condition", "were added on this day or later"),
                    pgettext("condition", "were added before this day"),
                ),
            ],
        ),
        (
            _("What they agreed to"),
            [
                Asked(
                    "topic",
                    _("Subscription"),
                    pgettext("condition", "subscribe to"),
                    pgettext("condition", "do not subscribe to"),
                ),
                Asked(
                    "left", _("Topic left"), pgettext("condition", "have left"), pgettext("condition", "have not left")
                ),
                Asked(
                    "subscribed_within",
                    _("New subscription"),
                    pgettext("condition", "subscribed in the last"),
                    pgettext("condition", "did not subscribe in the last"),
                ),
                Asked(
                    "tracking",
                    _("Consent to measuring"),
                    pgettext("condition", "agreed to be measured"),
                    pgettext("condition", "did not agree to be measured"),
                ),
            ],
        ),
        (
            _("What they were sent"),
            [
                Asked(
                    "was_sent",
                    _("Campaign: sent"),
                    pgettext("condition", "were sent"),
                    pgettext("condition", "were not sent"),
                ),
                Asked(
                    "opened",
                    _("Campaign: opened"),
                    pgettext("condition", "opened"),
                    pgettext("condition", "are not known to have opened"),
                ),
                Asked(
                    "clicked",
                    _("Campaign: clicked"),
                    pgettext("condition", "followed a link in"),
                    pgettext("condition", "are not known to have followed a link in"),
                ),
                Asked(
                    "not_opened",
                    _("Campaign: sent, not opened"),
                    pgettext("condition", "were sent, but are not known to have opened"),
                    pgettext("condition", "opened, or were not sent"),
                ),
                Asked(
                    "not_clicked",
                    _("Campaign: sent, not clicked"),
                    pgettext("condition", "were sent, but are not known to have followed a link in"),
                    pgettext("condition", "followed a link in, or were not sent"),
                ),
                Asked(
                    "not_mailed_within",
                    _("Last letter"),
                    pgettext("condition", "got no letter in the last"),
                    pgettext("condition", "got a letter in the last"),
                ),
            ],
        ),
        (
            _("What is saved"),
            [
                Asked(
                    "segment",
                    _("Saved segment"),
                    pgettext("condition", "belong to the segment"),
                    pgettext("condition", "do not belong to the segment"),
                )
            ],
        ),
    ]


def asked() -> dict[str, Asked]:
    """Return every field by its key; “everyone” too, which no menu offers but a rule may say."""
    everyone = Asked(
        "everyone",
        _("Everyone"),
        pgettext("condition", "are known to us"),
        pgettext("condition", "are not known to us"),
    )
    return {one.field: one for _heading, fields in groups() for one in fields} | {"everyone": everyone}


def options(session: Session, one: Draft, *, without_segment: str = "") -> dict[str, Options]:
    """Return the choices of the fields that a draft uses; those of fields that nobody uses cost nothing."""
    loaders: dict[str, Callable[[], Options]] = {
        "kind": choices.kinds,
        "sector": choices.sectors,
        "language": choices.languages,
        "country": lambda: choices.countries(session),
        "topic": lambda: choices.subscribable(session),
        "left": lambda: choices.subscribable(session),
        "tag": lambda: [(tag, tag) for tag in queries.tags(session)[:SUGGESTED]],
        "source": lambda: [(text, text) for text in facets.sources(session, limit=SUGGESTED)],
        "organisation": lambda: _organisations(session),
        "segment": lambda: [(own.key, own.name) for own in saved.listed(session) if own.key != without_segment],
    }
    used = {condition.field for condition in one.conditions}
    found = {name: load() for name, load in loaders.items() if name in used}
    if used & CAMPAIGNS:
        launched = _campaigns(session)
        found |= dict.fromkeys(used & CAMPAIGNS, launched)
    return {name: _with_chosen(session, name, offered, one) for name, offered in found.items()}


def taken_in(session: Session, one: Draft) -> Draft:
    """Turn what was typed into values: an organisation's name into its key. What is not known says so in its line."""
    return Draft(_taken_in(session, one.include), _taken_in(session, one.exclude))


def _taken_in(session: Session, group: Group) -> Group:
    parts = (
        _taken_in(session, part) if isinstance(part, Group) else _with_typed(session, part) for part in group.parts
    )
    return replace(group, parts=tuple(parts))


def _with_typed(session: Session, one: Condition) -> Condition:
    if not one.typed or one.field not in TYPED:
        return replace(one, typed="")
    keys = [one.typed]
    if one.field == "organisation":
        keys = organisations.keys_by_name(session, one.typed)
    if not keys:
        return replace(one, problem=_("No organisation is called “%(name)s”.") % {"name": one.typed})
    return replace(one, typed="", values=tuple(dict.fromkeys((*one.values, *keys))))


def _organisations(session: Session) -> Options:
    found = queries.organisations(session, Search(), size=SUGGESTED).items
    return [(one.key, one.name) for one in found]


def _campaigns(session: Session) -> Options:
    found = overview.launched(session, limit=SUGGESTED)
    return [(str(one.id), f"{one.name} · {locale.short_date(words.day(one.launched_at))}") for one in found]


def _with_chosen(session: Session, name: str, offered: Options, one: Draft) -> Options:
    """Add the values that are chosen though they are not offered any more."""
    known = {value for value, _text in offered}
    missing = {
        value
        for condition in one.conditions
        if condition.field == name
        for value in condition.values
        if value not in known
    }
    called = labels(session, name, missing)
    return [*offered, *((value, called.get(value, value)) for value in sorted(missing))]


def labels(session: Session, name: str, values: Iterable[str]) -> dict[str, str]:
    """Return what organisations and countries are called, by key and code; other values are their own words."""
    if name == "organisation":
        return organisations.names_by_key(session, values)
    return {value: words.country_label(value) for value in values} if name == "country" else {}
