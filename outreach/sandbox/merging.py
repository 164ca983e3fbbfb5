"""Merge fields: tokens written U+E000 name U+E001, replaced by a recipient's values in one pass.

A value is never read for further tokens, so nothing that a recipient is called can pull in another field.
"""

import html
import re
from collections.abc import Mapping

OPEN, CLOSE = "\ue000", "\ue001"
_TOKEN = re.compile(f"{OPEN}([a-z][a-z0-9_]{{0,63}}){CLOSE}")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")


class BrokenToken(ValueError):
    """A token was opened or closed without its other half, or its name is not a name."""


def names(template: str) -> frozenset[str]:
    """Return the fields that a template asks for; raise `BrokenToken` for half a token."""
    found = _TOKEN.findall(template)
    if template.count(OPEN) != len(found) or template.count(CLOSE) != len(found):
        raise BrokenToken
    return frozenset(found)


def into_html(template: str, values: Mapping[str, str]) -> str:
    """Fill an HTML template; values are escaped."""
    return _fill(template, {name: html.escape(value) for name, value in values.items()})


def into_text(template: str, values: Mapping[str, str]) -> str:
    """Fill a subject, text or header value; values go in raw, without control characters or line breaks."""
    return _fill(template, {name: clean(value) for name, value in values.items()})


def clean(value: str) -> str:
    """Take control characters and line breaks out of a value."""
    return _CONTROL.sub("", value)


def _fill(template: str, values: Mapping[str, str]) -> str:
    pieces = _TOKEN.split(template)
    pieces[1::2] = [values.get(name, "") for name in pieces[1::2]]
    return "".join(pieces)
