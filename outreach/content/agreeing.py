"""Do the languages of a piece say the same? Numbers and links are compared block by block; words left over are found.

What is compared is what translators get wrong and readers act on. Everything here is a remark in the language in use,
never a proof: a number may be written as a word in one language.
"""

import html
import re
from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal
from typing import Final
from urllib.parse import urlsplit

from outreach.content.kinds import SHAPES, field_name, kind_name
from outreach.content.manuscript import Manuscript, Section, Words
from outreach.content.models import BlockKind
from outreach.foundation import locale
from outreach.foundation.locale import gettext as _
from outreach.rendering.checks import Finding, Level

MOST_NAMED: Final = 4  # numbers named in one sentence
WRITTEN_OUT: Final = 12  # numbers up to this are often written as words
OWN_PLACES: Final = frozenset({BlockKind.CONTACT, BlockKind.ABOUT})  # telephone numbers and addresses differ by right
LINES: Final = ("title", "subtitle", "subject", "preheader")

# Cannot be opened in mainland China, or not dependably (state of 2026; GreatFire.org lists them). Their subdomains too.
BLOCKED_IN_CHINA: Final = frozenset(
    {
        *("google.com", "youtube.com", "youtu.be", "goo.gl", "gmail.com", "blogspot.com", "googleapis.com"),
        *("facebook.com", "fb.me", "instagram.com", "threads.net", "whatsapp.com", "wa.me", "messenger.com"),
        *("x.com", "twitter.com", "t.co", "reddit.com", "pinterest.com", "tumblr.com", "discord.com", "discord.gg"),
        *("telegram.org", "t.me", "signal.org", "medium.com", "substack.com", "quora.com", "twitch.tv", "vimeo.com"),
        *("wikipedia.org", "dropbox.com", "slideshare.net", "soundcloud.com", "spotify.com", "bit.ly", "wordpress.com"),
        *("nytimes.com", "bbc.com", "bbc.co.uk", "reuters.com", "bloomberg.com", "wsj.com", "economist.com"),
        *("theguardian.com", "washingtonpost.com", "hrw.org", "amnesty.org", "archive.org"),
    }
)

_TAG = re.compile(r"<[^>]*>")
_HREF = re.compile(r'<a href="([^"]*)"')
_NOT_TEXT = re.compile(r"https?://\S+|\S+@\S+")
_ISO_DATE = re.compile(r"\b(\d{4})-\d{2}-(\d{2})\b")
_TIME = re.compile(
    r"\d{1,2}[:：]\d{2}|(?:kl\.?|klockan)\s*\d{1,2}(?:\.\d{2})?(?:\s*[–-]\s*\d{1,2}(?:\.\d{2})?)?"
    r"|\d{1,2}(?:\.\d{2})?\s*(?:a\.?m\.?|p\.?m\.?)(?!\w)|\d{1,2}\s*[点时]|\d{1,2}\s*月(?!\w*底)",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    r"(?<![0-9A-Za-z.,])(\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?:[.,]\d+)?|\d+(?:[.,]\d+)*)"
    r"(\s*(?:万亿|万|亿|miljoner|miljon|miljarder|miljard|million|billion|tusen|thousand))?"
    r"(\s*(?:%|％|procent(?!enheter)|per\s?cent))?"
)
_TIMES: Final = {
    **dict.fromkeys(("tusen", "thousand"), 1_000),
    "万": 10_000,
    **dict.fromkeys(("miljon", "miljoner", "million"), 1_000_000),
    "亿": 100_000_000,
    **dict.fromkeys(("miljard", "miljarder", "billion"), 1_000_000_000),
    "万亿": 1_000_000_000_000,
}
_LEFT_OVER = re.compile(
    r"lorem ipsum|\bTODO\b|\bTBC\b|\bTBD\b|\bXX+\b|\?{3,}"
    r"|\[(?:insert|text|name|date|namn|datum|länk|link|xx?)\b[^\]]*\]|\bskriv här\b|\bfyll i här\b|\btext kommer\b"
    r"|此处(?:填写|插入|添加)|待补充|待填写|示例文字|占位",
    re.IGNORECASE,
)


def findings(manuscript: Manuscript, languages: tuple[str, ...] | None = None) -> list[Finding]:
    """List what the languages of a piece (all, or those that are sent) do not have in common, and words left over."""
    spoken = languages or manuscript.languages
    found = list(_lines(manuscript, spoken))
    for section in manuscript.sections:
        name = _capital(f"{kind_name(section.kind)} “{section.key}”")
        texts = {one: _text(section, section.texts[one]) for one in spoken if section.texts.get(one)}
        found += _left_over(texts, name, section.key)
        if section.kind not in OWN_PLACES:
            found += _numbers(texts, name, section.key)
        found += _links({one: _rich(section, section.texts[one]) for one in texts}, name, section.key)
    return found + list(_blocked(manuscript, spoken))


def numbers(text: str, language: str) -> dict[str, str]:
    """Return the numbers of a plain text by their value, each as it is written.

    Left out are times and months, whose writing differs, and small numbers without a per cent sign.
    """
    found: dict[str, str] = {}
    bare = _TIME.sub(" ", _ISO_DATE.sub(r"\1 \2", _NOT_TEXT.sub(" ", text)))
    for match in _NUMBER.finditer(bare):
        digits, times, share = match.groups()
        value = _value(digits, language) * _TIMES.get((times or "").strip().lower(), 1)
        if share or value > WRITTEN_OUT or value % 1:
            found.setdefault(f"{value.normalize():f}{'%' if share else ''}", match[0].strip())
    return found


def _lines(manuscript: Manuscript, spoken: tuple[str, ...]) -> Iterator[Finding]:
    for field in LINES:
        texts = {one: words[field] for one in spoken if (words := manuscript.editions.get(one, {})).get(field)}
        yield from _left_over(texts, _capital(field_name(field)), "")


def _numbers(texts: Mapping[str, str], name: str, block: str) -> Iterator[Finding]:
    held = {language: numbers(text, language) for language, text in texts.items()}
    for language, mine in held.items():
        for other, theirs in held.items():
            lacking = [written for value, written in mine.items() if value not in theirs]
            if lacking:
                words = {
                    "place": name,
                    "numbers": " · ".join(lacking[:MOST_NAMED]),
                    "language": locale.NAMES[language],
                    "other": locale.NAMES[other],
                }
                text = _("%(place)s: %(numbers)s stands in %(language)s, but not in %(other)s.") % words
                yield Finding(Level.WARN, "numbers", text, block)


def _links(texts: Mapping[str, str], name: str, block: str) -> Iterator[Finding]:
    count = {language: len(set(_HREF.findall(text))) for language, text in texts.items()}
    if len(set(count.values())) > 1:
        told = " · ".join(f"{locale.NAMES[language]} {number}" for language, number in count.items())
        text = _("%(place)s: the languages have not as many links as each other (%(count)s).")
        yield Finding(Level.WARN, "links", text % {"place": name, "count": told}, block)


def _left_over(texts: Mapping[str, str], name: str, block: str) -> Iterator[Finding]:
    for language, text in texts.items():
        for word in dict.fromkeys(_LEFT_OVER.findall(text)):
            words = {"place": name, "language": locale.NAMES[language], "word": word[:40]}
            said = _("%(place)s, %(language)s: “%(word)s” looks like a place that is still to be filled.")
            yield Finding(Level.STOP, "placeholder", said % words, block)


def links(manuscript: Manuscript, languages: Collection[str]) -> dict[str, str]:
    """Return every address that a piece links to in some languages, with the first block that does."""
    found: dict[str, str] = {}
    for section in manuscript.sections:
        texts = [_rich(section, section.texts.get(language, {})) for language in languages]
        for link in (str(section.shared.get("url") or ""), *_HREF.findall("\n".join(texts))):
            if link:
                found.setdefault(html.unescape(link), section.key)
    return found


def _blocked(manuscript: Manuscript, spoken: tuple[str, ...]) -> Iterator[Finding]:
    hosts: dict[str, str] = {}
    for link, block in links(manuscript, spoken).items():
        host = (urlsplit(link).hostname or "").removeprefix("www.")
        if _is_blocked(host):
            hosts.setdefault(host, block)
    for host, block in hosts.items():
        text = _("%(host)s cannot be opened in mainland China; readers there need another link.")
        yield Finding(Level.WARN, "link.blocked", text % {"host": host}, block)


def _is_blocked(host: str) -> bool:
    parts = host.split(".")
    return any(".".join(parts[start:]) in BLOCKED_IN_CHINA for start in range(len(parts) - 1))


def _value(digits: str, language: str) -> Decimal:
    bare = re.sub(r"[\s\u00a0\u202f]", "", digits)
    decimal = "," if language == "sv" else "."
    thousands = "." if language == "sv" else ","
    if re.fullmatch(rf"\d{{1,3}}(?:\{thousands}\d{{3}})+(?:\{decimal}\d+)?", bare):
        bare = bare.replace(thousands, "")
    whole, *rest = re.split(r"[.,]", bare)
    return Decimal(f"{whole}.{rest[0]}") if len(rest) == 1 else Decimal(whole)


def _text(section: Section, words: Words) -> str:
    fields = SHAPES[section.kind].fields
    return html.unescape(_TAG.sub(" ", "\n".join(words[one] for one in fields if words.get(one))))


def _rich(section: Section, words: Words) -> str:
    return "\n".join(words.get(one, "") for one in SHAPES[section.kind].fields)


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
