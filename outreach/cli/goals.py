"""`outreach goals`: communication goals and how they stand."""

from typing import Annotated

import typer

from outreach.cli import printing, reports
from outreach.foundation.database import transaction
from outreach.foundation.locale import gettext as _
from outreach.reporting import goals as judging


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(goals)


def goals(json: Annotated[bool, typer.Option("--json", help="Answer as JSON.")] = False) -> None:
    """Judge every communication goal by what is known now."""
    with transaction() as session:
        found = judging.judged(session)
    if json:
        printing.as_json([{"name": one.goal.name, "verdict": one.verdict, "share": one.share} for one in found])
    elif found:
        reports.verdicts(found)
    else:
        printing.say(_("No goal has been set."))
