"""The fields of a mapping as somebody wrote them, taken out one by one, each with its check."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from outreach.content.frontmatter import Fields, Items, Scalar
from outreach.content.mistakes import Mistake, choices
from outreach.foundation.errors import Refused
from outreach.foundation.locale import gettext as _

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Given:
    """A mapping and the file that a mistake in it names."""

    file: str
    fields: Fields

    def only(self, known: Iterable[str]) -> None:
        """Refuse a field that is not known, so that a misspelt one never passes in silence."""
        allowed = tuple(known)
        for name in self.fields.values:
            if name not in allowed:
                raise self.mistake(
                    name,
                    _("“%(name)s” is not a field here; the fields are %(known)s.")
                    % {"name": name[:80], "known": choices(allowed)}
                    if allowed
                    else _("“%(name)s” is not a field here; there are none.") % {"name": name[:80]},
                )

    def has(self, name: str) -> bool:
        """Tell whether a field is there and not empty."""
        node = self.fields.values.get(name)
        return node is not None and node != Scalar("", node.line)

    def required(self, name: str, check: Callable[[str], T]) -> T:
        """Return a field that must be there."""
        if not self.has(name):
            raise Mistake(
                _("The field “%(name)s” is missing; add it.") % {"name": name},
                file=self.file,
                line=self.fields.line,
                field=name,
            )
        return self.checked(name, self.text(name), check)

    def optional(self, name: str, check: Callable[[str], T]) -> T | None:
        """Return a field, None when it is absent or empty."""
        return self.required(name, check) if self.has(name) else None

    def each(self, name: str, check: Callable[[str], T]) -> tuple[T, ...]:
        """Return the values of a list."""
        found = []
        for node in self._list(name):
            if not isinstance(node, Scalar):
                raise self.mistake(name, _("Write single values in this list."), node.line)
            found.append(self.checked(name, node.text, check, node.line))
        if len(set(found)) < len(found):
            raise self.mistake(name, _("A value stands in this list twice; keep one."))
        return tuple(found)

    def mappings(self, name: str) -> list["Given"]:
        """Return the members of a list of mappings."""
        found = []
        for node in self._list(name):
            if not isinstance(node, Fields):
                raise self.mistake(name, _("Write fields here, each as “name: value”."), node.line)
            found.append(Given(self.file, node))
        return found

    def text(self, name: str) -> str:
        """Return a field as it is written."""
        node = self.fields.values[name]
        if not isinstance(node, Scalar):
            raise self.mistake(name, _("Write one value here, not a list or fields."))
        return node.text

    def checked(self, name: str, text: str, check: Callable[[str], T], line: int | None = None) -> T:
        """Check a value, so that a refusal names the place."""
        try:
            return check(text)
        except Mistake:
            raise
        except Refused as refusal:
            raise self.mistake(name, refusal.message, line) from refusal

    def mistake(self, name: str, sentence: str, line: int | None = None) -> Mistake:
        """Make the mistake that a field is."""
        return Mistake(sentence, file=self.file, line=line or self.fields.lines.get(name, self.fields.line), field=name)

    def _list(self, name: str) -> tuple[Scalar | Items | Fields, ...]:
        if not self.has(name):
            return ()
        node = self.fields.values[name]
        if not isinstance(node, Items):
            raise self.mistake(name, _("Write a list here, each value on a line of its own after “- ”."))
        return node.values
