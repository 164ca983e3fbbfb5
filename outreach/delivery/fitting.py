"""Whether a provider can carry a letter at all: what it cannot is said before anything leaves, never left out."""

from collections.abc import Mapping

from outreach.delivery import mime
from outreach.delivery.interface import Capabilities, Letter
from outreach.foundation.slots import names_in


def problem(letter: Letter, can: Capabilities) -> str | None:
    """Say in a sentence why this provider cannot carry this letter; None when it can."""
    own = [name for name, value in letter.headers.items() if name != "Message-ID" and names_in(value)]
    if own and not can.own_headers:
        return f"This provider cannot give each reader an own {' and '.join(own)}; choose another one"
    if can.longest_from_name is not None and len(letter.from_name) > can.longest_from_name:
        return f"This provider takes at most {can.longest_from_name} characters as the sender's name"
    return None


def headers(values: Mapping[str, str], can: Capabilities) -> dict[str, str]:
    """Return header values as the provider wants them: in encoded-words (RFC 2047) where it does not make them."""
    return dict(values) if can.utf8_headers else {name: mime.encoded(value) for name, value in values.items()}
