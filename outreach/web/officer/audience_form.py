"""Whom a campaign means, as boxes to tick: the simple rules that most audiences are, there and back."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, Field

from outreach.contacts.models import OrganisationKind, Sector
from outreach.segments import rules

FIELDS: Final = ("kind", "sector", "language", "country", "topic", "tag", "segment")
WITHOUT: Final = "without_"

Texts = Annotated[list[Annotated[str, Field(max_length=200)]], Field(max_length=200)]


class AudienceForm(BaseModel):
    """The boxes as they come in. Several boxes of a field mean any of them; nothing ticked means everybody."""

    kind: list[OrganisationKind] = []
    sector: list[Sector] = []
    language: list[Literal["sv", "zh-Hans", "en"]] = []
    country: Texts = []
    topic: Texts = []
    tag: Texts = []
    segment: Texts = []
    without_kind: list[OrganisationKind] = []
    without_sector: list[Sector] = []
    without_language: list[Literal["sv", "zh-Hans", "en"]] = []
    without_country: Texts = []
    without_topic: Texts = []
    without_tag: Texts = []
    without_segment: Texts = []

    def include(self) -> rules.Rule:
        """Return the rule that finds them: every field that is ticked must hold. Raises Refused."""
        parts = self._parts("")
        return rules.parse_json(_joined(parts, "all") if parts else {"everyone": True})

    def exclude(self) -> rules.Rule | None:
        """Return the rule that takes out: one field that is ticked is enough. Raises Refused."""
        parts = self._parts(WITHOUT)
        return rules.parse_json(_joined(parts, "any")) if parts else None

    def ticked(self, field: str) -> set[str]:
        """Return which boxes of a field are ticked."""
        return {str(value) for value in getattr(self, field)}

    def _parts(self, prefix: str) -> list[dict[str, list[str]]]:
        return [{field: sorted(values)} for field in FIELDS if (values := self.ticked(prefix + field))]


def of_rules(include: Mapping[str, Any], exclude: Mapping[str, Any] | None) -> dict[str, list[str]] | None:
    """Return the boxes that stand for stored rules, None for rules that boxes cannot say."""
    boxes: dict[str, list[str]] = {}
    for prefix, join, rule in (("", "all", include), (WITHOUT, "any", exclude)):
        for part in _taken_apart(rule or {"everyone": True}, join):
            name, values = next(iter(part.items()))
            if name not in FIELDS or prefix + name in boxes:
                return None
            boxes[prefix + name] = list(values)
    return boxes


def _joined(parts: list[dict[str, list[str]]], join: str) -> dict[str, Any]:
    return parts[0] if len(parts) == 1 else {join: parts}


def _taken_apart(rule: Mapping[str, Any], join: str) -> list[Mapping[str, Any]]:
    if "everyone" in rule:
        return []
    return list(rule[join]) if join in rule else [rule]
