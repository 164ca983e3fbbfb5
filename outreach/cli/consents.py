"""`outreach consent`: the ledger of permissions, read from its beginning."""

from typing import Annotated

import typer

from outreach.cli import printing
from outreach.consent import replaying
from outreach.foundation import locale
from outreach.foundation.database import transaction
from outreach.foundation.locale import gettext as _

app = typer.Typer(help="The ledger of permissions.", no_args_is_help=True)


@app.callback()
def consent() -> None:
    """Gather what there is to ask of the ledger."""


@app.command()
def check(json: Annotated[bool, typer.Option("--json", help="Answer as JSON.")] = False) -> None:
    """Read every entry anew and compare it with where people stand; exit status 1 where it says something else."""
    with transaction() as session:
        entries = replaying.entries(session)
        found = replaying.differences(session)
    if json:
        printing.as_json({"entries": entries, "differences": [vars(one) for one in found]})
    elif found:
        for one in found:
            about = f"topic {one.topic_id}" if one.topic_id else "tracking"
            printing.say(f"contact {one.contact_id}, {about}: {one.proved} → {one.held}")
    else:
        said = _("{number} entries, and everybody stands where they say.")
        printing.say(said.format(number=locale.number(entries)))
    if found:
        raise typer.Exit(1)
