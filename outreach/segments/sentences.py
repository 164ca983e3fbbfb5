"""A rule as a sentence in the language in use, for people who do not write rules.

A "not" is carried inwards to the conditions, so that every one of them reads as plain speech.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import singledispatch
from typing import Final, TypeVar
from uuid import UUID

from babel.lists import format_list

from outreach.consent import topics
from outreach.contacts.organisations import country_label, kind_label, language_label, sector_label
from outreach.foundation import locale
from outreach.foundation.locale import gettext as _
from outreach.foundation.locale import ngettext, pgettext
from outreach.segments import rules

T = TypeVar("T")


@dataclass(frozen=True)
class Names:
    """What the things are called that a rule knows by ids and keys only; what is not here is called by those."""

    campaigns: Mapping[UUID, str] = field(default_factory=dict)
    segments: Mapping[str, str] = field(default_factory=dict)
    organisations: Mapping[str, str] = field(default_factory=dict)


NOTHING_NAMED: Final = Names()


def sentence(rule: rules.Rule, *, without: rules.Rule | None = None, names: Names = NOTHING_NAMED) -> str:
    """Say whom a rule means, and whom not."""
    known = names
    if without is not None:
        texts = {"conditions": _said(rule, known, True), "others": _said(without, known, True)}
        if isinstance(rule, rules.Everyone):
            return _("All contacts except those who %(others)s.") % texts
        return _("Contacts who %(conditions)s, except those who %(others)s.") % texts
    if isinstance(rule, rules.Everyone):
        return _("All contacts.")
    return _("Contacts who %(conditions)s.") % {"conditions": _said(rule, known, True)}


def _said(rule: rules.Rule, names: Names, holds: bool) -> str:
    """Say a rule, or its opposite, as what contacts do: "read Chinese"."""
    if isinstance(rule, rules.Not):
        return _said(rule.rule, names, not holds)
    if isinstance(rule, rules.All):
        return _joined(rule.all, names, holds, every=holds)
    if isinstance(rule, rules.AnyOf):
        return _joined(rule.any, names, holds, every=not holds)
    return _named(rule, names, holds)


def _joined(parts: Iterable[rules.Rule], names: Names, holds: bool, *, every: bool) -> str:
    said = [_inner(part, names, holds) for part in parts]
    if len(said) == 1:
        return said[0]
    return (pgettext("between conditions", " and ") if every else pgettext("between conditions", " or ")).join(said)


def _inner(part: rules.Rule, names: Names, holds: bool) -> str:
    text = _said(part, names, holds)
    bare = part
    while isinstance(bare, rules.Not):
        bare = bare.rule
    several = len(bare.all if isinstance(bare, rules.All) else bare.any if isinstance(bare, rules.AnyOf) else ())
    return _("(%(conditions)s)") % {"conditions": text} if several > 1 else text


def _named(rule: rules.Rule, names: Names, holds: bool) -> str:
    """Say a condition about something that has a name of its own, or hand it on."""
    match rule:
        case rules.WasSent():
            text = _("were sent %(campaigns)s") if holds else _("were not sent %(campaigns)s")
            return text % {"campaigns": _campaigns(rule.was_sent, names)}
        case rules.Opened():
            text = _("opened %(campaigns)s") if holds else _("are not known to have opened %(campaigns)s")
            return text % {"campaigns": _campaigns(rule.opened, names)}
        case rules.Clicked():
            text = (
                _("followed a link in %(campaigns)s")
                if holds
                else _("are not known to have followed a link in %(campaigns)s")
            )
            return text % {"campaigns": _campaigns(rule.clicked, names)}
        case rules.NotOpened():
            text = (
                _("were sent %(campaigns)s but are not known to have opened it")
                if holds
                else _("opened %(campaigns)s or were not sent it")
            )
            return text % {"campaigns": _campaigns(rule.not_opened, names)}
        case rules.NotClicked():
            text = (
                _("were sent %(campaigns)s but are not known to have followed a link in it")
                if holds
                else _("followed a link in %(campaigns)s or were not sent it")
            )
            return text % {"campaigns": _campaigns(rule.not_clicked, names)}
        case rules.InSegment():
            text = _("belong to the segment %(segments)s") if holds else _("do not belong to the segment %(segments)s")
            quoted = [_("“%(name)s”") % {"name": names.segments.get(one, one)} for one in rule.segment]
            return text % {"segments": _either(quoted)}
        case rules.OrganisationIs():
            text = _("work at %(organisations)s") if holds else _("do not work at %(organisations)s")
            return text % {"organisations": _either(names.organisations.get(one, one) for one in rule.organisation)}
        case _:
            return _condition(rule, holds)


def _campaigns(ids: Iterable[UUID], names: Names) -> str:
    return _either(_("“%(name)s”") % {"name": names.campaigns.get(one, str(one)[:8])} for one in ids)


@singledispatch
def _condition(rule: rules.Rule, holds: bool) -> str:
    raise TypeError(type(rule), holds)


@_condition.register
def _everyone(_rule: rules.Everyone, holds: bool) -> str:
    return _("are known to us") if holds else _("are not known to us")


@_condition.register
def _sector(rule: rules.SectorIs, holds: bool) -> str:
    text = _("work in %(sectors)s") if holds else _("do not work in %(sectors)s")
    return text % {"sectors": _either(_inside(rule.sector, sector_label))}


@_condition.register
def _kind(rule: rules.KindIs, holds: bool) -> str:
    text = (
        _("belong to an organisation of the kind %(kinds)s")
        if holds
        else _("do not belong to an organisation of the kind %(kinds)s")
    )
    return text % {"kinds": _either(_inside(rule.kind, kind_label))}


@_condition.register
def _language(rule: rules.LanguageIs, holds: bool) -> str:
    text = _("read %(languages)s") if holds else _("do not read %(languages)s")
    labels = [language_label(one) for one in rule.language]
    return text % {"languages": _either(labels if locale.language() == "en" else _lower(labels))}


@_condition.register
def _country(rule: rules.CountryIs, holds: bool) -> str:
    text = _("are in the country %(countries)s") if holds else _("are not in the country %(countries)s")
    return text % {"countries": _either(country_label(one) for one in rule.country)}


@_condition.register
def _topic(rule: rules.TopicIs, holds: bool) -> str:
    text = _("subscribe to %(topics)s") if holds else _("do not subscribe to %(topics)s")
    return text % {"topics": _either(_inside(rule.topic, topics.key_label))}


@_condition.register
def _tag(rule: rules.TagIs, holds: bool) -> str:
    text = _("carry the tag %(tags)s") if holds else _("do not carry the tag %(tags)s")
    return text % {"tags": _either(_("“%(name)s”") % {"name": one} for one in rule.tag)}


@_condition.register
def _not_mailed(rule: rules.NotMailedWithin, holds: bool) -> str:
    days = rule.not_mailed_within
    if holds:
        text = ngettext("got no letter in the last day", "got no letter in the last %(days)d days", days)
    else:
        text = ngettext("got a letter in the last day", "got a letter in the last %(days)d days", days)
    return text % {"days": days}


@_condition.register
def _subscribed(rule: rules.SubscribedWithin, holds: bool) -> str:
    days = rule.subscribed_within
    if holds:
        text = ngettext("subscribed in the last day", "subscribed in the last %(days)d days", days)
    else:
        text = ngettext("did not subscribe in the last day", "did not subscribe in the last %(days)d days", days)
    return text % {"days": days}


@_condition.register
def _left(rule: rules.LeftTopic, holds: bool) -> str:
    text = _("have left %(topics)s") if holds else _("have not left %(topics)s")
    return text % {"topics": _either(_inside(rule.left, topics.key_label))}


@_condition.register
def _source(rule: rules.SourceIs, holds: bool) -> str:
    text = _("came from %(sources)s") if holds else _("did not come from %(sources)s")
    return text % {"sources": _either(_("“%(name)s”") % {"name": one} for one in rule.source)}


@_condition.register
def _tracking(rule: rules.TrackingIs, holds: bool) -> str:
    if rule.tracking is holds:
        return _("agreed to be measured")
    return _("did not agree to be measured")


@_condition.register
def _added(rule: rules.AddedSince, holds: bool) -> str:
    text = _("were added on %(day)s or later") if holds else _("were added before %(day)s")
    return text % {"day": locale.short_date(rule.added_since)}


@_condition.register
def _on_list(_rule: rules.OnList, holds: bool) -> str:
    return _("are on a list") if holds else _("are not on a list")


def _inside(values: Iterable[T], label: Callable[[T], str]) -> list[str]:
    return _lower([label(one) for one in values])


def _lower(labels: Iterable[str]) -> list[str]:
    return [label[:1].lower() + label[1:] for label in labels]


def _either(names: Iterable[str]) -> str:
    return format_list(list(names), style="or", locale=locale.locale())
