"""An audience that is being built: conditions in groups, as a form sends them, and the rules that they say.

Every group and condition has a place, such as `i.0.2`: the third part of the first part of whom to include (`e` for
whom to leave out). Fields of a form are named by it: `i.0.2:field`, `i.0.2:value`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeAlias

from starlette.datastructures import FormData

from outreach.foundation.errors import Refused
from outreach.foundation.locale import gettext as _
from outreach.segments import rules

MOST_PARTS: Final = 100
DEEPEST: Final = 4  # groups within groups
INCLUDE, EXCLUDE = "i", "e"
JOINS: Final = ("all", "any", "none", "not_all")
DAYS: Final = frozenset({"not_mailed_within", "subscribed_within"})
DATES: Final = frozenset({"added_since"})
FLAGS: Final = frozenset({"tracking", "everyone"})


@dataclass(frozen=True)
class Condition:
    """One line: a field, whether it is to hold, and its values; `problem` says why something typed was not taken."""

    field: str
    holds: bool = True
    values: tuple[str, ...] = ()
    typed: str = ""
    problem: str = ""

    @property
    def is_finished(self) -> bool:
        """Tell whether it says anything yet."""
        return self.field in FLAGS or bool(self.values)


@dataclass(frozen=True)
class Group:
    """Conditions that belong together, and how."""

    join: str = "all"
    parts: tuple["Node", ...] = field(default_factory=tuple)

    def conditions(self) -> Iterator[Condition]:
        """Give every condition, those of groups within too."""
        for part in self.parts:
            if isinstance(part, Group):
                yield from part.conditions()
            else:
                yield part


Node: TypeAlias = Condition | Group


@dataclass(frozen=True)
class Draft:
    """Whom an audience includes, and whom of these not."""

    include: Group = Group("all")
    exclude: Group = Group("any")

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """Return every condition."""
        return (*self.include.conditions(), *self.exclude.conditions())

    @property
    def unfinished(self) -> int:
        """Count the conditions that say nothing yet."""
        return sum(not one.is_finished for one in self.conditions)

    def newest(self, do: str) -> str:
        """Return the place of what a button has just added, where the reader is to stand; empty for other buttons."""
        verb, _colon, place = do.partition(":")
        group: Node = self.tree(place)
        for number in place.split(".")[1:]:
            if isinstance(group, Group) and number.isdecimal() and int(number) < len(group.parts):
                group = group.parts[int(number)]
        if verb != "add" or not isinstance(group, Group) or not group.parts:
            return ""
        return f"{place}.{len(group.parts) - 1}"

    def rules(self) -> tuple[rules.Rule, rules.Rule | None]:
        """Return what the finished conditions say; nothing said means everyone, or nobody left out. Raises Refused."""
        include, exclude = _rule(self.include), _rule(self.exclude)
        return (
            rules.parse_json(include or {"everyone": True}),
            rules.parse_json(exclude) if exclude is not None else None,
        )

    def tree(self, place: str) -> Group:
        """Return the tree that a place is in."""
        return self.include if place.split(".")[0] == INCLUDE else self.exclude


def of_rules(include: rules.Rule, exclude: rules.Rule | None) -> Draft:
    """Return the conditions that say the same as two rules; every rule can be said."""
    return Draft(
        _group(rules.dump(include), "all"), _group(rules.dump(exclude), "any") if exclude is not None else Group("any")
    )


def of_form(form: FormData) -> Draft:
    """Read what a form sent. Raises Refused for more than any page of ours sends."""
    places = [str(one) for one in form.getlist("place")]
    if len(places) > MOST_PARTS:
        raise Refused(_("These are too many conditions; make two segments of them."))
    known = set(places)
    return Draft(_read(form, known, INCLUDE, "all"), _read(form, known, EXCLUDE, "any"))


def edited(draft: Draft, do: str, form: FormData) -> Draft:
    """Do what a button says: `add:i.0` with the field that was chosen there, `group:i`, `remove:i.0.2`."""
    verb, _colon, place = do.partition(":")
    tree, path = draft.tree(place), [int(one) for one in place.split(".")[1:] if one.isdecimal()]
    if verb == "add" and (chosen := str(form.get(f"{place}:new", ""))) in rules.FIELDS:
        tree = _with(tree, path, Condition(chosen))
    elif verb == "group" and len(path) < DEEPEST:
        tree = _with(tree, path, Group("any"))
    elif verb == "remove" and path:
        tree = _without(tree, path)
    return replace(draft, include=tree) if draft.tree(place) is draft.include else replace(draft, exclude=tree)


def _with(group: Group, path: list[int], new: Node) -> Group:
    if not path:
        return replace(group, parts=(*group.parts, new))
    return replace(
        group,
        parts=tuple(
            _with(part, path[1:], new) if number == path[0] and isinstance(part, Group) else part
            for number, part in enumerate(group.parts)
        ),
    )


def _without(group: Group, path: list[int]) -> Group:
    first, *rest = path
    if not rest:
        return replace(group, parts=tuple(part for number, part in enumerate(group.parts) if number != first))
    return replace(
        group,
        parts=tuple(
            _without(part, rest) if number == first and isinstance(part, Group) else part
            for number, part in enumerate(group.parts)
        ),
    )


def _read(form: FormData, known: set[str], place: str, usual: str) -> Group:
    join = str(form.get(f"{place}:join", usual))
    parts: list[Node] = []
    for number in range(MOST_PARTS):
        inner = f"{place}.{number}"
        if inner not in known:
            break
        name = str(form.get(f"{inner}:field", ""))
        if name in rules.FIELDS:
            parts.append(_condition(form, inner, name))
        elif inner.count(".") <= DEEPEST:
            parts.append(_read(form, known, inner, "any"))
    return Group(join if join in JOINS else usual, tuple(parts))


def _condition(form: FormData, place: str, name: str) -> Condition:
    values = [str(one).strip() for one in form.getlist(f"{place}:value")]
    return Condition(
        field=name,
        holds=form.get(f"{place}:is", "yes") != "no",
        values=tuple(dict.fromkeys(one for one in values if one)),
        typed=str(form.get(f"{place}:typed", "")).strip()[:500],
    )


def _rule(node: Node) -> dict[str, Any] | None:
    if isinstance(node, Condition):
        return _said(node) if node.is_finished else None
    parts = [part for one in node.parts if (part := _rule(one)) is not None]
    if not parts:
        return None
    name = "any" if node.join in {"any", "none"} else "all"
    joined = parts[0] if len(parts) == 1 else {name: parts}
    return {"not": joined} if node.join in {"none", "not_all"} else joined


def _said(one: Condition) -> dict[str, Any]:
    value: object = list(one.values)
    if one.field in FLAGS:
        value = True
    elif one.field in DAYS or one.field in DATES:
        value = one.values[0]
    said = {one.field: value}
    return said if one.holds else {"not": said}


def _group(rule: Mapping[str, Any], usual: str) -> Group:
    """Return a rule as a group, whatever it is."""
    node = _node(rule)
    if isinstance(node, Group):
        return node
    if node == Condition("everyone") and usual == "all":
        return Group("all")
    return Group(usual, (node,))


def _node(rule: Mapping[str, Any], *, holds: bool = True) -> Node:
    ((name, value),) = rule.items()
    if name == "not":
        return _node(value, holds=not holds)
    if name in {"all", "any"}:
        join = {("all", True): "all", ("any", True): "any", ("any", False): "none", ("all", False): "not_all"}
        return Group(join[name, holds], tuple(_node(part) for part in value))
    if name == "tracking":
        return Condition(name, holds=value is holds)
    if name == "everyone":
        return Condition(name, holds=holds)
    return Condition(name, holds, tuple(str(one) for one in (value if isinstance(value, list) else [value])))
