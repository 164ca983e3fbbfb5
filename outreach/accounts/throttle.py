"""How often signing in may fail."""

from typing import Final

import structlog
from limits import RateLimitItem, RateLimitItemPerMinute

from outreach.foundation import throttling
from outreach.foundation.errors import TooMany
from outreach.foundation.locale import gettext as _

log = structlog.get_logger()

_WHAT: Final = "sign-in"
_PAIR: Final = RateLimitItemPerMinute(10, 15)  # one user from one place: a forgotten password
_USER: Final = RateLimitItemPerMinute(100, 15)  # one user from many places: a botnet
_PLACE: Final = RateLimitItemPerMinute(50, 15)  # many users from one place: a list of stolen passwords


def insist(email: str, client: str) -> None:
    """Let an attempt through, or raise TooMany. `client` is the visitor's IP address, empty when there is none."""
    if not throttling.is_free(_WHAT, _limits(email, client)):
        log.warning("sign_in_limited")
        raise TooMany(_("Too many attempts to sign in; wait a quarter of an hour and try again."))


def count_failure(email: str, client: str) -> None:
    """Remember that an attempt failed."""
    throttling.count(_WHAT, _limits(email, client))


def _limits(email: str, client: str) -> list[tuple[RateLimitItem, tuple[str, ...]]]:
    limits: list[tuple[RateLimitItem, tuple[str, ...]]] = [
        (_PAIR, ("pair", email, client)),
        (_USER, ("user", email)),
    ]
    return [*limits, (_PLACE, ("place", client))] if client else limits
