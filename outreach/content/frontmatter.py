"""YAML of which every value has a line, and Markdown files that open with some of it.

Only the plain part of YAML: mappings, lists and scalars, which all stay text, so that `no` is a word and not a boolean.
Anchors, aliases and tags are refused: they can make a small file grow without end, or name a class to be built.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import yaml

from outreach.content.mistakes import Mistake
from outreach.foundation.locale import gettext as _

DEEPEST: Final = 5
FENCE: Final = "---"


@dataclass(frozen=True, slots=True)
class Scalar:
    """A value and the line it stands on."""

    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Items:
    """A list and the line it begins on."""

    values: tuple["Node", ...]
    line: int


@dataclass(frozen=True, slots=True)
class Fields:
    """A mapping and the line it begins on; `lines` tells where each name stands."""

    values: dict[str, "Node"]
    lines: dict[str, int]
    line: int


Node = Scalar | Items | Fields


def read_yaml(file: str, text: str, *, first_line: int = 1) -> Fields:
    """Read a mapping. `first_line` is where the text begins in its file. Raises Mistake."""
    try:
        events = yaml.parse(text, Loader=yaml.SafeLoader)
        node = _Reader(file, first_line - 1, events).document()
    except yaml.MarkedYAMLError as fault:
        mark = fault.problem_mark or fault.context_mark
        line = first_line + mark.line if mark else None
        raise Mistake(
            _("This is not YAML (%(reason)s); write “name: value”, and put a value with “: ” in it in quotes.")
            % {"reason": fault.problem or fault.context},
            file=file,
            line=line,
        ) from fault
    except yaml.YAMLError as fault:
        raise Mistake(_("This is not YAML: a character in it may not stand in a text file."), file=file) from fault
    if not isinstance(node, Fields):
        raise Mistake(_("Write fields here, each as “name: value”."), file=file, line=first_line)
    return node


def split(file: str, text: str) -> tuple[Fields, str, int]:
    """Part a Markdown file into its front matter, its body, and the line the body begins on. Raises Mistake."""
    lines = text.split("\n")
    if lines[0].rstrip() != FENCE:
        return Fields({}, {}, 1), *_body(lines, 0)
    end = next((number for number, line in enumerate(lines[1:], 1) if line.rstrip() == FENCE), None)
    if end is None:
        raise Mistake(_("The front matter is not closed; end it with a line “---”."), file=file, line=1)
    inside = "\n".join(lines[1:end])
    fields = read_yaml(file, inside, first_line=2) if inside.strip() else Fields({}, {}, 2)
    return fields, *_body(lines, end + 1)


def _body(lines: list[str], start: int) -> tuple[str, int]:
    while start < len(lines) and not lines[start].strip():
        start += 1
    return "\n".join(lines[start:]).rstrip(), start + 1


class _Reader:
    """Builds nodes from parser events, which come one by one however deep a document is nested."""

    def __init__(self, file: str, offset: int, events: Iterator[yaml.Event]) -> None:
        self.file, self.offset, self.events = file, offset, events

    def document(self) -> Node | None:
        node = None
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                if node is not None:
                    raise Mistake(_("There is more than one document in this file; keep one."), file=self.file)
                node = self._node(next(self.events), 0)
        return node

    def _node(self, event: yaml.Event, depth: int) -> Node:
        line = (event.start_mark.line if event.start_mark else 0) + 1 + self.offset
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) or getattr(event, "tag", None):
            raise Mistake(
                _("YAML anchors, aliases and tags (&, *, !) are not allowed; put such a value in quotes."),
                file=self.file,
                line=line,
            )
        if depth > DEEPEST:
            raise Mistake(_("This is nested too deeply."), file=self.file, line=line)
        if isinstance(event, yaml.ScalarEvent):
            return Scalar(event.value, line)
        if isinstance(event, yaml.SequenceStartEvent):
            return Items(tuple(self._children(yaml.SequenceEndEvent, depth)), line)
        return self._fields(line, depth)

    def _children(self, ending: type[yaml.Event], depth: int) -> Iterator[Node]:
        while not isinstance(event := next(self.events), ending):
            yield self._node(event, depth + 1)

    def _fields(self, line: int, depth: int) -> Fields:
        values: dict[str, Node] = {}
        lines: dict[str, int] = {}
        children = self._children(yaml.MappingEndEvent, depth)
        for name in children:
            if not isinstance(name, Scalar):
                raise Mistake(_("The name of a field must be a plain word."), file=self.file, line=name.line)
            if name.text in values:
                raise Mistake(
                    _("“%(name)s” stands here twice; keep one.") % {"name": name.text}, file=self.file, line=name.line
                )
            values[name.text] = next(children)
            lines[name.text] = name.line
        return Fields(values, lines, line)
