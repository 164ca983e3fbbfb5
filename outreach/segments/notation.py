"""The short form of a rule, for people who type: `sector=textiles,electronics and not tag=vip`.

    rule   := both ("or" both)*
    both   := single ("and" single)*
    single := "not" single | "(" rule ")" | "everyone" | field "=" value ("," value)*

A value with spaces or marks stands in double quotes. This file knows the form only; `rules` knows the fields.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from outreach.foundation.errors import Refused
from outreach.foundation.locale import gettext as _

DEEPEST: Final = 20

_TOKEN: Final = re.compile(r'\s*(?:(?P<mark>[(),=])|(?P<quoted>"(?:[^"\\]|\\.)*")|(?P<word>[^\s(),="]+)|(?P<odd>\S))')
_PLAIN: Final = re.compile(r'[^\s(),="]+')
_WORDS: Final = {"and", "or", "not", "everyone"}


def read(text: str) -> dict[str, Any]:
    """Return the JSON form of a rule in the short form. Raises Refused, naming what was not understood."""
    tokens = _Tokens(text)
    rule = _rule(tokens, 1)
    if tokens.next is not None:
        raise _not_understood(tokens)
    return rule


def write(rule: Mapping[str, Any]) -> str:
    """Return the short form of a rule in JSON form."""
    return _written(rule, inside=False)


class _Tokens:
    """The tokens of a text and a finger on the next one."""

    def __init__(self, text: str) -> None:
        self._rest: Iterator[re.Match[str]] = _TOKEN.finditer(text)
        self.next: str | None = None
        self.is_word = False
        self.step()

    def step(self) -> str:
        """Return the next token and move on."""
        seen = self.next or ""
        found = next(self._rest, None)
        self.next = found and found[0].strip()
        self.is_word = bool(found and (found["word"] or found["quoted"]))
        return seen

    def at(self, word: str) -> bool:
        """Tell whether the next token is this keyword or mark."""
        return self.next is not None and self.next.lower() == word


def _rule(tokens: _Tokens, depth: int) -> dict[str, Any]:
    return _joined(
        tokens, depth, "or", "any", lambda: _joined(tokens, depth, "and", "all", lambda: _single(tokens, depth))
    )


def _joined(tokens: _Tokens, depth: int, word: str, name: str, part: Any) -> dict[str, Any]:
    if depth > DEEPEST:
        raise Refused(_("This rule is nested too deeply; write it with fewer parentheses."))
    parts = [part()]
    while tokens.at(word):
        tokens.step()
        parts.append(part())
    return parts[0] if len(parts) == 1 else {name: parts}


def _single(tokens: _Tokens, depth: int) -> dict[str, Any]:
    if tokens.at("not"):
        tokens.step()
        if depth >= DEEPEST:
            raise Refused(_("This rule is nested too deeply; write it with fewer parentheses."))
        return {"not": _single(tokens, depth + 1)}
    if tokens.at("("):
        tokens.step()
        inner = _rule(tokens, depth + 1)
        if not tokens.at(")"):
            raise Refused(_("A parenthesis in this rule is not closed."))
        tokens.step()
        return inner
    if tokens.at("everyone"):
        tokens.step()
        return {"everyone": True}
    return _field(tokens)


def _field(tokens: _Tokens) -> dict[str, Any]:
    if not tokens.is_word:
        raise _not_understood(tokens)
    name = tokens.step()
    if not tokens.at("="):
        raise Refused(
            _("“%(field)s” needs a value; write it as field=value, such as sector=textiles.") % {"field": name}
        )
    values = []
    while tokens.at("=") or tokens.at(","):
        tokens.step()
        if not tokens.is_word:
            raise Refused(_("“%(field)s” needs a value behind every = and comma.") % {"field": name})
        values.append(_unquoted(tokens.step()))
        if tokens.at("="):
            raise _not_understood(tokens)
    return {name: values[0] if len(values) == 1 else values}


def _not_understood(tokens: _Tokens) -> Refused:
    if tokens.next is None:
        return Refused(_("Write a rule, such as “sector=textiles and language=zh-Hans”, or “everyone”."))
    return Refused(
        _("The rule cannot be understood at “%(token)s”; join conditions with and, or and not.")
        % {"token": tokens.next}
    )


def _unquoted(token: str) -> str:
    return re.sub(r"\\(.)", r"\1", token[1:-1]) if token.startswith('"') else token


def _written(rule: Mapping[str, Any], *, inside: bool) -> str:
    ((name, value),) = rule.items()
    if name == "everyone":
        return name
    if name == "not":
        return f"not {_written(value, inside=True)}"
    if name in ("all", "any"):
        if len(value) == 1:
            return _written(value[0], inside=inside)
        whole = {"all": " and ", "any": " or "}[name].join(_written(one, inside=True) for one in value)
        return f"({whole})" if inside else whole
    values = value if isinstance(value, list) else [value]
    return f"{name}={','.join(_value(one) for one in values)}"


def _value(value: str | int | bool) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value}d"
    if _PLAIN.fullmatch(value) and value.lower() not in _WORDS:
        return value
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
