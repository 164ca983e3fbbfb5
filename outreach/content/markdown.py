"""Markdown in files → rich text: paragraphs, lists, bold, italic, links, line breaks and merge fields.

CommonMark (markdown-it), without what a letter's text has no room for: headings, pictures, quotes, code, rules and HTML
are refused aloud, since a thing that vanishes in silence helps nobody.
"""

import re
from collections.abc import Iterator
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

from outreach.content import prose_reading
from outreach.content.mistakes import Mistake, choices
from outreach.content.prose import Prose
from outreach.foundation import slots
from outreach.foundation.errors import Refused
from outreach.foundation.locale import gettext as _
from outreach.rendering import links, merge

DEEPEST: Final = 40  # levels; the parser leaves out in silence what is nested deeper than its own limit

_CHIP = re.compile(r'<span data-merge="([^"]*)">')
# Bold and italic in Chinese often cannot be marked with asterisks (CommonMark §6.2, “flanking”); these can.
_MARKS: Final = {"<strong>", "</strong>", "<em>", "</em>", "</span>"}
_HAN = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f]")


class _Parser(MarkdownIt):
    """Keeps addresses as they are written, so that `links.allowed` can judge and name them."""

    def __init__(self) -> None:
        super().__init__("commonmark", {"maxNesting": 10 * DEEPEST})
        self.disable("reference")

    def normalizeLink(self, url: str) -> str:  # noqa: N802 - the library's name
        return url

    def normalizeLinkText(self, link: str) -> str:  # noqa: N802 - the library's name
        return link

    def validateLink(self, url: str) -> bool:  # noqa: N802, ARG002 - the library's name and argument
        return True


_PARSER: Final = _Parser()


def read(text: str, *, file: str, line: int = 1, field: str | None = None) -> Prose:
    """Read Markdown that begins on a line of a file. Raises Mistake, naming the line."""
    tokens = _PARSER.parse(slots.strip(text))
    _check(tokens, file, line, field)
    rendered = _PARSER.renderer.render(tokens, _PARSER.options, {})
    try:
        return prose_reading.from_html(rendered)
    except Refused as refusal:
        raise Mistake(refusal.message, file=file, line=line, field=field) from refusal


def _check(tokens: list[Token], file: str, first_line: int, field: str | None) -> None:
    for token, line in _with_lines(tokens, first_line):
        try:
            _check_one(token)
        except Refused as refusal:
            raise Mistake(refusal.message, file=file, line=line, field=field) from refusal


def _with_lines(tokens: list[Token], first_line: int) -> Iterator[tuple[Token, int]]:
    line = first_line
    for token in tokens:
        line = first_line + token.map[0] if token.map else line
        yield token, line
        children = token.children or []
        inner = line
        for place, child in enumerate(children):
            yield child, inner
            if child.type in {"softbreak", "hardbreak"}:
                inner += 1
            if child.type == "softbreak" and _between_han(children, place):
                child.type = "text"  # a line break between Chinese characters is no space


def _between_han(children: list[Token], place: int) -> bool:
    before = "".join(one.content for one in children[:place] if one.type == "text")
    after = "".join(one.content for one in children[place + 1 :] if one.type == "text")
    return bool(before and after and _HAN.match(before[-1]) and _HAN.match(after[0]))


def _check_one(token: Token) -> None:
    if token.type in _REFUSALS:
        raise Refused(_refusal(token.type))
    if token.level > DEEPEST:
        raise Refused(_("This text is nested too deeply."))
    if token.type == "ordered_list_open" and token.attrGet("start") is not None:
        raise Refused(_("A numbered list begins with 1; write “\\.” after the number where no list is meant."))
    if token.type == "link_open":
        links.allowed(str(token.attrGet("href") or ""))
        if token.attrGet("title"):
            raise Refused(_("A link has no title here; write [label](address)."))
    if token.type == "html_inline" and token.content not in _MARKS:
        chip = _CHIP.fullmatch(token.content)
        if not chip:
            raise Refused(_("HTML is not allowed here; write Markdown, or “\\<” for the sign itself."))
        if chip[1] not in merge.PERSONAL:
            raise Refused(
                _("There is no merge field “%(name)s”; use one of %(known)s.")
                % {"name": chip[1], "known": choices(list(merge.PERSONAL))}
            )


_REFUSALS: Final = frozenset(
    {"heading_open", "image", "blockquote_open", "code_block", "code_inline", "fence", "hr", "html_block"}
)


def _refusal(kind: str) -> str:
    sentences = {
        "heading_open": _("A heading has no place in a text; give it a block of its own, or write “\\#”."),
        "image": _("A picture has no place in a text; give it a block of its own."),
        "blockquote_open": _("A quotation has no place in a text; give it a block of its own, or write “\\>”."),
        "hr": _("A rule has no place in a text; use a divider block."),
        "html_block": _("HTML is not allowed here; write Markdown, or “\\<” for the sign itself."),
    }
    return sentences.get(kind) or _("Code has no place in a letter; remove the indentation or the backticks.")
