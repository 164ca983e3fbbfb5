"""Values of `piece.yaml` and of one-line fields, checked at the door."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from outreach.foundation import slots
from outreach.foundation.errors import Refused
from outreach.foundation.locale import gettext as _
from outreach.rendering import links, merge, richtext

LONGEST_LINE: Final = 1000  # characters

_KEY = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")
_CODE = re.compile(r"[a-z]+:[A-Za-z0-9_.-]+")
_LOCAL = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}")


def line(text: str) -> str:
    """Return one plain line as it is kept: no control or private-use characters, no breaks. Merge chips stay chips."""
    kept = merge.plain(slots.strip(" ".join(text.split("\n")))).strip()
    if len(kept) > LONGEST_LINE:
        raise Refused(_("This line has more than 1,000 characters; shorten it."))
    richtext.with_tokens(kept)  # refuses a merge field that does not exist
    return kept


def key(text: str) -> str:
    """Return a key, which stands in addresses and file names."""
    if not is_key(text):
        raise Refused(
            _("“%(value)s” cannot be a key; use at most 80 small letters a–z, digits and hyphens.")
            % {"value": text[:90]}
        )
    return text


def is_key(text: str) -> bool:
    """Tell whether a text can be a key at all, before the database is asked for it."""
    return _KEY.fullmatch(text) is not None


def code(text: str) -> str:
    """Return a subject code of a controlled vocabulary, such as an IPTC NewsCode."""
    if not _CODE.fullmatch(text):
        raise Refused(_("“%(value)s” is not a code; write it as medtop:20000524.") % {"value": text[:90]})
    return text


def day(text: str) -> date:
    """Return a date."""
    try:
        return date.fromisoformat(text)
    except ValueError as fault:
        raise Refused(_("“%(value)s” is not a date; write it as 2026-11-26.") % {"value": text[:90]}) from fault


def moment(text: str) -> datetime:
    """Return a moment in UTC, to the second. One without a time zone says nothing."""
    try:
        given = datetime.fromisoformat(text)
    except ValueError:
        given = None
    if given is None or given.tzinfo is None:
        raise Refused(
            _("“%(value)s” is not a moment with a time zone; write it as 2026-11-26T02:00:00Z.") % {"value": text[:90]}
        )
    return given.astimezone(UTC).replace(microsecond=0)


def local_time(text: str) -> str:
    """Return a date and time on the clock of the place where something happens."""
    try:
        if _LOCAL.fullmatch(text):
            datetime.fromisoformat(text)
            return text
    except ValueError:
        pass
    raise Refused(_("“%(value)s” is not a local time; write it as 2026-12-15T15:00.") % {"value": text[:90]})


def time_zone(text: str) -> str:
    """Return the IANA name of a time zone."""
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError) as fault:
        raise Refused(_("“%(value)s” is not a time zone; write it as Asia/Shanghai.") % {"value": text[:90]}) from fault
    return text


def level(text: str) -> int:
    """Return the level of a heading between blocks; 1 belongs to the title."""
    if text not in {"2", "3"}:
        raise Refused(_("“%(value)s” is not the level of a heading; write 2 or 3.") % {"value": text[:90]})
    return int(text)


SHARED: Final[dict[str, Callable[[str], str | int]]] = {
    "level": level,
    "image": str,
    "starts_at": local_time,
    "ends_at": local_time,
    "time_zone": time_zone,
    "url": links.allowed,
    "topic": str,
}
