"""A manuscript → the files of its folder, in the one form that reading and writing again leaves byte for byte."""

from collections.abc import Iterator, Mapping
from datetime import UTC
from typing import Any

import yaml

from outreach.content import markdown_writing, prose_reading
from outreach.content.folders import ASSETS, PIECE
from outreach.content.kinds import EDITION_LINES, PICTURE_LINES, RICH, SHAPES
from outreach.content.manuscript import Manuscript, Picture, Section, Words
from outreach.content.piece_yaml import stem
from outreach.content.prose import Paragraph, Run


def files(manuscript: Manuscript) -> dict[str, str]:
    """Return the text files of a piece by name; its pictures go beside them as they are."""
    written = {PIECE: "".join(f"{line}\n" for line in _piece_yaml(manuscript))}
    for language in manuscript.languages:
        written[f"edition.{language}.md"] = _file(manuscript.editions[language], EDITION_LINES)
        for section in manuscript.sections:
            shape = SHAPES[section.kind]
            if shape.fields:
                name = f"{section.key}.{language}.md"
                written[name] = _file(section.texts.get(language, {}), shape.lines, shape.body)
        for picture in manuscript.pictures:
            name = f"{ASSETS}/{stem(picture.name)}.{language}.md"
            written[name] = _file(picture.texts.get(language, {}), PICTURE_LINES)
    return written


def _piece_yaml(manuscript: Manuscript) -> Iterator[str]:
    yield _field("kind", manuscript.kind.value)
    yield _field("key", manuscript.key)
    if manuscript.series:
        yield _field("series", manuscript.series)
    if manuscript.topics:
        yield f"topics: [{', '.join(manuscript.topics)}]"
    if manuscript.codes:
        yield "codes:"
        yield from (f"  - {code}" for code in manuscript.codes)
    if manuscript.embargo_until:
        yield f"embargo_until: {manuscript.embargo_until.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    if manuscript.published_on:
        yield f"published_on: {manuscript.published_on.isoformat()}"
    if manuscript.pictures:
        yield "assets:"
        for picture in manuscript.pictures:
            yield from _member(_picture_fields(picture))
    if manuscript.sections:
        yield "blocks:"
        for section in manuscript.sections:
            yield from _member(_section_fields(section))


def _picture_fields(picture: Picture) -> dict[str, Any]:
    expiry = {"rights_expire_on": picture.rights_expire_on} if picture.rights_expire_on else {}
    return {"file": picture.name, **expiry}


def _section_fields(section: Section) -> dict[str, Any]:
    shared = {name: section.shared[name] for name in SHAPES[section.kind].shared if name in section.shared}
    return {"id": section.key, "kind": section.kind.value, **shared}


def _member(fields: Mapping[str, Any]) -> Iterator[str]:
    for place, (name, value) in enumerate(fields.items()):
        yield ("    " if place else "  - ") + _field(name, value)


def _file(words: Words, lines: tuple[str, ...], body: str | None = None) -> str:
    """Write one Markdown file: empty without words, front matter only where a line has any."""
    front = "".join(f"{_field(name, _line(name, words[name]))}\n" for name in lines if name in words)
    text = _body(words[body], rich=body in RICH) if body and body in words else ""
    parts = [f"---\n{front}---\n"] if front else []
    return "\n".join([*parts, f"{text}\n"] if text else parts)


def _line(name: str, value: str) -> str:
    return markdown_writing.write(prose_reading.from_html(value)) if name in RICH else value


def _body(value: str, *, rich: bool) -> str:
    return markdown_writing.write(prose_reading.from_html(value) if rich else (Paragraph((Run(value),)),))


def _field(name: str, value: object) -> str:
    """Write `name: value` as YAML does, quoted where it must be, on one line."""
    return yaml.safe_dump({name: value}, allow_unicode=True, width=float("inf"), default_flow_style=False).rstrip("\n")
