"""The fixed words of press work: focus areas, markers, and the embargo sentence with its three clocks."""

from datetime import datetime
from enum import StrEnum
from typing import Final

from outreach.content import embargo
from outreach.foundation import locale
from outreach.foundation.locale import gettext as _
from outreach.rendering.design import topic_label

FOCUS_AREAS: Final = ("human_rights", "labour", "environment", "anticorruption")


class Marker(StrEnum):
    """What stands above a headline so that an editor sees at once what this is."""

    RELEASE = "release"  # a press release
    EMBARGO = "embargo"  # under embargo
    CORRECTION = "correction"  # corrects an earlier release
    RETRACTION = "retraction"  # takes an earlier release back


def focus_area(key: str) -> str:
    """Name a focus area, or another topic, in the language in use."""
    return topic_label(key)


def marker(which: Marker, language: str) -> str:
    """Return a marker as the press of a language writes it, whichever is in use."""
    with locale.use(language):
        return {
            Marker.RELEASE: _("PRESS RELEASE"),
            Marker.EMBARGO: _("EMBARGOED"),
            Marker.CORRECTION: _("CORRECTION"),
            Marker.RETRACTION: _("RETRACTED"),
        }[which]


def embargo_sentence(until: datetime, language: str) -> str:
    """Ask in one language to hold the news until a moment, with Beijing, Swedish and UTC time, the own clock first."""
    return embargo.sentence(until, language)
