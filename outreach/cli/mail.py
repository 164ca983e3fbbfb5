"""`outreach mail`: mail that came in, piped from a mail server."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from outreach.cli import printing
from outreach.foundation.database import transaction
from outreach.foundation.errors import Misuse, Unavailable
from outreach.foundation.locale import gettext as _
from outreach.readers import mailto
from outreach.readers.mailto import Verdict

app = typer.Typer(help="Mail that came in.", no_args_is_help=True)

TEMPORARY = 75  # EX_TEMPFAIL of sysexits.h: a mail server keeps the mail and tries again


@app.callback()
def mail() -> None:
    """Mail that came in."""


@app.command()
def read(
    file: Annotated[Path, typer.Argument(help="A mail as it came over the wire; - reads standard input.")],
) -> None:
    """Let somebody leave who wrote to the address for leaving. Exit status 75 asks a mail server to try again."""
    raw = sys.stdin.buffer.read(mailto.LARGEST + 1) if str(file) == "-" else file.read_bytes()
    if len(raw) > mailto.LARGEST:
        raise Misuse("This mail is larger than a megabyte; no request to leave is.")
    try:
        with transaction() as session:
            verdict = mailto.read(session, raw)
    except Unavailable as away:
        typer.echo(f"outreach: {away.message}", err=True)
        raise typer.Exit(TEMPORARY) from away
    printing.say(_said(verdict))


def _said(verdict: Verdict) -> str:
    return {
        Verdict.LEFT: _("Somebody has left; letters that were planned have been stopped."),
        Verdict.OTHER: _("There is no token of ours in it: a mail like any other."),
        Verdict.GONE: _("Its letter or its reader is not there any more; there is nothing to leave."),
    }[verdict]
