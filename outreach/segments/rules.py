"""The rule language as types: whom a segment means, without a word of SQL.

    {"all": [{"sector": ["textiles"]}, {"language": ["zh-Hans"]}, {"not": {"tag": ["vip"]}}]}

Each part is an object with exactly one field. Several values of a field mean any of them. `notation` holds the short
form, `selecting` what a rule finds, `sentences` how it reads.
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final, Literal, TypeAlias
from uuid import UUID

from pydantic import Discriminator, Field, Tag, TypeAdapter, ValidationError

from outreach.foundation.errors import Refused
from outreach.foundation.locale import gettext as _
from outreach.segments import explaining, notation
from outreach.segments.conditions import (
    AddedSince as AddedSince,
)
from outreach.segments.conditions import (
    Clicked as Clicked,
)
from outreach.segments.conditions import (
    CountryIs as CountryIs,
)
from outreach.segments.conditions import (
    InSegment as InSegment,
)
from outreach.segments.conditions import (
    KindIs as KindIs,
)
from outreach.segments.conditions import (
    LanguageIs as LanguageIs,
)
from outreach.segments.conditions import (
    LeftTopic as LeftTopic,
)
from outreach.segments.conditions import (
    NotClicked as NotClicked,
)
from outreach.segments.conditions import (
    NotMailedWithin as NotMailedWithin,
)
from outreach.segments.conditions import (
    NotOpened as NotOpened,
)
from outreach.segments.conditions import (
    OnList as OnList,
)
from outreach.segments.conditions import (
    Opened as Opened,
)
from outreach.segments.conditions import (
    OrganisationIs as OrganisationIs,
)
from outreach.segments.conditions import (
    Part as Part,
)
from outreach.segments.conditions import (
    SectorIs as SectorIs,
)
from outreach.segments.conditions import (
    SourceIs as SourceIs,
)
from outreach.segments.conditions import (
    SubscribedWithin as SubscribedWithin,
)
from outreach.segments.conditions import (
    TagIs as TagIs,
)
from outreach.segments.conditions import (
    TopicIs as TopicIs,
)
from outreach.segments.conditions import (
    TrackingIs as TrackingIs,
)
from outreach.segments.conditions import (
    WasSent as WasSent,
)

MOST_PARTS: Final = 500


def parse_text(text: str) -> "Rule":
    """Read the short form. Raises Refused with one sentence that names what is unknown and lists what is known."""
    return parse_json(notation.read(text))


def parse_json(value: object) -> "Rule":
    """Read the JSON form. Raises Refused with one sentence that names what is unknown and lists what is known."""
    _insist_on_size(value)
    try:
        return _RULE.validate_python(value)
    except ValidationError as wrong:
        raise explaining.explained(wrong, FIELDS) from wrong


def dump(rule: "Rule") -> dict[str, Any]:
    """Return the JSON form, as it is stored."""
    return rule.model_dump(mode="json", by_alias=True)


def to_text(rule: "Rule") -> str:
    """Return the short form."""
    return notation.write(dump(rule))


def segments_in(rule: "Rule") -> set[str]:
    """Return the keys of the saved segments that a rule refers to."""
    return {key for part in parts(rule) if isinstance(part, InSegment) for key in part.segment}


def campaigns_of(part: "Rule") -> tuple[UUID, ...]:
    """Return the campaigns that a condition asks about; nothing for one that asks about something else."""
    match part:
        case WasSent():
            return part.was_sent
        case Opened():
            return part.opened
        case Clicked():
            return part.clicked
        case NotOpened():
            return part.not_opened
        case NotClicked():
            return part.not_clicked
        case _:
            return ()


def parts(rule: "Rule") -> Iterator["Rule"]:
    """Give a rule and every part of it."""
    yield rule
    match rule:
        case All():
            inner = rule.all
        case AnyOf():
            inner = rule.any
        case Not():
            inner = (rule.rule,)
        case _:
            inner = ()
    for part in inner:
        yield from parts(part)


class Everyone(Part):
    """Every contact."""

    everyone: Literal[True] = True


class All(Part):
    """Contacts for whom every part holds."""

    all: tuple["Rule", ...] = Field(min_length=1)


class AnyOf(Part):
    """Contacts for whom at least one part holds."""

    any: tuple["Rule", ...] = Field(min_length=1)


class Not(Part):
    """Contacts for whom the part does not hold."""

    rule: "Rule" = Field(alias="not")


def _field_of(value: object) -> str | None:
    if isinstance(value, Mapping):
        return str(next(iter(value))) if len(value) == 1 else None
    return _NAMES.get(type(value))


Rule: TypeAlias = Annotated[
    Annotated[Everyone, Tag("everyone")]
    | Annotated[All, Tag("all")]
    | Annotated[AnyOf, Tag("any")]
    | Annotated[Not, Tag("not")]
    | Annotated[SectorIs, Tag("sector")]
    | Annotated[KindIs, Tag("kind")]
    | Annotated[LanguageIs, Tag("language")]
    | Annotated[CountryIs, Tag("country")]
    | Annotated[TopicIs, Tag("topic")]
    | Annotated[TagIs, Tag("tag")]
    | Annotated[NotMailedWithin, Tag("not_mailed_within")]
    | Annotated[SubscribedWithin, Tag("subscribed_within")]
    | Annotated[WasSent, Tag("was_sent")]
    | Annotated[OrganisationIs, Tag("organisation")]
    | Annotated[SourceIs, Tag("source")]
    | Annotated[TrackingIs, Tag("tracking")]
    | Annotated[AddedSince, Tag("added_since")]
    | Annotated[LeftTopic, Tag("left")]
    | Annotated[Opened, Tag("opened")]
    | Annotated[Clicked, Tag("clicked")]
    | Annotated[NotOpened, Tag("not_opened")]
    | Annotated[NotClicked, Tag("not_clicked")]
    | Annotated[InSegment, Tag("segment")]
    | Annotated[OnList, Tag("on_list")],
    Discriminator(_field_of),
]

_NAMES: Final[dict[type, str]] = {
    Everyone: "everyone",
    All: "all",
    AnyOf: "any",
    Not: "not",
    SectorIs: "sector",
    KindIs: "kind",
    LanguageIs: "language",
    CountryIs: "country",
    TopicIs: "topic",
    TagIs: "tag",
    NotMailedWithin: "not_mailed_within",
    SubscribedWithin: "subscribed_within",
    WasSent: "was_sent",
    OrganisationIs: "organisation",
    SourceIs: "source",
    TrackingIs: "tracking",
    AddedSince: "added_since",
    LeftTopic: "left",
    Opened: "opened",
    Clicked: "clicked",
    NotOpened: "not_opened",
    NotClicked: "not_clicked",
    InSegment: "segment",
    OnList: "on_list",
}
FIELDS: Final = tuple(name for name in _NAMES.values() if name != "on_list")

for _nesting in (All, AnyOf, Not):
    _nesting.model_rebuild()
_RULE: Final[TypeAdapter[Rule]] = TypeAdapter(Rule)


def _insist_on_size(value: object) -> None:
    waiting, seen = [(value, 0)], 0
    while waiting:
        part, depth = waiting.pop()
        seen += 1
        if depth > 2 * notation.DEEPEST or seen > MOST_PARTS:
            raise Refused(_("This rule is too large; make two segments of it."))
        if isinstance(part, Mapping):
            waiting += [(inner, depth + 1) for inner in part.values()]
        elif isinstance(part, list | tuple):
            waiting += [(inner, depth + 1) for inner in part]
