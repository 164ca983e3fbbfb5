"""A day, a time and a clock, as a form sends them."""

from datetime import datetime

from outreach.campaigns import planning
from outreach.foundation.errors import Refused
from outreach.foundation.locale import gettext as _


def chosen(day: str, time: str, zone: str) -> datetime:
    """Return the moment that was chosen. Raises Refused for an incomplete one, and for one that a clock skips."""
    if not day or not time:
        raise Refused(_("Choose a day and a time."))
    moment = planning.moment(f"{day} {time} {zone}")
    if moment.replace(tzinfo=None) != datetime.strptime(f"{day} {time}", "%Y-%m-%d %H:%M"):  # noqa: DTZ007 - by that clock
        raise Refused(_("The clocks are put forward then, so there is no such time; choose another."))
    return moment
