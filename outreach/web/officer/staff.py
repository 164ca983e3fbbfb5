"""Staff, as administrators see them: who may do what, who comes, and who goes."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from pydantic import BaseModel, Field
from sqlmodel import Session

from outreach.accounts import roles, second_factor, staff
from outreach.accounts.models import Invitation, Role, User
from outreach.accounts.roles import Action
from outreach.content import notices
from outreach.content.notices import Notice
from outreach.foundation import urls
from outreach.foundation.errors import Conflict, Refused, Unavailable
from outreach.foundation.locale import gettext as _
from outreach.web.access import Db, may
from outreach.web.officer.page import act, number, page
from outreach.web.pages import redirect

router = APIRouter(prefix="/staff")

Administrator = Annotated[User, Depends(may(Action.MANAGE_USERS))]


class MemberForm(BaseModel):
    """A member of staff as they are entered on the page."""

    email: str = Field(default="", max_length=320)
    name: str = Field(default="", max_length=200)
    role: Role = Role.OFFICER
    language: str = Field(default="en", max_length=20)


@router.get("")
def show(request: Request, session: Db, user: Administrator) -> Response:
    """List everybody, with a form for one who comes."""
    return _page(request, session, MemberForm(language=user.language))


@router.post("")
def invite(request: Request, session: Db, user: Administrator, form: Annotated[MemberForm, Form()]) -> Response:
    """Add somebody and mail them the link by which they choose a password."""
    try:
        with session.begin_nested():
            made = staff.invite(
                session, email=form.email, name=form.name, role=form.role, language=form.language, by=user.email
            )
            _mail(session, Notice.INVITE, made)
    except (Refused, Conflict, Unavailable) as refusal:
        return _page(request, session, form, problem=refusal.message, status=refusal.status)
    return redirect("/staff", say=_("The invitation is on its way. The link in it works for seven days."))


@router.get("/{user_id}")
def edit(request: Request, session: Db, _user: Administrator, user_id: str) -> Response:
    """Show one of them."""
    member = staff.get(session, number(user_id))
    return page(request, "staff/detail", at="staff", member=member, roles=_roles(), is_self=member.id == _user.id)


@router.post("/{user_id}")
def change(session: Db, user: Administrator, user_id: str, form: Annotated[MemberForm, Form()]) -> Response:
    """Change name, role and language."""
    member = staff.get(session, number(user_id))

    def changed() -> str:
        staff.change(session, member, name=form.name, role=form.role, language=form.language, by=user)
        return _("Changed.")

    return act(session, changed, back=f"/staff/{user_id}")


@router.post("/{user_id}/link")
def send_anew(session: Db, user: Administrator, user_id: str) -> Response:
    """Mail a new link to choose a password by."""
    member = staff.get(session, number(user_id))

    def sent() -> str:
        notice = Notice.RENEW if member.password_hash else Notice.INVITE
        _mail(session, notice, staff.send_anew(session, member, by=user.email))
        return _("A new link is on its way. It works for seven days.")

    return act(session, sent, back=f"/staff/{user_id}")


@router.post("/{user_id}/shut-out")
def shut_out(session: Db, user: Administrator, user_id: str) -> Response:
    """Let them in no more."""
    member = staff.get(session, number(user_id))

    def gone() -> str:
        staff.shut_out(session, member, by=user)
        return _("They are shut out, and signed out everywhere. What they did stays in the log.")

    return act(session, gone, back=f"/staff/{user_id}")


@router.post("/{user_id}/second-off")
def take_second_away(session: Db, user: Administrator, user_id: str) -> Response:
    """Let them in with the password alone, because their telephone is lost."""
    member = staff.get(session, number(user_id))

    def taken() -> str:
        second_factor.take_away(session, member, actor=user.email)
        return _("Their password alone opens from now on. Ask them to set up a new app.")

    return act(session, taken, back=f"/staff/{user_id}")


@router.post("/{user_id}/let-in")
def let_in(session: Db, user: Administrator, user_id: str) -> Response:
    """Let them in again."""
    member = staff.get(session, number(user_id))

    def back() -> str:
        staff.let_in(session, member, by=user)
        return _("They can sign in again, with the password that they had.")

    return act(session, back, back=f"/staff/{user_id}")


def _mail(session: Session, notice: Notice, made: Invitation) -> None:
    user = staff.get(session, made.user_id)
    notices.post(session, notice, address=user.email, language=user.language, link=urls.invitation(made.id))


def _page(request: Request, session: Db, form: MemberForm, *, problem: str = "", status: int = 200) -> Response:
    return page(
        request,
        "staff/list",
        at="staff",
        status=status,
        members=staff.listed(session),
        role_label=roles.role_label,
        roles=_roles(),
        form=form,
        problem=problem,
    )


def _roles() -> list[tuple[str, str]]:
    return [(role.value, roles.role_label(role)) for role in Role]
