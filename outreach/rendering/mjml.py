"""Our own Jinja templates → MJML → HTML. What officers write comes in as values, never as a template.

`mjml-python` is quick but takes unknown tags in silence and can die of deep nesting, so size and depth are checked
first, includes always fail (Jinja shares the parts), and its default web fonts are switched off.
"""

import re
from functools import lru_cache
from pathlib import Path
from typing import Final, NoReturn
from unicodedata import category

from jinja2 import Environment, TemplateError, TemplateNotFound
from mjml import mjml2html

from outreach.foundation import slots
from outreach.foundation.errors import OutreachError, Refused
from outreach.foundation.locale import gettext as _
from outreach.foundation.places import templates
from outreach.foundation.templates import environment
from outreach.rendering import design

LARGEST: Final = 256 * 1024  # bytes of MJML; a letter of that size is clipped by every mailbox anyway
DEEPEST: Final = 100  # levels; the compiler overflows a small stack at a few hundred

_TAG = re.compile(r"<(/?)([a-zA-Z][\w-]*)(?:[^<>\"']|\"[^\"]*\"|'[^']*')*?(/?)>")
_VOID: Final = {"br", "hr", "img", "meta", "link", "input", "col", "wbr"}
_POSITION = re.compile(r"position (\d+)")


def write(name: str, **values: object) -> str:
    """Fill one of our templates in `templates/mail/`, in the language in use.

    Raises OutreachError naming a file that is missing or faulty.
    """
    try:
        return _environment(templates() / "mail").get_template(name).render(**values)
    except TemplateNotFound as missing:
        raise OutreachError(
            _("The mail template %(file)s is missing; restore it from the release you installed.")
            % {"file": templates() / "mail" / (missing.name or name)}
        ) from missing
    except TemplateError as fault:
        raise OutreachError(
            _("The mail template %(file)s cannot be used: %(reason)s.")
            % {"file": templates() / "mail" / name, "reason": str(fault).rstrip(".")}
        ) from fault


def compile_html(source: str, name: str) -> str:
    """Turn MJML into HTML, about a millisecond. `name` is the template that an error names.

    Raises Refused for a letter that is too large or nested too deeply, OutreachError for MJML that cannot be read.
    """
    if len(source.encode()) > LARGEST:
        raise Refused(_("This letter is larger than 256 kB before it is sent; shorten it or divide it."))
    if _depth(source) > DEEPEST:
        raise Refused(_("This letter is nested too deeply to be sent; paste its texts again without formatting."))
    try:
        html = str(mjml2html(_guarded(source), disable_comments=False, fonts={}, include_loader=_no_include))
    except ValueError as fault:
        raise OutreachError(
            _("The mail template %(file)s gives MJML that cannot be read, line %(line)s: %(reason)s.")
            % {"file": name, "line": _line(_guarded(source), str(fault)), "reason": str(fault)}
        ) from fault
    return html.replace(_reference(slots.OPEN), slots.OPEN).replace(_reference(slots.CLOSE), slots.CLOSE)


@lru_cache(maxsize=4)
def _environment(folder: Path) -> Environment:
    made = environment(folder)
    made.globals |= {"light": design.LIGHT, "dark": design.DARK, "focus": design.FOCUS}
    return made


def _guarded(source: str) -> str:
    """Write as references what the compiler would turn into backslash escapes within attributes (`\\u{e000}`).

    Those are backslashes and whatever it holds for unprintable: tokens, no-break spaces, combining marks, emoji.
    """
    for character in {one for one in set(source) if _is_fragile(one)}:
        source = source.replace(character, _reference(character))
    return source


def _is_fragile(character: str) -> bool:
    if character in "\n\r\t":
        return False
    is_plain = character.isprintable() and ord(character) < 0x10000 and not category(character).startswith("M")
    return character == "\\" or not is_plain


def _reference(character: str) -> str:
    return f"&#{ord(character)};"


def _no_include(path: str) -> NoReturn:
    raise ValueError(f"mj-include is not allowed: {path}")


def _depth(source: str) -> int:
    deepest = depth = 0
    for closing, name, empty in _TAG.findall(source):
        if closing:
            depth -= 1
        elif not empty and name.lower() not in _VOID:
            depth += 1
            deepest = max(deepest, depth)
    return deepest


def _line(source: str, fault: str) -> int | str:
    """Turn the compiler's byte offset into a line number; it gives none for an unexpected end."""
    offset = _POSITION.search(fault)
    return source.encode()[: int(offset[1])].count(b"\n") + 1 if offset else "?"
