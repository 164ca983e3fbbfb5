"""A rule as a condition in SQL: who is meant, with bound parameters only.

Questions about other tables (subscriptions, letters) are EXISTS where the whole rule hangs on them, so that PostgreSQL
can choose between looking up few contacts and joining many. Inside an "or" it could only look up every contact by
itself; there the answer comes from an outer join, of which `People` keeps account.
"""

from collections.abc import Sequence
from datetime import date, datetime, time
from functools import singledispatch
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import col

from outreach.consent import permission
from outreach.consent.models import Subscription, SubscriptionState
from outreach.contacts.models import Contact, Organisation
from outreach.contacts.search import country_of_contact
from outreach.delivery.models import Delivery, DeliveryState, Mailing, Stream
from outreach.foundation.settings import settings
from outreach.segments import rules
from outreach.segments.models import SegmentMember

# A letter went, or may have gone: for "do not write twice" the doubtful ones count.
SENT: Final = (
    DeliveryState.ACCEPTED,
    DeliveryState.DELIVERED,
    DeliveryState.BOUNCED_SOFT,
    DeliveryState.BOUNCED_HARD,
    DeliveryState.COMPLAINED,
    DeliveryState.AMBIGUOUS,
)


# What was seen of letters. `tracking` stands above this room: its rows are read here, its code is not.
_EVENT: Final = sa.table(
    "tracking_event",
    sa.column("delivery_id", sa.Uuid),
    sa.column("mailing_id", sa.Uuid),
    sa.column("kind", sa.Text),
    sa.column("actor", sa.Text),
)


class People:
    """What a statement reads from: every contact once, its organisation, and the answers joined so far."""

    def __init__(self) -> None:
        self.source = sa.join(Contact, Organisation, col(Organisation.id) == col(Contact.organisation_id), isouter=True)
        self._answers: dict[rules.Part, sa.ColumnElement[UUID]] = {}

    def among(self, question: rules.Part, who: sa.Select[UUID]) -> sa.ColumnElement[bool]:
        """Return the condition that a contact is among `who` (a SELECT of `contact_id`), joined once per question."""
        if question not in self._answers:
            answer = who.distinct().subquery(f"answer_{len(self._answers) + 1}")
            self.source = self.source.outerjoin(answer, answer.c.contact_id == col(Contact.id))
            self._answers[question] = answer.c.contact_id
        return self._answers[question].is_not(None)


def condition(rule: rules.Rule, people: People, *, decides: bool = False) -> sa.ColumnElement[bool]:
    """Return a rule as a condition over `people.source`, which it may extend: read that only afterwards.

    It is true or false, never NULL, so that "not" can be trusted. `decides` says that a contact for whom this does not
    hold is not in the result at all.
    """
    match rule:
        case rules.All():
            return sa.and_(*(condition(part, people, decides=decides) for part in rule.all))
        case rules.AnyOf():
            return sa.or_(*(condition(part, people) for part in rule.any))
        case rules.Not():
            single = not isinstance(rule.rule, rules.All | rules.AnyOf | rules.Not)
            return sa.not_(condition(rule.rule, people, decides=decides and single))
        case rules.NotMailedWithin():
            return sa.not_(_among(rule, people, decides))
        case rules.TrackingIs():
            agreed = _among(rule, people, decides)
            return agreed if rule.tracking else sa.not_(agreed)
        case rules.InSegment():
            raise TypeError("a saved segment is spelled out first")  # see `saved.spelled_out`
        case rules.Everyone() | rules.SectorIs() | rules.KindIs() | rules.LanguageIs() | rules.CountryIs():
            return _own(rule)
        case rules.OrganisationIs() | rules.SourceIs() | rules.AddedSince() | rules.TagIs():
            return _own(rule)
        case _:
            return _among(rule, people, decides)


def answering(rule: rules.Part) -> sa.Select[UUID]:
    """Return the SELECT of the contacts for whom a single condition holds: `contact_id`, each once or more.

    For `NotMailedWithin` those for whom it does not: who was mailed.
    """
    if isinstance(rule, rules.OrganisationIs | rules.SourceIs | rules.AddedSince | rules.TagIs):
        return sa.select(col(Contact.id).label("contact_id")).select_from(People().source).where(_own(rule))
    return _who(rule)


def _among(rule: rules.Part, people: People, decides: bool) -> sa.ColumnElement[bool]:
    who = _who(rule)
    if not decides:
        return people.among(rule, who)
    found = who.subquery()
    return sa.exists().where(found.c.contact_id == col(Contact.id)).correlate(Contact)


@singledispatch
def _who(rule: rules.Part) -> sa.Select[UUID]:
    raise TypeError(type(rule))


@_who.register
def _subscribers(rule: rules.TopicIs) -> sa.Select[UUID]:
    return permission.subscribers(rule.topic)


@_who.register
def _new_subscribers(rule: rules.SubscribedWithin) -> sa.Select[UUID]:
    return sa.select(col(Subscription.contact_id)).where(
        _text(Subscription.state) == sa.literal(SubscriptionState.SUBSCRIBED.value, sa.Text),
        col(Subscription.since) >= _days_ago(rule.subscribed_within),
    )


@_who.register
def _mailed(rule: rules.NotMailedWithin) -> sa.Select[UUID]:
    mailed_at = sa.func.coalesce(col(Delivery.accepted_at), col(Delivery.changed_at))
    return (
        sa.select(col(Delivery.contact_id))
        .join(Mailing, col(Mailing.id) == col(Delivery.mailing_id))
        .where(
            _one_of(_text(Delivery.state), SENT),
            mailed_at >= _days_ago(rule.not_mailed_within),
            _text(Mailing.stream) != sa.literal(Stream.SYSTEM.value, sa.Text),
        )
    )


@_who.register
def _recipients(rule: rules.WasSent) -> sa.Select[UUID]:
    return sa.select(col(Delivery.contact_id)).where(
        col(Delivery.mailing_id) == sa.any_(sa.literal(list(rule.was_sent), ARRAY(sa.Uuid))),
        _one_of(_text(Delivery.state), SENT),
    )


@_who.register
def _openers(rule: rules.Opened) -> sa.Select[UUID]:
    return _seen(rule.opened, _opening())


@_who.register
def _clickers(rule: rules.Clicked) -> sa.Select[UUID]:
    return _seen(rule.clicked, _clicking())


@_who.register
def _not_openers(rule: rules.NotOpened) -> sa.Select[UUID]:
    return _unseen(rule.not_opened, _opening())


@_who.register
def _not_clickers(rule: rules.NotClicked) -> sa.Select[UUID]:
    return _unseen(rule.not_clicked, _clicking())


@_who.register
def _leavers(rule: rules.LeftTopic) -> sa.Select[UUID]:
    return permission.leavers(rule.left)


@_who.register
def _measured(_rule: rules.TrackingIs) -> sa.Select[UUID]:
    return permission.trackable()


@_who.register
def _listed(rule: rules.OnList) -> sa.Select[UUID]:
    wanted = sa.any_(sa.literal(list(rule.on_list), ARRAY(sa.Uuid)))
    return sa.select(col(SegmentMember.contact_id)).where(col(SegmentMember.segment_id) == wanted)


def _seen(campaigns: Sequence[UUID], happened: sa.ColumnElement[bool]) -> sa.Select[UUID]:
    letter = sa.and_(col(Delivery.id) == _EVENT.c.delivery_id, col(Delivery.mailing_id) == _EVENT.c.mailing_id)
    return (
        sa.select(col(Delivery.contact_id))
        .select_from(_EVENT)
        .join(Delivery, letter)
        .where(_EVENT.c.mailing_id == sa.any_(sa.literal(list(campaigns), ARRAY(sa.Uuid))), happened)
    )


def _unseen(campaigns: Sequence[UUID], happened: sa.ColumnElement[bool]) -> sa.Select[UUID]:
    seen = sa.exists().where(
        _EVENT.c.delivery_id == col(Delivery.id), _EVENT.c.mailing_id == col(Delivery.mailing_id), happened
    )
    return _recipients(rules.WasSent(was_sent=tuple(campaigns))).where(sa.not_(seen))


def _opening() -> sa.ColumnElement[bool]:
    # as reports count: a click implies an opening, and what a machine fetched is neither
    return _EVENT.c.actor == sa.any_(_texts(("human", "human_proxy")))


def _clicking() -> sa.ColumnElement[bool]:
    return sa.and_(_EVENT.c.actor == sa.literal("human", sa.Text), _EVENT.c.kind == sa.literal("click", sa.Text))


@singledispatch
def _own(rule: rules.Part) -> sa.ColumnElement[bool]:
    raise TypeError(type(rule))


@_own.register
def _everyone(_rule: rules.Everyone) -> sa.ColumnElement[bool]:
    return sa.true()


@_own.register
def _sector(rule: rules.SectorIs) -> sa.ColumnElement[bool]:
    return sa.and_(col(Organisation.id).is_not(None), _one_of(_text(Organisation.sector), rule.sector))


@_own.register
def _kind(rule: rules.KindIs) -> sa.ColumnElement[bool]:
    return sa.and_(col(Organisation.id).is_not(None), _one_of(_text(Organisation.kind), rule.kind))


@_own.register
def _language(rule: rules.LanguageIs) -> sa.ColumnElement[bool]:
    return _one_of(col(Contact.language), rule.language)


@_own.register
def _country(rule: rules.CountryIs) -> sa.ColumnElement[bool]:
    return _one_of(country_of_contact(), rule.country)


@_own.register
def _employer(rule: rules.OrganisationIs) -> sa.ColumnElement[bool]:
    return sa.and_(col(Organisation.id).is_not(None), _one_of(col(Organisation.key), rule.organisation))


@_own.register
def _source(rule: rules.SourceIs) -> sa.ColumnElement[bool]:
    return _one_of(col(Contact.source), rule.source)


@_own.register
def _added(rule: rules.AddedSince) -> sa.ColumnElement[bool]:
    return col(Contact.created_at) >= sa.literal(beginning(rule.added_since), sa.DateTime(timezone=True))


@_own.register
def _tag(rule: rules.TagIs) -> sa.ColumnElement[bool]:
    shared: sa.ColumnElement[bool] = sa.type_coerce(col(Contact.tags), ARRAY(sa.Text)).overlap(_texts(rule.tag))
    return shared


def beginning(day: date) -> datetime:
    """Return when a day begins in the place that is named first in the settings."""
    return datetime.combine(day, time.min, ZoneInfo(settings().timezones[0]))


def _one_of(column: sa.SQLColumnExpression[Any], values: Sequence[str]) -> sa.ColumnElement[bool]:
    # One array parameter, so that the text of the statement does not depend on how many values there are.
    return column == sa.any_(_texts(values))


def _text(column: Any) -> sa.ColumnElement[str]:
    return sa.type_coerce(col(column), sa.Text)


def _texts(values: Sequence[str]) -> sa.BindParameter[list[str]]:
    return sa.literal([str(value) for value in values], ARRAY(sa.Text))


def _days_ago(days: int) -> sa.ColumnElement[datetime]:
    return sa.func.now() - sa.func.make_interval(0, 0, 0, days)
