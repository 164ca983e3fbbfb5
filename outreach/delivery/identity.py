"""An identity as somebody enters it: every field read at the door, every fault named (RFC 5322 §3.4, RFC 2919)."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Final, TypeVar

from email_validator import EmailNotValidError, validate_email

from outreach.delivery.models import Stream
from outreach.foundation.errors import Refused
from outreach.foundation.locale import NAMES
from outreach.foundation.locale import gettext as _

MOST_SELECTORS: Final = 5
LONGEST_NAME: Final = 80  # characters; a phone shows some thirty
_KEY: Final = re.compile(r"(?!new$)[a-z][a-z0-9-]{1,18}[a-z0-9]")
_LABEL: Final = r"(?!-)[a-z0-9_-]{1,63}(?<!-)"
_DOMAIN: Final = re.compile(rf"(?=.{{1,253}}$)(?:{_LABEL}\.)+{_LABEL}")
_SELECTOR: Final = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
# Controls, formats (overrides of direction and what is invisible), surrogates, private use, unassigned, separators
_UNSAFE: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})

Read = TypeVar("Read")


class Faults(Refused):
    """Fields that cannot be taken as they are, each with its sentence; the message is the first of them."""

    def __init__(self, by_field: Mapping[str, str]) -> None:
        super().__init__(next(iter(by_field.values())))
        self.by_field = dict(by_field)


@dataclass(frozen=True)
class Given:
    """What was entered, as text."""

    stream: str
    address: str
    names: Mapping[str, str]
    reply_to: str = ""
    list_id: str = ""
    envelope_domain: str = ""
    dkim_domain: str = ""
    dkim_selectors: str = ""
    spf_include: str = ""


@dataclass(frozen=True)
class Identity:
    """From whom a letter comes: sound, in the form in which it is kept. Empty fields mean their defaults."""

    stream: Stream
    address: str
    names: dict[str, str]
    reply_to: str | None
    list_id: str | None
    envelope_domain: str | None
    dkim_domain: str | None
    dkim_selectors: list[str]
    spf_include: str | None


@dataclass
class _Reading:
    faults: dict[str, str] = field(default_factory=dict)

    def of(self, name: str, read: Callable[[], Read], otherwise: Read) -> Read:
        """Read one field; a fault is noted, and `otherwise` stands in until all are known."""
        try:
            return read()
        except Refused as refusal:
            self.faults[name] = refusal.message
            return otherwise


def read(given: Given, *, languages: tuple[str, ...]) -> Identity:
    """Read what was entered. Raises Faults, with a sentence per field that is wrong."""
    reading = _Reading()
    identity = Identity(
        stream=reading.of("stream", lambda: _stream(given.stream), Stream.NEWSLETTER),
        names={tag: reading.of(f"name_{tag}", partial(_name, tag, given.names), "") for tag in languages},
        address=reading.of("address", lambda: _address(given.address), ""),
        reply_to=reading.of("reply_to", lambda: _optional(given.reply_to, _address), None),
        list_id=reading.of("list_id", lambda: _optional(given.list_id, _domain), None),
        envelope_domain=reading.of("envelope_domain", lambda: _optional(given.envelope_domain, _domain), None),
        dkim_domain=reading.of("dkim_domain", lambda: _optional(given.dkim_domain, _domain), None),
        dkim_selectors=reading.of("dkim_selectors", lambda: _selectors(given.dkim_selectors), []),
        spf_include=reading.of("spf_include", lambda: _optional(given.spf_include, _domain), None),
    )
    if reading.faults:
        raise Faults(reading.faults)
    return identity


def key(text: str) -> str:
    """Read the short name that stands in List-Id and Feedback-ID for good. Raises Faults."""
    if not _KEY.fullmatch(text):
        raise Faults({"key": _("Write the key with 3 to 20 small letters, digits and hyphens, such as press-china.")})
    return text


def _stream(text: str) -> Stream:
    try:
        return Stream(text)
    except ValueError as unknown:
        raise Refused(_("Choose what kind of mail it is for: newsletter, press or system.")) from unknown


def _name(language: str, names: Mapping[str, str]) -> str:
    """Read a name of From. What could break a header or show another name than is written is refused (S-01, F-04)."""
    name = " ".join(unicodedata.normalize("NFC", names.get(language, "")).split(" ")).strip()
    if any(unicodedata.category(one) in _UNSAFE for one in name):
        raise Refused(_("The name holds a character that nobody sees or that turns the text around; type it anew."))
    if not name:
        raise Refused(_("Write the name that readers see (%(language)s).") % {"language": NAMES[language]})
    if len(name) > LONGEST_NAME:
        raise Refused(_("The name is too long; mailboxes show some thirty characters of it."))
    return name


def _address(text: str) -> str:
    """Read one address; a second one, a name around it or an option of a mail program is refused (F-05, S-02)."""
    try:
        # Made-up domains are let in for development; in production their check fails.
        found = validate_email(text.strip(), check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError as wrong:
        raise _no_address() from wrong
    local, domain = found.local_part, found.ascii_domain.lower()
    if not local.isascii() or local.startswith("-") or not _DOMAIN.fullmatch(domain):
        raise _no_address()
    return f"{local}@{domain}"


def _no_address() -> Refused:
    return Refused(_("Write exactly one mail address, such as newsletter@example.org."))


def _domain(text: str) -> str:
    domain = text.strip().lower().rstrip(".")
    if not domain.isascii():
        domain = _in_ascii(domain)
    if not _DOMAIN.fullmatch(domain):
        raise Refused(_("Write it as a domain, such as mail.example.org."))
    return domain


def _in_ascii(domain: str) -> str:
    try:
        found = validate_email(f"x@{domain}", check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError:
        return ""
    return found.ascii_domain.lower()


def _selectors(text: str) -> list[str]:
    found = list(dict.fromkeys(text.lower().replace(",", " ").split()))
    if len(found) > MOST_SELECTORS or not all(_SELECTOR.fullmatch(one) for one in found):
        raise Refused(_("Write at most five selectors, such as s1 or mail2026, with a space between them."))
    return found


def _optional(text: str, read_: Callable[[str], str]) -> str | None:
    return read_(text) if text.strip() else None
