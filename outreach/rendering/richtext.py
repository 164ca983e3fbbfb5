"""Rich text that officers write: a small subset of HTML, cleaned at the door, given its style when a letter is made.

Allowed: `p br strong em a[href] ul ol li`, and the merge chip `<span data-merge="first_name">…</span>`, which stays a
chip in what is stored and becomes a token in a letter. Cleaning is idempotent; a letter is made from cleaned text only.
"""

import html as _html
import re
from collections.abc import Callable, Mapping
from typing import Final

import nh3

from outreach.foundation import slots
from outreach.foundation.errors import Refused
from outreach.foundation.locale import gettext as _
from outreach.rendering import links, merge

TAGS: Final = frozenset({"p", "br", "strong", "em", "a", "ul", "ol", "li"})
SYNONYMS: Final = {"b": "strong", "i": "em"}
LONGEST: Final = 100_000  # characters of one field; more is a pasted document, not a block
MOST_TAGS: Final = 5_000  # the sanitiser's time grows with the square of their nesting
DEEPEST: Final = 50  # deeper nesting can end the process that compiles it

# Named here so that they reach `links.allowed`, which refuses them aloud: a link that vanishes in silence helps nobody.
_SCHEMES: Final = {"https", "http", "mailto", "javascript", "data", "vbscript", "file", "ftp", "tel", "sms", "blob"}
_TAG = re.compile(r'<(/?)([a-z]+)((?: [a-z-]+="[^"]*")*)\s*/?>')
_ATTRIBUTE = re.compile(r'="([^"]*)"')
_CHIP = re.compile(r'<span data-merge="([^"]*)">[^<]*</span>')
_ANCHOR = re.compile(r'<a href="([^"]*)">(.*?)</a>', re.DOTALL)
_STYLED = re.compile(r"<(p|ul|ol|li|strong|em)>")
_LAST_PARAGRAPH = re.compile(r"<p>((?:(?!</?p>).)*</p>\s*)\Z", re.DOTALL)
_SPACES = re.compile(" {2,}")
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def clean(html: str) -> str:
    """Return the allowed subset of what somebody typed or pasted.

    Unknown tags and attributes go, their text stays. Raises Refused for a link that is neither https nor mailto, a
    merge field that is not a personal one, nesting deeper than 50, more than 100,000 characters or 5,000 tags.
    """
    if len(html) > LONGEST or html.count("<") > MOST_TAGS:
        raise Refused(_("This text is too long for one block; divide it into several."))
    safe = nh3.clean(
        html,
        tags={*TAGS, *SYNONYMS, "span"},
        attributes={"a": {"href"}, "span": {"data-merge"}},
        url_schemes=_SCHEMES,
        link_rel=None,
    )
    # Only now: `&#xE000;` is a private-use character in disguise until the HTML is read.
    tidy = _tidy(_UNSEEN.sub("", slots.strip(safe))).strip()
    return tidy if not tidy or re.search(r"<(?:p|ul|ol)>", tidy) else f"<p>{tidy}</p>"


def _tidy(html: str) -> str:
    """Walk well-formed HTML once: count depth, check links and chips, drop empty carriers."""
    out: list[str] = []
    endings: list[str] = []
    last = 0
    in_chip = False
    for tag in _TAG.finditer(html):
        text = html[last : tag.start()]
        out.append(text)
        last = tag.end()
        closing, name, attributes = tag.groups()
        name = SYNONYMS.get(name, name)
        if closing:
            ending = endings.pop()
            in_chip = in_chip and ending != "</span>"
            out.append(ending)
        elif name == "br":
            out.append("" if in_chip else "<br>")
        else:
            opening = "" if in_chip else _opening(name, attributes)
            in_chip = in_chip or opening.startswith("<span")
            out.append(opening)
            endings.append(f"</{name}>" if opening else "")
            if len(endings) > DEEPEST:
                raise Refused(_("This text is nested too deeply; paste it again without formatting."))
    out.append(html[last:])
    return "".join(out)


def _opening(name: str, attributes: str) -> str:
    value = _ATTRIBUTE.search(attributes)
    if name == "a":
        return f'<a href="{_html.escape(links.allowed(_html.unescape(value[1])))}">' if value else ""
    if name == "span":
        if value and value[1] not in merge.PERSONAL:
            raise Refused(_("There is no merge field “%(name)s”; choose one from the list.") % {"name": value[1]})
        return f'<span data-merge="{value[1]}">' if value else ""
    return f"<{name}>"


def styled(html: str, styles: Mapping[str, str], link: Callable[[str, str], str]) -> str:
    """Turn cleaned text into mail HTML: inline styles, tokens for chips, and `link(url, label)` for every address.

    `styles` holds a style per tag, and `p:last` for a paragraph that ends the text.
    """

    def anchor(found: re.Match[str]) -> str:
        label = found[2]
        address = link(_html.unescape(found[1]), _html.unescape(_TAG.sub("", label)))
        return f'<a href="{_html.escape(address)}" style="{styles["a"]}">{label}</a>'

    closed = _LAST_PARAGRAPH.sub(lambda found: f'<p style="{styles["p:last"]}">{found[1]}', html)
    with_links = _ANCHOR.sub(anchor, with_tokens(closed))
    return _STYLED.sub(lambda found: f'<{found[1]} style="{styles[found[1]]}">', with_links)


def with_tokens(text: str) -> str:
    """Replace merge chips by tokens. Raises Refused for an unknown field."""
    return _CHIP.sub(lambda found: merge.token(found[1]), text)


def line(text: str) -> str:
    """Return one plain line for a subject, heading or label: chips become tokens, control characters and breaks go."""
    return with_tokens(_SPACES.sub(" ", merge.plain(slots.strip(text)))).strip()
