"""How we came by somebody's address: a closed list, and the one way that is not allowed."""

import re
from typing import Final

from outreach.contacts.models import SourceKind
from outreach.foundation.locale import gettext as _

# An address that nobody gave may not be written to (MII Order 38, Art. 12; GDPR Art. 5(1)(a)).
_COLLECTED: Final = re.compile(r"harvest|scrap|guess|bought|köpt|skrapad|gissad|采集|抓取|猜测|购买", re.IGNORECASE)


def is_collected(source: str) -> bool:
    """Tell whether a source, in whatever words, says that the owners of the addresses did not give them."""
    return _COLLECTED.search(source) is not None


def label(kind: SourceKind) -> str:
    """Name a kind of source, in the language in use."""
    labels = {
        SourceKind.UNSAID: _("Not said"),
        SourceKind.THEMSELVES: _("They gave it themselves"),
        SourceKind.EMPLOYER: _("Their organisation or a colleague gave it"),
        SourceKind.PUBLISHED: _("Published for being written to"),
        SourceKind.TAKEN_OVER: _("From a list whose holder could pass it on"),
        SourceKind.COLLECTED: _("Collected, guessed or bought: never written to"),
    }
    return labels[kind]
