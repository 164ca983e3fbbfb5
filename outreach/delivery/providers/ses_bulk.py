"""A letter for SendBulkEmail: once in the template language of Amazon SES, then the values of each recipient.

The language is that of Handlebars without helpers. What an author wrote with braces of his own is not to be taken for
it, so runs of braces (and backslashes before them) are passed as values too. SES escapes nothing: a value has a twin
for HTML.
"""

import html
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from outreach.delivery import fitting, mime
from outreach.delivery.folding import POLICY
from outreach.delivery.interface import Capabilities, Recipient
from outreach.foundation.slots import Slotted

MOST_DATA: Final = 262_144  # characters of one recipient's values
MOST_HEADERS: Final = 15
LONGEST_VALUE: Final = 995  # characters of a header's value
LONGEST_HEADER: Final = 996  # with its name
OWN: Final = frozenset({"message-id", "date"})  # SES writes these itself, whatever is said
TAG: Final = "delivery"

# Braces that could open or close a tag, with what stands by them, and such as would touch a tag of ours.
_INSIDE: Final = r"[\\{}]*(?:\{\{|\}\})[\\{}]*"
_BEFORE_TAG: Final = r"[\\{]+\Z"
_AFTER_TAG: Final = r"\A\}+"


@dataclass(frozen=True)
class Bulk:
    """The letter as a template, the names of its values there, and the braces that it holds."""

    template: mime.Template
    can: Capabilities
    subject: str
    html: str
    text: str
    names: Mapping[str, str]  # the number that stands for a slot
    braces: Mapping[str, str]

    @classmethod
    def of(cls, template: mime.Template, can: Capabilities) -> "Bulk":
        """Translate a letter; once per batch."""
        parts = (template.subject, template.html, template.text)
        names = {
            name: str(number) for number, name in enumerate(sorted({one for part in parts for one in part.tokens}))
        }
        braces: dict[str, str] = {}
        subject, rich, text = (
            _translated(part, names, kind, braces) for part, kind in zip(parts, ("t", "h", "t"), strict=True)
        )
        return cls(template, can, subject, rich, text, names, {name: run for run, name in braces.items()})

    def content(self) -> dict[str, Any]:
        """Return what all recipients have in common."""
        return {
            "Template": {
                "TemplateContent": {"Subject": self.subject, "Html": self.html, "Text": self.text},
                "TemplateData": "{}",
            }
        }

    def entry(self, recipient: Recipient) -> bytes | None:
        """Return what is one recipient's own, as JSON; None when it does not fit and must go as a letter by itself.

        Raises ValueError for an address or value that cannot be written.
        """
        values = {name: mime.one_line(value) for name, value in recipient.values.items()}
        own = fitting.headers(self.template.fill(recipient).headers, self.can)
        headers = {"Content-Language": self.template.letter.language} | {
            name: value for name, value in own.items() if name.lower() not in OWN
        }
        data: dict[str, str] = dict(self.braces)
        for name, number in self.names.items():
            data[f"t{number}"] = values[name]
            data[f"h{number}"] = html.escape(values[name])
        written = json.dumps(data, ensure_ascii=False)
        if len(written) > MOST_DATA or not _fit(headers):
            return None
        entry = {
            "Destination": {"ToAddresses": [mime.address(recipient.address)]},
            "ReplacementEmailContent": {"ReplacementTemplate": {"ReplacementTemplateData": written}},
            "ReplacementHeaders": [{"Name": name, "Value": value} for name, value in headers.items()],
            "ReplacementTags": tags(recipient),
        }
        return json.dumps(entry, ensure_ascii=False).encode()


def mailbox(name: str, address: str) -> str:
    """Return `name <address>` as mail writes it (RFC 2047), on one line. Raises ValueError for no address."""
    written = POLICY.fold_binary("To", POLICY.header_store_parse("To", mime.mailbox(name, address))[1]).decode("ascii")
    return written.removeprefix("To:").replace("\r\n", "").strip()


def tags(recipient: Recipient) -> list[dict[str, str]]:
    """Return what comes back in reports: the delivery."""
    return [{"Name": TAG, "Value": str(recipient.delivery_id)}]


def _fit(headers: Mapping[str, str]) -> bool:
    return len(headers) <= MOST_HEADERS and all(
        0 < len(value) <= LONGEST_VALUE and len(name) + len(value) <= LONGEST_HEADER for name, value in headers.items()
    )


def _translated(part: Slotted, names: Mapping[str, str], kind: str, braces: dict[str, str]) -> str:
    def kept(found: re.Match[str]) -> str:
        return f"{{{{{braces.setdefault(found.group(), f'x{len(braces)}')}}}}}"

    written = []
    for place, literal in enumerate(part.parts[::2]):
        patterns = [_INSIDE]
        if place < len(part.names):
            patterns.append(_BEFORE_TAG)
        if place:
            patterns.insert(0, _AFTER_TAG)
        written.append(re.sub("|".join(patterns), kept, literal))
        if place < len(part.names):
            written.append(f"{{{{{kind}{names[part.names[place]]}}}}}")
    return "".join(written)
