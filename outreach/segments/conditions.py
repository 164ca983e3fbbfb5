"""The conditions of the rule language as types: what each asks of a contact, and which values it takes."""

from datetime import date
from typing import Annotated, Final, Literal, TypeAlias, TypeVar
from uuid import UUID

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from outreach.consent import topics
from outreach.contacts.models import OrganisationKind, Sector
from outreach.foundation import locale

T = TypeVar("T")


def _one_or_more(value: object) -> object:
    return value if isinstance(value, list | tuple) else [value]


def _each_once(values: tuple[T, ...]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(values))


def _our_language(value: object) -> object:
    return (locale.match(value) or value) if isinstance(value, str) else value


def _our_topic(value: str) -> str:
    if value not in topics.KEYS:
        raise ValueError(value)
    return value


def _yes_or_no(value: object) -> object:
    return {"yes": True, "no": False}.get(value, value) if isinstance(value, str) else value


def _in_days(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError(value)
    return value.removesuffix("d") if isinstance(value, str) else value


_VALUES: Final = (BeforeValidator(_one_or_more), Field(min_length=1), AfterValidator(_each_once))
Days: TypeAlias = Annotated[int, BeforeValidator(_in_days), Field(ge=1, le=3650)]
Language: TypeAlias = Annotated[Literal["sv", "zh-Hans", "en"], BeforeValidator(_our_language)]
TopicKey: TypeAlias = Annotated[str, BeforeValidator(_our_topic)]
Country: TypeAlias = Annotated[str, StringConstraints(to_upper=True, pattern=r"(?i)^([a-z]{2}|INT)$")]
Day: TypeAlias = Annotated[date, Field(ge=date(1900, 1, 1), le=date(2999, 12, 31))]
Line: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f]{1,500}$")]
TagText: TypeAlias = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[^\x00-\x1f]{1,200}$")]


class Part(BaseModel):
    """What all parts share: they are values and take no unknown field."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class SectorIs(Part):
    """Contacts of organisations in these sectors."""

    sector: Annotated[tuple[Sector, ...], *_VALUES]


class KindIs(Part):
    """Contacts of organisations of these kinds."""

    kind: Annotated[tuple[OrganisationKind, ...], *_VALUES]


class LanguageIs(Part):
    """Contacts who read these languages."""

    language: Annotated[tuple[Language, ...], *_VALUES]


class CountryIs(Part):
    """Contacts in these countries: their own, or else their organisation's (ISO 3166-1 alpha-2, or INT)."""

    country: Annotated[tuple[Country, ...], *_VALUES]


class OrganisationIs(Part):
    """Contacts of these organisations, by their keys."""

    organisation: Annotated[tuple[Line, ...], *_VALUES]


class SourceIs(Part):
    """Contacts whose address comes from one of these sources, word by word."""

    source: Annotated[tuple[Line, ...], *_VALUES]


class TrackingIs(Part):
    """Contacts who agreed to be measured, or who did not."""

    tracking: Annotated[Literal[True, False], BeforeValidator(_yes_or_no)]


class AddedSince(Part):
    """Contacts who were added on this day or later, by the clock of the place that is named first in the settings."""

    added_since: Day


class TopicIs(Part):
    """Contacts who subscribe to at least one of these topics."""

    topic: Annotated[tuple[TopicKey, ...], *_VALUES]


class LeftTopic(Part):
    """Contacts who once subscribed to at least one of these topics and have left it."""

    left: Annotated[tuple[TopicKey, ...], *_VALUES]


class TagIs(Part):
    """Contacts who carry at least one of these tags."""

    tag: Annotated[tuple[TagText, ...], *_VALUES]


class NotMailedWithin(Part):
    """Contacts to whom no letter went in the last days; system mail does not count."""

    not_mailed_within: Days


class SubscribedWithin(Part):
    """Contacts who began some subscription that still stands in the last days."""

    subscribed_within: Days


class WasSent(Part):
    """Contacts to whom a letter of one of these campaigns went, or may have gone."""

    was_sent: Annotated[tuple[UUID, ...], *_VALUES]


class Opened(Part):
    """Contacts who opened a letter of one of these campaigns, as far as it may be and was measured."""

    opened: Annotated[tuple[UUID, ...], *_VALUES]


class Clicked(Part):
    """Contacts who followed a link in a letter of one of these campaigns, as far as it may be and was measured."""

    clicked: Annotated[tuple[UUID, ...], *_VALUES]


class NotOpened(Part):
    """Contacts to whom a letter of one of these campaigns went, and of whom no opening of it is known."""

    not_opened: Annotated[tuple[UUID, ...], *_VALUES]


class NotClicked(Part):
    """Contacts to whom a letter of one of these campaigns went, and of whom no click in it is known."""

    not_clicked: Annotated[tuple[UUID, ...], *_VALUES]


class InSegment(Part):
    """Contacts of these saved segments; `saved.spelled_out` puts in their place what they mean."""

    segment: Annotated[tuple[Line, ...], *_VALUES]


class OnList(Part):
    """Contacts on the frozen lists of these segments, by their ids: what `InSegment` becomes, never written by hand."""

    on_list: Annotated[tuple[UUID, ...], *_VALUES]
