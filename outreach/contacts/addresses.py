"""Mail addresses: what a person typed, and the one form in which it is compared."""

import unicodedata
from dataclasses import dataclass
from typing import Final

from email_validator import EmailNotValidError, validate_email

from outreach.foundation.errors import Refused
from outreach.foundation.locale import gettext as _

_INVISIBLE: Final = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
_SHOWN: Final = 80


@dataclass(frozen=True, slots=True)
class Address:
    """An address as typed, tidied, and its `normalised` form: lower case, domain in ASCII (RFC 5891)."""

    typed: str
    normalised: str


def normalise(email: str) -> Address:
    """Read an address. Raises Refused with a sentence for the person.

    Full-width characters (＠) and what copying leaves around an address are mended. No DNS is asked. The local part is
    compared in lower case: RFC 5321 §2.4 lets a server tell `Anna@` from `anna@`, but no two people share the pair. A
    local part outside ASCII is refused: it arrives only where every server on the way speaks SMTPUTF8 (RFC 6531).
    """
    typed = unicodedata.normalize("NFKC", email).translate(_INVISIBLE).strip()
    try:
        read = validate_email(typed, check_deliverability=False)
    except EmailNotValidError as fault:
        raise _refused(typed) from fault
    if not read.local_part.isascii():
        raise Refused(
            _("“%(address)s” has letters outside a–z before the @, which mail services do not carry; ask for another.")
            % {"address": _shown(typed)}
        )
    return Address(
        typed=f"{read.local_part}@{read.domain}", normalised=f"{read.local_part}@{read.ascii_domain}".lower()
    )


def _refused(typed: str) -> Refused:
    if not typed:
        return Refused(_("A mail address is needed; write it as name@example.org."))
    return Refused(_("“%(address)s” is not a mail address; write it as name@example.org.") % {"address": _shown(typed)})


def _shown(typed: str) -> str:
    printable = "".join(one if one.isprintable() else " " for one in typed)
    return printable if len(printable) <= _SHOWN else printable[:_SHOWN] + "…"
