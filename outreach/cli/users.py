"""`outreach user`: staff accounts."""

import secrets
import sys
from typing import Annotated

import typer

from outreach.accounts import signin
from outreach.accounts.models import Role
from outreach.cli import printing
from outreach.foundation.database import transaction
from outreach.foundation.locale import gettext as _

app = typer.Typer(help="Staff accounts.", no_args_is_help=True)


@app.callback()
def users() -> None:
    """Staff accounts."""


@app.command()
def add(
    email: str,
    role: Annotated[Role, typer.Option(help="What they may do.")] = Role.OFFICER,
    name: Annotated[str | None, typer.Option(help="Their name.")] = None,
    language: Annotated[str, typer.Option(help="Language of the pages: sv, zh-Hans or en.")] = "en",
) -> None:
    """Add a member of staff; asks for a password, or makes one where there is no terminal."""
    if sys.stdin.isatty():
        password = typer.prompt(_("Password"), hide_input=True, confirmation_prompt=True)
    else:
        password = secrets.token_urlsafe(12)
    with transaction() as session:
        signin.add_user(session, email=email, name=name or email, role=role, password=password, language=language)
    printing.say(_("%(email)s can sign in now.") % {"email": email})
    if not sys.stdin.isatty():
        printing.say(_("Password: %(password)s") % {"password": password})
