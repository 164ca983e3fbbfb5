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

router = APIRouter()
of_all = APIRouter(prefix="/staff")
of_one = APIRouter(prefix="/staff/{user_id}")

Administrator = Annotated[User, Depends(may(Action.MANAGE_USERS))]


def found(user_id: str, session: Db, _user: Administrator) -> User:
    """Find the member of staff that an address names, for administrators only. Raises NotFound."""
    return staff.get(session, number(user_id))


Member = Annotated[User, Depends(found)]


class MemberForm(BaseModel):
    """A member of staff as they are entered on the page."""

    email: str = Field(default="", max_length=320)
    name: str = Field(default="", max_length=200)
    role: Role = Role.OFFICER
    language: str = Field(default="en", max_length=20)


@of_all.get("")
def show(request: Request, session: Db, user: Administrator) -> Response:
    """List everybody, with a form for one who comes."""
    return _page(request, session, MemberForm(language=user.language))


@of_all.post("")
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


@of_one.get("")
def edit(request: Request, user: Administrator, member: Member) -> Response:
    """Show one of them."""
    return page(request, "staff/detail", at="staff", member=member, roles=_roles(), is_self=member.id == user.id)


@of_one.post("")
def change(session: Db, user: Administrator, member: Member, form: Annotated[MemberForm, Form()]) -> Response:
    """Change name, role and language."""

    def changed() -> str:
        staff.change(session, member, name=form.name, role=form.role, language=form.language, by=user)
        return _("Changed.")

    return act(session, changed, back=f"/staff/{member.id}")


@of_one.post("/link")
def send_anew(session: Db, user: Administrator, member: Member) -> Response:
    """Mail a new link to choose a password by."""

    def sent() -> str:
        notice = Notice.RENEW if member.password_hash else Notice.INVITE
        _mail(session, notice, staff.send_anew(session, member, by=user.email))
        return _("A new link is on its way. It works for seven days.")

    return act(session, sent, back=f"/staff/{member.id}")


@of_one.post("/shut-out")
def shut_out(session: Db, user: Administrator, member: Member) -> Response:
    """Let them in no more."""

    def gone() -> str:
        staff.shut_out(session, member, by=user)
        return _("They are shut out, and signed out everywhere. What they did stays in the log.")

    return act(session, gone, back=f"/staff/{member.id}")


@of_one.post("/second-off")
def take_second_away(session: Db, user: Administrator, member: Member) -> Response:
    """Let them in with the password alone, because their telephone is lost."""

    def taken() -> str:
        second_factor.take_away(session, member, actor=user.email)
        return _("Their password alone opens from now on. Ask them to set up a new app.")

    return act(session, taken, back=f"/staff/{member.id}")


@of_one.post("/let-in")
def let_in(session: Db, user: Administrator, member: Member) -> Response:
    """Let them in again."""

    def back() -> str:
        staff.let_in(session, member, by=user)
        return _("They can sign in again, with the password that they had.")

    return act(session, back, back=f"/staff/{member.id}")


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


router.include_router(of_all)
router.include_router(of_one)
