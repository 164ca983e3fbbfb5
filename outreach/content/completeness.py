"""What an edition still lacks before it can be approved and sent."""

from collections.abc import Iterator
from dataclasses import dataclass

from outreach.content.kinds import (
    EDITION_REQUIRED,
    PARTS,
    PICTURE_REQUIRED,
    SHAPES,
    field_name,
    kind_name,
)
from outreach.content.manuscript import Manuscript, Section
from outreach.foundation.locale import gettext as _


@dataclass(frozen=True, slots=True)
class Missing:
    """One gap: in which block (or picture, or "" for the edition itself), which field, and its name for a person."""

    block: str
    field: str
    label: str


def gaps(manuscript: Manuscript, language: str) -> list[Missing]:
    """List what one language of a piece lacks, in the order of the piece; labels are in the language in use."""
    if language not in manuscript.editions:
        return [Missing("", "edition", _("the edition"))]
    words = manuscript.editions[language]
    found = [Missing("", field, field_name(field)) for field in EDITION_REQUIRED if not words.get(field)]
    for section in manuscript.sections:
        found += _in_section(section, language)
    for picture in manuscript.pictures:
        texts = picture.texts.get(language, {})
        found += [
            Missing(
                picture.name, field, _("%(field)s of %(name)s") % {"field": field_name(field), "name": picture.name}
            )
            for field in PICTURE_REQUIRED
            if not texts.get(field)
        ]
    present = {section.kind for section in manuscript.sections}
    return found + [Missing("", kind.value, kind_name(kind)) for kind in PARTS[manuscript.kind] if kind not in present]


def _in_section(section: Section, language: str) -> Iterator[Missing]:
    shape = SHAPES[section.kind]
    words = section.texts.get(language, {})
    needed = [field for field in shape.required if not words.get(field)]
    needed += [field for field in shape.needs if not section.shared.get(field)]
    if section.shared.get("url") and "link_label" in shape.lines and not words.get("link_label"):
        needed.append("link_label")
    for field in needed:
        names = {"field": field_name(field), "kind": kind_name(section.kind), "block": section.key}
        yield Missing(section.key, field, _("%(field)s of %(kind)s “%(block)s”") % names)
