"""Who may do what: one table."""

from enum import StrEnum
from typing import Final

from outreach.accounts.models import Role, User
from outreach.foundation.errors import Forbidden
from outreach.foundation.locale import gettext as _


class Action(StrEnum):
    """Something that a member of staff may be allowed to do."""

    LOOK = "look"  # see pages, lists and reports
    SEE_PEOPLE = "see_people"  # read names and addresses; without it they are masked on every page
    WRITE = "write"  # write pieces, upload pictures, send tests to staff
    EDIT_CONTACTS = "edit_contacts"  # add and change people, organisations, segments
    PLAN = "plan"  # make and schedule campaigns, set goals
    PAUSE = "pause"  # hold a running campaign: stopping is always easier than starting
    APPROVE = "approve"  # free a piece for sending
    LAUNCH = "launch"  # let a campaign go, or go on
    WAIVE = "waive"  # let a campaign go from a sender that is not in order
    CANCEL = "cancel"  # end a campaign for good
    RESOLVE = "resolve"  # decide about ambiguous deliveries
    SUPPRESS = "suppress"  # end all mail to an address: again, stopping is easier than starting
    UNSUPPRESS = "unsuppress"  # let mail go to such an address again
    EXPORT_PEOPLE = "export_people"  # take personal data out of the product
    ERASE = "erase"  # carry out a request to be forgotten
    SEE_AUDIT = "see_audit"  # read the audit log
    MANAGE_USERS = "manage_users"  # add, change and shut out staff
    MANAGE_SETTINGS = "manage_settings"  # senders, topics, providers


POLICY: Final[dict[Action, Role]] = {
    Action.LOOK: Role.READER,
    Action.SEE_PEOPLE: Role.OFFICER,
    Action.WRITE: Role.OFFICER,
    Action.EDIT_CONTACTS: Role.OFFICER,
    Action.PLAN: Role.OFFICER,
    Action.PAUSE: Role.OFFICER,
    Action.APPROVE: Role.APPROVER,
    Action.LAUNCH: Role.APPROVER,
    Action.WAIVE: Role.ADMINISTRATOR,
    Action.CANCEL: Role.APPROVER,
    Action.RESOLVE: Role.APPROVER,
    Action.SUPPRESS: Role.OFFICER,
    Action.UNSUPPRESS: Role.ADMINISTRATOR,
    Action.EXPORT_PEOPLE: Role.APPROVER,
    Action.ERASE: Role.ADMINISTRATOR,
    Action.SEE_AUDIT: Role.ADMINISTRATOR,
    Action.MANAGE_USERS: Role.ADMINISTRATOR,
    Action.MANAGE_SETTINGS: Role.ADMINISTRATOR,
}

_RANK: Final = {role: rank for rank, role in enumerate(Role)}


def allows(role: Role, action: Action) -> bool:
    """Tell whether a role may do something; pages show only what is allowed."""
    return _RANK[role] >= _RANK[POLICY[action]]


def require(user: User, action: Action) -> None:
    """Insist that a user may do something. Raises Forbidden, naming the role that may."""
    if user.disabled_at is not None or not allows(user.role, action):
        raise Forbidden(
            _("This needs the role “%(role)s”; ask an administrator.") % {"role": role_label(POLICY[action])}
        )


def role_label(role: Role) -> str:
    """Name a role in the language in use."""
    labels = {
        Role.READER: _("Reader of figures"),
        Role.OFFICER: _("Officer"),
        Role.APPROVER: _("Approver"),
        Role.ADMINISTRATOR: _("Administrator"),
    }
    return labels[role]
