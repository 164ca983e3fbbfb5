"""What changes to many people are called, before and after."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlmodel import Session

from outreach.bulk.models import BulkAction, BulkChange
from outreach.consent.topics import key_label
from outreach.contacts.models import Organisation
from outreach.foundation import locale
from outreach.foundation.locale import gettext as _
from outreach.foundation.locale import ngettext


def label(action: BulkAction) -> str:
    """Name a change in a list of choices."""
    labels = {
        BulkAction.TAG: _("Give them a tag"),
        BulkAction.UNTAG: _("Take a tag from them"),
        BulkAction.EMPLOY: _("Say where they work"),
        BulkAction.SUBSCRIBE: _("Subscribe them to a topic"),
        BulkAction.LEAVE: _("End their subscription to a topic"),
        BulkAction.SUPPRESS: _("Stop all letters to them"),
    }
    return labels[action]


def choose() -> str:
    """Say that nothing is chosen."""
    return _("Choose what is to be done.")


def sentence(session: Session, action: BulkAction, detail: Mapping[str, Any], people: int) -> str:
    """Say what a change does to how many."""
    number = {"number": locale.number(people)}
    match action:
        case BulkAction.TAG:
            said = ngettext("Tag %(number)s person with “%(what)s”", "Tag %(number)s people with “%(what)s”", people)
            what = detail["tag"]
        case BulkAction.UNTAG:
            said = ngettext(
                "Take the tag “%(what)s” from %(number)s person",
                "Take the tag “%(what)s” from %(number)s people",
                people,
            )
            what = detail["tag"]
        case BulkAction.EMPLOY if not detail["organisation"]:
            said = ngettext(
                "Leave %(number)s person without an organisation",
                "Leave %(number)s people without an organisation",
                people,
            )
            what = ""
        case BulkAction.EMPLOY:
            said = ngettext("Let %(number)s person work at %(what)s", "Let %(number)s people work at %(what)s", people)
            employer = session.get(Organisation, UUID(detail["organisation"]))
            what = employer.name(locale.language()) if employer else ""
        case BulkAction.SUBSCRIBE:
            said = ngettext(
                "Subscribe %(number)s person to %(what)s", "Subscribe %(number)s people to %(what)s", people
            )
            what = key_label(detail["topic"])
        case BulkAction.LEAVE:
            said = ngettext(
                "End the subscription of %(number)s person to %(what)s",
                "End the subscription of %(number)s people to %(what)s",
                people,
            )
            what = key_label(detail["topic"])
        case BulkAction.SUPPRESS:
            said = ngettext("Stop all letters to %(number)s person", "Stop all letters to %(number)s people", people)
            what = ""
    return said % {**number, "what": what}


def warning(action: BulkAction) -> str:
    """Say what somebody should know before they confirm."""
    sentences = {
        BulkAction.TAG: _("Who has the tag already stays as they are."),
        BulkAction.UNTAG: _("Who does not have the tag stays as they are."),
        BulkAction.EMPLOY: _("What each person said before stays in their history."),
        BulkAction.SUBSCRIBE: _("Only people with whom this topic never came up: who has left it stays away."),
        BulkAction.LEAVE: _("Letters that wait for them do not leave. Only they themselves should choose it again."),
        BulkAction.SUPPRESS: _(
            "Nothing is sent to their addresses any more, and an administrator can undo it only one address at a time."
        ),
    }
    return sentences[action]


def outcome(change: BulkChange) -> str:
    """Say what came of a change that is finished."""
    same = change.done - change.changed
    said = ngettext("%(number)s person was changed", "%(number)s people were changed", change.changed)
    words = said % {"number": locale.number(change.changed)}
    if same > 0:
        stayed = ngettext("%(number)s person stayed as they were", "%(number)s people stayed as they were", same) % {
            "number": locale.number(same)
        }
        words = _("%(changed)s; %(stayed)s") % {"changed": words, "stayed": stayed}
    return words
