"""A small random world, the same in PostgreSQL and in Python, and what a rule means in it, said in Python."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from hypothesis import strategies as st
from sqlmodel import Session, SQLModel, select

from outreach.consent import topics
from outreach.consent.models import Subscription, SubscriptionState, TrackingChoice
from outreach.contacts.models import Contact, Organisation, OrganisationKind, Sector, SourceKind
from outreach.delivery.models import (
    Batch,
    Delivery,
    DeliveryState,
    Mailing,
    Message,
    ReaderPause,
    Sender,
    Stream,
    Suppression,
    SuppressionReason,
)
from outreach.foundation import clock
from outreach.foundation.locale import FALLBACKS
from outreach.foundation.settings import settings
from outreach.foundation.tables import uuid7
from outreach.segments import rules
from outreach.segments.models import Segment, SegmentKind, SegmentMember
from outreach.segments.selecting import AudienceSpec
from outreach.tracking.models import Actor, EventKind, TrackingEvent

SECTORS = (Sector.TEXTILES, Sector.FOOD)
KINDS = (OrganisationKind.COMPANY, OrganisationKind.MEDIA)
LANGUAGES = ("sv", "zh-Hans", "en")
COUNTRIES = ("SE", "CN", "INT")
TOPICS = ("labour", "events", "press")
TAGS = ("vip", "大客户")
DAYS = (5, 15, 45)  # how long ago things happened; rules ask with limits between these
LIMITS = (10, 30, 60)
CAMPAIGNS = tuple(UUID(int=number) for number in (1, 2, 3))
SOURCES = ("fair", "Mässan i Älvsjö", "展会", "sign-up form")
LISTS = (UUID(int=11), UUID(int=12))
EMPLOYERS = tuple(f"{sector}-{kind}-{country}" for sector in SECTORS for kind in KINDS for country in COUNTRIES)
NOON = time(12)  # people are added at this time of the day, so that no midnight lies between a story and its day
STREAMS = (Stream.NEWSLETTER, Stream.PRESS, Stream.SYSTEM)
WENT = {
    DeliveryState.ACCEPTED,
    DeliveryState.DELIVERED,
    DeliveryState.BOUNCED_SOFT,
    DeliveryState.BOUNCED_HARD,
    DeliveryState.COMPLAINED,
    DeliveryState.AMBIGUOUS,
}


@dataclass(frozen=True)
class Person:
    """Somebody, with all that a rule may ask about."""

    language: str
    country: str
    works_at: tuple[Sector, OrganisationKind, str] | None
    tags: tuple[str, ...]
    subscriptions: Mapping[str, tuple[SubscriptionState, int]]
    letters: Mapping[UUID, tuple[DeliveryState, int]]
    suppressed: bool
    paused: int | None  # days until newsletters come again; a pause that is over is negative
    tracked: bool | None
    collected: bool = False
    id: UUID = field(default_factory=uuid7)
    source: str = "sign-up form"
    added: int = 0  # days ago
    seen: Mapping[UUID, tuple[tuple[EventKind, Actor], ...]] = field(default_factory=dict)
    on: tuple[UUID, ...] = ()

    @property
    def employer(self) -> str | None:
        """Return the key of the organisation, which people of the same kind share."""
        return "-".join(self.works_at) if self.works_at else None


def one_of(values: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from(values)


PEOPLE = st.lists(
    st.builds(
        Person,
        language=one_of(LANGUAGES),
        country=one_of(("", *COUNTRIES)),
        works_at=st.none() | st.tuples(one_of(SECTORS), one_of(KINDS), one_of(COUNTRIES)),
        tags=st.lists(one_of(TAGS), unique=True).map(tuple),
        subscriptions=st.dictionaries(one_of(TOPICS), st.tuples(one_of(list(SubscriptionState)), one_of(DAYS))),
        letters=st.dictionaries(one_of(CAMPAIGNS), st.tuples(one_of(list(DeliveryState)), one_of(DAYS))),
        suppressed=st.booleans(),
        paused=st.none() | one_of((-1, 1, 90)),
        tracked=st.none() | st.booleans(),
        collected=st.booleans(),
        id=st.builds(uuid7),
        source=one_of(SOURCES),
        added=one_of(DAYS),
        seen=st.dictionaries(
            one_of(CAMPAIGNS),
            st.lists(st.tuples(one_of(list(EventKind)), one_of(list(Actor))), max_size=2).map(tuple),
        ),
        on=st.lists(one_of(LISTS), unique=True).map(tuple),
    ),
    min_size=1,
    max_size=8,
)


def some(values: Any) -> st.SearchStrategy[list[Any]]:
    return st.lists(one_of(values), min_size=1, max_size=2)


LEAVES = st.one_of(
    st.just({"everyone": True}),
    some(SECTORS).map(lambda values: {"sector": values}),
    some(KINDS).map(lambda values: {"kind": values}),
    some(LANGUAGES).map(lambda values: {"language": values}),
    some(COUNTRIES).map(lambda values: {"country": values}),
    some(TOPICS).map(lambda values: {"topic": values}),
    some(TOPICS).map(lambda values: {"left": values}),
    st.booleans().map(lambda agreed: {"tracking": agreed}),
    some(TAGS).map(lambda values: {"tag": values}),
    one_of(LIMITS).map(lambda days: {"not_mailed_within": days}),
    one_of(LIMITS).map(lambda days: {"subscribed_within": days}),
    some(CAMPAIGNS).map(lambda values: {"was_sent": values}),
    some(CAMPAIGNS).map(lambda values: {"opened": values}),
    some(CAMPAIGNS).map(lambda values: {"clicked": values}),
    some(CAMPAIGNS).map(lambda values: {"not_opened": values}),
    some(CAMPAIGNS).map(lambda values: {"not_clicked": values}),
    some(EMPLOYERS).map(lambda values: {"organisation": values}),
    some(SOURCES).map(lambda values: {"source": values}),
    one_of(LIMITS).map(lambda days: {"added_since": str(day_of(days))}),
)


def _rules(leaves: st.SearchStrategy[Any]) -> st.SearchStrategy[rules.Rule]:
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            inner.map(lambda part: {"not": part}),
            st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"all": parts}),
            st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"any": parts}),
        ),
        max_leaves=6,
    ).map(rules.parse_json)


RULES = _rules(LEAVES)
WITH_LISTS = _rules(LEAVES | some(LISTS).map(lambda values: {"on_list": values}))


def _specs(rule: st.SearchStrategy[rules.Rule]) -> st.SearchStrategy[AudienceSpec]:
    return st.builds(
        AudienceSpec,
        include=rule,
        exclude=st.none() | rule,
        topics=st.lists(one_of(TOPICS), unique=True, max_size=3).map(tuple),
        languages=st.lists(one_of(LANGUAGES), unique=True, max_size=3).map(tuple),
        fallbacks=st.booleans(),
        stream=one_of((Stream.NEWSLETTER, Stream.PRESS)),
    )


SPECS = _specs(WITH_LISTS)


def holds(rule: rules.Rule, person: Person) -> bool:
    """Say whether a rule means a person."""
    match rule:
        case rules.Everyone():
            return True
        case rules.All():
            return all(holds(part, person) for part in rule.all)
        case rules.AnyOf():
            return any(holds(part, person) for part in rule.any)
        case rules.Not():
            return not holds(rule.rule, person)
        case rules.SectorIs():
            return person.works_at is not None and person.works_at[0] in rule.sector
        case rules.KindIs():
            return person.works_at is not None and person.works_at[1] in rule.kind
        case rules.LanguageIs():
            return person.language in rule.language
        case rules.CountryIs():
            return (person.country or (person.works_at[2] if person.works_at else "")) in rule.country
        case rules.TopicIs():
            return bool(subscribed(person) & set(rule.topic))
        case rules.TagIs():
            return bool(set(person.tags) & set(rule.tag))
        case rules.SubscribedWithin():
            return any(person.subscriptions[key][1] < rule.subscribed_within for key in subscribed(person))
        case rules.NotMailedWithin():
            return not any(
                state in WENT and days < rule.not_mailed_within and campaign != CAMPAIGNS[2]
                for campaign, (state, days) in person.letters.items()
            )
        case rules.WasSent():
            return any(went(person, one) for one in rule.was_sent)
        case rules.Opened():
            return any(opened(person, one) for one in rule.opened)
        case rules.Clicked():
            return any(clicked(person, one) for one in rule.clicked)
        case rules.NotOpened():
            return any(went(person, one) and not opened(person, one) for one in rule.not_opened)
        case rules.NotClicked():
            return any(went(person, one) and not clicked(person, one) for one in rule.not_clicked)
        case rules.LeftTopic():
            return any(person.subscriptions.get(key, (None,))[0] is SubscriptionState.UNSUBSCRIBED for key in rule.left)
        case rules.OrganisationIs():
            return person.employer in rule.organisation
        case rules.SourceIs():
            return person.source in rule.source
        case rules.TrackingIs():
            return bool(person.tracked) is rule.tracking
        case rules.AddedSince():
            return day_of(person.added) >= rule.added_since
        case rules.OnList():
            return bool(set(person.on) & set(rule.on_list))
        case rules.InSegment():
            raise TypeError(rule)


def day_of(days: int) -> date:
    return clock.today(settings().timezones[0]) - timedelta(days=days)


def went(person: Person, campaign: UUID) -> bool:
    return campaign in person.letters and person.letters[campaign][0] in WENT


def opened(person: Person, campaign: UUID) -> bool:
    return any(actor in {Actor.HUMAN, Actor.HUMAN_PROXY} for _, actor in told(person, campaign))


def clicked(person: Person, campaign: UUID) -> bool:
    return (EventKind.CLICK, Actor.HUMAN) in told(person, campaign)


def told(person: Person, campaign: UUID) -> tuple[tuple[EventKind, Actor], ...]:
    return person.seen.get(campaign, ()) if campaign in person.letters else ()


def subscribed(person: Person) -> set[str]:
    return {key for key, (state, _) in person.subscriptions.items() if state is SubscriptionState.SUBSCRIBED}


def edition(spec: AudienceSpec, person: Person) -> str | None:
    chain = FALLBACKS[person.language] if spec.fallbacks else (person.language,)
    return next((language for language in chain if language in spec.languages), None)


def reason(spec: AudienceSpec, person: Person) -> str | None:
    """Say why somebody whom the rule means gets nothing: the first reason that holds."""
    if spec.exclude and holds(spec.exclude, person):
        return "excluded"
    if person.suppressed:
        return "suppressed"
    if person.collected:
        return "source"
    if not subscribed(person) & set(spec.topics):
        return "no_consent"
    if spec.stream is Stream.NEWSLETTER and person.paused is not None and person.paused > 0:
        return "paused"
    return None if edition(spec, person) else "no_edition"


def prepare(session: Session) -> None:
    """Put in place what every world stands on: topics and three campaigns, the last of system mail."""
    topics.ensure(session)
    for number in LISTS:
        keep(session, Segment(id=number, key=str(number), name="A list", kind=SegmentKind.FROZEN))
    for campaign, stream in zip(CAMPAIGNS, STREAMS, strict=True):
        sender = Sender(key=stream.value, stream=stream, address="brev@csr-centre.example")
        keep(session, sender)
        keep(session, Mailing(id=campaign, stream=stream, sender_id=sender.id, provider="sandbox"))
        message = Message(
            id=campaign, mailing_id=campaign, language="sv", from_address="", from_name="", subject="", html="", text=""
        )
        keep(session, message)
        keep(session, Batch(id=campaign, mailing_id=campaign, message_id=campaign, priority=1, size=1))


def populate(session: Session, people: list[Person]) -> None:
    """Let these people exist."""
    now = session.execute(sa.select(sa.func.now())).scalar_one()
    ids = {topic.key: topic.id for topic in topics.listed(session)}
    organisations = {one.key: one for one in session.exec(select(Organisation))}  # from a world before
    contacts: list[SQLModel] = []
    rows: list[SQLModel] = []
    events: list[SQLModel] = []
    for person in people:
        address = f"{person.id.hex}@x.example"
        organisation = _organisation(person, organisations)
        contacts.append(
            Contact(
                id=person.id,
                email=address,
                address=address,
                native_name=str(person.id),
                language=person.language,
                organisation_id=organisation.id if organisation else None,
                country=person.country,
                source=person.source,
                source_kind=SourceKind.COLLECTED if person.collected else SourceKind.UNSAID,
                created_at=datetime.combine(day_of(person.added), NOON, _zone()),
                tags=list(person.tags),
            )
        )
        for key, (state, days) in person.subscriptions.items():
            since = now - timedelta(days=days)
            rows.append(Subscription(contact_id=person.id, topic_id=ids[key], state=state, since=since))
        if person.tracked is not None:
            rows.append(TrackingChoice(contact_id=person.id, given=person.tracked))
        if person.suppressed:
            rows.append(Suppression(address=address, reason=SuppressionReason.MANUAL))
        if person.paused is not None:
            until = now + timedelta(days=person.paused)
            rows.append(ReaderPause(contact_id=person.id, stream=Stream.NEWSLETTER, until=until))
        for campaign, (letter_state, days) in person.letters.items():
            letter = _letter(person, campaign, letter_state, now - timedelta(days=days))
            rows.append(letter)
            events += [
                TrackingEvent(delivery_id=letter.id, mailing_id=campaign, kind=kind, actor=actor, hour=now, ruleset=1)
                for kind, actor in told(person, campaign)
            ]
        rows += [SegmentMember(segment_id=one, contact_id=person.id) for one in person.on]
    for step in (organisations.values(), contacts, rows, events):  # a row may only point at one that is there
        session.add_all(step)
        session.flush()


def keep(session: Session, row: SQLModel) -> None:
    session.add(row)
    session.flush()


def _zone() -> ZoneInfo:
    return ZoneInfo(settings().timezones[0])


def _organisation(person: Person, known: dict[str, Organisation]) -> Organisation | None:
    if person.works_at is None or person.employer is None:
        return None
    sector, kind, country = person.works_at
    return known.setdefault(
        person.employer,
        Organisation(
            id=uuid7(), key=person.employer, names={"en": "X"}, sector=sector, kind=kind, country=country, language="en"
        ),
    )


def _letter(person: Person, campaign: UUID, state: DeliveryState, at: Any) -> Delivery:
    return Delivery(
        mailing_id=campaign,
        batch_id=campaign,
        message_id=campaign,
        contact_id=person.id,
        address=f"{person.id.hex}@x.example",
        language="sv",
        state=state,
        accepted_at=None if state is DeliveryState.AMBIGUOUS else at,
        changed_at=at,
    )
