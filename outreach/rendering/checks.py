"""What is wrong with a finished letter, in sentences: one list for every save, for approval and for launch."""

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from outreach.foundation import slots
from outreach.foundation.errors import Refused
from outreach.foundation.locale import gettext as _
from outreach.rendering import columns, merge
from outreach.rendering.edition import Kind
from outreach.rendering.message import RenderedMessage

SIZE_WARNS: Final = 80 * 1024  # bytes of HTML; transfer encoding adds a quarter to a third
SIZE_STOPS: Final = 95 * 1024  # Gmail hides what comes after about 100 kB, the way out included
TOKEN_LENGTH: Final = 50  # bytes that a signed token is longer than its place in the letter
SUBJECT_COLUMNS: Final = {"zh-Hans": 40}  # what a telephone shows: some 20 Chinese characters
SUBJECT_COLUMNS_ELSE: Final = 50

_BRACES = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\*\|\w+\|\*|\[\[.*?\]\]|\$\{.*?\}")
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_CSS_ADDRESS = re.compile(r"(?:url\(|@import)\s*['\"]?\s*((?:https?:)?//[^'\")\s]+)", re.IGNORECASE)
_WORD = re.compile(r"[^\W\u2e80-\uffff]+|[\u2e80-\uffff]")  # a Han character counts as a word
_SAYS_NOTHING = re.compile("(klicka )?här|läs mer|(click )?here|read more|(点击)?这里|点此|更多", re.IGNORECASE)


class Level(StrEnum):
    """Whether a letter may leave all the same."""

    WARN = "warn"  # look at it
    STOP = "stop"  # it must not leave like this


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault: `code` names the check, `message` says in the language in use what to do, `block` where."""

    level: Level
    code: str
    message: str
    block: str | None = None


@dataclass(frozen=True, slots=True)
class _Letter:
    message: RenderedMessage
    tree: LexborHTMLParser
    own_hosts: frozenset[str]


def problems(message: RenderedMessage, *, own_hosts: Collection[str] = ()) -> list[Finding]:
    """Check a finished letter, in milliseconds; an empty list means that it may leave as far as its form goes.

    `own_hosts` are further hosts of ours, such as the one that serves pictures.
    """
    hosts = frozenset({_host(message.home), *own_hosts})
    letter = _Letter(message, LexborHTMLParser(message.html), hosts)
    return [finding for check in CHECKS for finding in check(letter)]


def _subject(letter: _Letter) -> Iterator[Finding]:
    message = letter.message
    longest = SUBJECT_COLUMNS.get(message.language, SUBJECT_COLUMNS_ELSE)
    if not message.subject:
        yield Finding(Level.STOP, "subject.missing", _("The subject is empty; write one."))
    if _CONTROLS.search(message.subject):
        yield Finding(Level.STOP, "subject.control", _("The subject holds invisible characters; type it again."))
    if columns.width(message.subject) > longest:
        yield Finding(Level.WARN, "subject.long", _("The subject is longer than most inboxes show; shorten it."))


def _tokens(letter: _Letter) -> Iterator[Finding]:
    message = letter.message
    try:
        for text in (message.subject, message.html, message.text):
            merge.split(text)
    except Refused as fault:
        yield Finding(Level.STOP, "token.broken", fault.message)
    if message.kind is Kind.SYSTEM and message.tokens & set(merge.PERSONAL):
        # a stranger may have typed the name: a confirmation must not carry it to somebody's inbox
        yield Finding(Level.STOP, "token.personal", _("A confirmation must not hold a merge field; remove it."))


def _braces(letter: _Letter) -> Iterator[Finding]:
    found = dict.fromkeys(_BRACES.findall(f"{letter.message.subject}\n{letter.message.text}"))
    for braces in found:
        text = _("“%(text)s” looks like a merge field but is plain text; insert the field from the list.")
        yield Finding(Level.STOP, "braces", text % {"text": braces[:40]})


def _pictures(letter: _Letter) -> Iterator[Finding]:
    for picture in letter.tree.css("img"):
        source = picture.attributes.get("src") or ""
        if not (picture.attributes.get("alt") or "").strip() and not _is_pixel(picture):
            text = _("The picture %(name)s has no description; write what it shows.")
            yield Finding(Level.STOP, "alt.missing", text % {"name": source.rsplit("/", 1)[-1]})


def _links(letter: _Letter) -> Iterator[Finding]:
    seen = set[str]()
    for anchor in letter.tree.css("a[href]"):
        address = anchor.attributes.get("href") or ""
        if address in seen or address.startswith(("#", "mailto:")) or _is_own(address, letter):
            continue
        seen.add(address)
        if urlsplit(address).scheme != "https":
            text = _("The link %(url)s does not start with https://; correct it.")
            yield Finding(Level.STOP, "link.scheme", text % {"url": address[:80]})
    for link in letter.message.links:
        if _SAYS_NOTHING.fullmatch(link.label.strip(" .…→")):
            text = _("The link “%(label)s” does not say where it leads; name the page.")
            yield Finding(Level.WARN, "link.label", text % {"label": link.label}, link.block)


def _hosts(letter: _Letter) -> Iterator[Finding]:
    """Let nothing load from elsewhere: it tells a third party who reads, and some hosts are blocked in China."""
    loaded = [node.attributes.get("src") or "" for node in letter.tree.css("[src]")]
    loaded += [node.attributes.get("background") or "" for node in letter.tree.css("[background]")]
    loaded += [node.attributes.get("href") or "" for node in letter.tree.css("link[href]")]
    styles = [node.attributes.get("style") or "" for node in letter.tree.css("[style]")]
    styles += [node.text() for node in letter.tree.css("style")]
    loaded += _CSS_ADDRESS.findall("\n".join(styles))
    for host in dict.fromkeys(_host(address) for address in loaded):
        if host and host not in letter.own_hosts:
            text = _("Something in this letter loads from %(host)s; upload it here instead.")
            yield Finding(Level.STOP, "host.foreign", text % {"host": host})


def _way_out(letter: _Letter) -> Iterator[Finding]:
    message = letter.message
    if message.kind is Kind.SYSTEM:
        return
    address = f"{message.home}/unsubscribe/{merge.token('unsubscribe')}"
    if f'href="{address}"' not in message.html or address not in message.text:
        text = _("The letter has no way to unsubscribe; use a template that came with the product.")
        yield Finding(Level.STOP, "unsubscribe.missing", text)


def _measuring(letter: _Letter) -> Iterator[Finding]:
    has_pixel = any(_is_pixel(picture) for picture in letter.tree.css("img"))
    if has_pixel and not letter.message.tracked:
        yield Finding(Level.STOP, "pixel.unasked", _("An untracked letter holds a tracking pixel; remove it."))


def _size(letter: _Letter) -> Iterator[Finding]:
    tokens = sum(name in merge.TECHNICAL for name in slots.names_in(letter.message.html))
    size = letter.message.size + tokens * TOKEN_LENGTH
    words = {"size": round(size / 1024)}
    if size > SIZE_STOPS:
        text = _("The letter has %(size)s kB and would be cut off by some mailboxes; shorten it or send one language.")
        yield Finding(Level.STOP, "size.stop", text % words)
    elif size > SIZE_WARNS:
        text = _("The letter has %(size)s kB; from 95 kB some mailboxes cut it off.")
        yield Finding(Level.WARN, "size.warn", text % words)


def _text_part(letter: _Letter) -> Iterator[Finding]:
    body = letter.tree.body
    seen = len(_WORD.findall(body.text(separator=" "))) if body else 0
    if len(_WORD.findall(letter.message.text)) * 5 < seen:
        yield Finding(Level.STOP, "text.thin", _("The text part says much less than the letter; check its blocks."))


def _headings(letter: _Letter) -> Iterator[Finding]:
    last = 0
    for node in letter.tree.css("h1, h2, h3, h4, h5, h6"):
        level = int((node.tag or "h1")[1])
        if level > last + 1:
            text = _("The heading “%(text)s” skips a level; use a main heading before it.")
            yield Finding(Level.WARN, "heading.skipped", text % {"text": node.text(strip=True)[:40]})
        last = level


CHECKS: Final[tuple[Callable[[_Letter], Iterator[Finding]], ...]] = (
    _subject,
    _tokens,
    _braces,
    _pictures,
    _links,
    _hosts,
    _way_out,
    _measuring,
    _size,
    _text_part,
    _headings,
)


def _is_pixel(picture: LexborNode) -> bool:
    return merge.token("open") in (picture.attributes.get("src") or "")


def _is_own(address: str, letter: _Letter) -> bool:
    return address.startswith(f"{letter.message.home}/")


def _host(address: str) -> str:
    return (urlsplit(address).hostname or "") if "//" in address else ""
