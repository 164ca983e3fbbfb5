"""The sentences that somebody agrees to on the sign-up page, in the language in use; each is kept as it was read."""

from typing import Final

from outreach.consent import topics
from outreach.consent.models import Topic
from outreach.consent.preferences import tracking_wording
from outreach.foundation.locale import gettext as _
from outreach.foundation.settings import settings

TRACKING: Final = "*tracking"  # beside the keys of topics, which hold no asterisk
TRANSFER: Final = "*transfer"
ASKS_FOR_TRANSFER: Final = "zh-Hans"  # the page for readers in China asks for it by itself (PIPL Art. 39)


def topics_legend() -> str:
    """Return what stands above the topics."""
    return _("I want letters on these topics")


def transfer_wording() -> str:
    """Return the sentence beside the box about data that leaves China; it never comes ticked."""
    return _("I agree separately that my personal data goes to the recipients abroad that are named here.")


def measures() -> bool:
    """Tell whether the page asks for consent to measuring."""
    return settings().tracking != "off"


def read(chosen: list[Topic], *, tracking: bool, transfer: bool) -> dict[str, str]:
    """Return what stood beside each box that was ticked, by the topic's key or the constants above."""
    found = {
        topic.key: _("I want letters on these topics: %(topic)s") % {"topic": topics.label(topic)} for topic in chosen
    }
    if tracking:
        found[TRACKING] = tracking_wording()
    if transfer:
        found[TRANSFER] = transfer_wording()
    return found
