"""`outreach deliveries`: one line per recipient, and deciding about unclear ones."""

import csv
import sys
from typing import Annotated

import typer

from outreach.accounts import audit
from outreach.campaigns import planning, resolving
from outreach.cli import printing
from outreach.contacts.importing.cells import guard
from outreach.delivery import queries
from outreach.delivery.models import DeliveryState
from outreach.foundation.database import transaction
from outreach.foundation.errors import Misuse
from outreach.foundation.locale import gettext as _

app = typer.Typer(help="Deliveries: who got what.", no_args_is_help=True)

State = Annotated[DeliveryState | None, typer.Option(help="Only this state.")]


@app.command("list")
def listing(
    campaign: str,
    state: State = None,
    limit: Annotated[int, typer.Option(help="At most so many.")] = 100,
    json: Annotated[bool, typer.Option("--json", help="Answer as JSON.")] = False,
) -> None:
    """List a campaign's deliveries."""
    with transaction() as session:
        rows = queries.listed(session, planning.get(session, campaign).id, state=state, limit=limit)
    if json:
        printing.as_json(rows)
        return
    printing.table(
        "",
        [_("Address"), _("Language"), _("State"), _("Reason")],
        [[one.address, one.language, one.state.value, one.reason or ""] for one in rows],
        numbers_from=9,
    )


@app.command()
def export(campaign: str, state: State = None) -> None:
    """Write all deliveries of a campaign as CSV to standard output."""
    writer = csv.writer(sys.stdout)
    writer.writerow(["delivery", "address", "language", "state", "reason"])
    after = None
    while True:
        with transaction() as session:
            page = queries.listed(session, planning.get(session, campaign).id, state=state, after=after, limit=5000)
        if not page:
            return
        writer.writerows(
            [one.id, guard(one.address), one.language, one.state.value, guard(one.reason or "")] for one in page
        )
        after = page[-1].id


@app.command()
def resolve(
    campaign: str,
    resend: Annotated[bool, typer.Option("--resend", help="Send the unclear ones again: some may get two.")] = False,
    abandon: Annotated[bool, typer.Option("--abandon", help="Leave them: some may have got none.")] = False,
) -> None:
    """Decide about deliveries of which the provider's answer was lost."""
    if resend == abandon:
        raise Misuse(_("Choose one: --resend or --abandon."))
    with transaction() as session:
        number = resolving.resolve(session, planning.get(session, campaign), resend=resend, by=audit.COMMAND_LINE)
    printing.say(_("%(number)s decided.") % {"number": number})
