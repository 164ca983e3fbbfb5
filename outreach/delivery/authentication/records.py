"""Records as text: tag lists that DKIM and DMARC share, and the line that goes into a zone."""

import re
from collections.abc import Mapping

_TAG = re.compile(r"\s*([A-Za-z][A-Za-z0-9_]*)\s*=\s*(.*?)\s*", re.DOTALL)
TO_FILL_IN = "…"  # what only the provider knows
_STRING = 255  # octets that one string of a TXT record holds (RFC 1035 §3.3)


def tags(record: str) -> dict[str, str]:
    """Read «v=DKIM1; k=rsa; p=…» (RFC 6376 §3.2); what is no tag is left out, and the first of two counts."""
    found: dict[str, str] = {}
    for part in record.split(";"):
        if tag := _TAG.fullmatch(part):
            found.setdefault(tag[1].lower(), tag[2])
    return found


def tag_list(values: Mapping[str, str]) -> str:
    """Write a tag list."""
    return "; ".join(f"{name}={value}" for name, value in values.items())


def text_line(name: str, value: str) -> str:
    """Write the line that publishes a TXT record, as it stands in a zone file (RFC 1035 §5.1)."""
    strings = [value[start : start + _STRING] for start in range(0, len(value), _STRING)]
    return f"{name}. IN TXT " + " ".join(_quoted(one) for one in strings)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
