"""`outreach person`: what somebody may ask of us, a copy of everything or to be forgotten."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from outreach.accounts import audit
from outreach.cli import printing
from outreach.contacts import queries
from outreach.foundation.database import transaction
from outreach.foundation.errors import Misuse
from outreach.foundation.locale import gettext as _
from outreach.foundation.logs import mask
from outreach.privacy import erasing, exporting

app = typer.Typer(help="Everything about one person: hand it over, or erase it.", no_args_is_help=True)

Why = Annotated[str, typer.Option(help="On whose request; the audit log keeps it, so name no people.")]


@app.command()
def export(
    email: str,
    reason: Why = "",
    output: Annotated[Path | None, typer.Option(help="Where to write; otherwise it is printed.")] = None,
) -> None:
    """Write everything about a person as JSON (GDPR Art. 15 and 20)."""
    with transaction() as session:
        contact = queries.by_address(session, email)
        document = exporting.hand_over(session, contact, by=audit.COMMAND_LINE, why=reason).as_json()
    if output is None:
        sys.stdout.write(document)
        return
    output.write_text(document, encoding="utf-8")
    output.chmod(0o600)
    printing.say(_("Written to %(file)s.") % {"file": output})


@app.command()
def erase(
    email: str,
    reason: Why = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do it without asking.")] = False,
) -> None:
    """Erase a person for good (GDPR Art. 17). Figures of campaigns stay as they are."""
    with transaction() as session:
        rows = exporting.export(session, queries.by_address(session, email)).rows
    printing.say(
        _("%(address)s: %(letters)s letters are cut loose, %(events)s opens and clicks become numbers, the rest goes.")
        % {"address": mask(email), "letters": len(rows["letters"]), "events": len(rows["events"])}
    )
    if not yes:
        if not sys.stdin.isatty():
            raise Misuse(_("There is nobody to ask here; add --yes to erase without asking."))
        typer.confirm(_("Erase this person for good?"), abort=True)
    with transaction() as session:
        erasing.erase(session, queries.by_address(session, email), by=audit.COMMAND_LINE, why=reason)
    printing.say(_("This person is erased. Figures of campaigns are as before."))
