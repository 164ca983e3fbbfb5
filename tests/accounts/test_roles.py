"""Who may do what, and the log of who did."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from outreach.accounts import audit, roles
from outreach.accounts.models import Role, User
from outreach.accounts.roles import Action
from outreach.foundation import clock
from outreach.foundation.errors import Forbidden


def user(role: Role) -> User:
    return User(email="a@x.example", name="A", role=role, password_hash="")


def test_every_action_has_a_least_role() -> None:
    assert set(roles.POLICY) == set(Action)


@pytest.mark.parametrize("action", list(Action))
def test_each_role_includes_the_ones_before_it(action: Action) -> None:
    allowed = [roles.allows(role, action) for role in (Role.OFFICER, Role.APPROVER, Role.ADMINISTRATOR)]

    assert allowed == sorted(allowed)
    assert allowed[-1]


@pytest.mark.parametrize(
    ("role", "action"),
    [
        (Role.OFFICER, Action.LAUNCH),
        (Role.OFFICER, Action.APPROVE),
        (Role.OFFICER, Action.MANAGE_USERS),
        (Role.APPROVER, Action.MANAGE_USERS),
        (Role.APPROVER, Action.ERASE),
    ],
)
def test_a_lower_role_is_refused_and_told_which_is_needed(role: Role, action: Action) -> None:
    with pytest.raises(Forbidden, match=roles.role_label(roles.POLICY[action])):
        roles.require(user(role), action)


def test_pausing_is_easier_than_launching() -> None:
    roles.require(user(Role.OFFICER), Action.PAUSE)
    roles.require(user(Role.APPROVER), Action.LAUNCH)


def test_who_is_shut_out_may_do_nothing() -> None:
    one = user(Role.ADMINISTRATOR)
    one.disabled_at = clock.now()

    with pytest.raises(Forbidden):
        roles.require(one, Action.LOOK)


def test_the_log_is_paged_from_the_newest_line(session: Session) -> None:
    for number in range(5):
        audit.append(session, actor=f"u{number % 2}", action="test", subject="thing:1", detail={"n": number})

    first = audit.listed(session, audit.Wanted(subject="thing:1"), size=2)
    second = audit.listed(session, audit.Wanted(subject="thing:1"), size=2, cursor=first.next)

    assert [line.detail["n"] for page in (first, second) for line in page.items] == [4, 3, 2, 1]
    assert [line.detail["n"] for line in audit.listed(session, audit.Wanted(actor="u1")).items] == [3, 1]


def test_the_log_cannot_be_rewritten(session: Session) -> None:
    audit.append(session, actor="a", action="test", subject="thing:1")
    session.flush()

    for change in ("UPDATE audit_entry SET actor = 'b'", "DELETE FROM audit_entry"):
        with pytest.raises(DBAPIError, match="permission denied"), session.begin_nested():
            session.execute(text(change))
