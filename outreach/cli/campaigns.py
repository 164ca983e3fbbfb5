"""`outreach campaign`: plan, check, approve, launch, steer, watch, report."""

import time
from typing import Annotated

import typer

from outreach.campaigns import audience, expecting, launching, origin, planning, queries, readiness, steering
from outreach.campaigns.models import CampaignState, Layout
from outreach.cli import printing, reports
from outreach.content import approval
from outreach.content import queries as pieces
from outreach.foundation.database import transaction
from outreach.foundation.errors import Refused
from outreach.foundation.locale import gettext as _
from outreach.segments import preview, rules

app = typer.Typer(help="Campaigns: what goes to whom, and when.", no_args_is_help=True)

BY = "command line"
Id = Annotated[str, typer.Argument(help="The campaign's id, or enough of its beginning.")]
AsJson = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]


@app.command()
def create(
    content: Annotated[str, typer.Option(help="Key of the piece to send.")],
    segment: Annotated[str, typer.Option(help="Whom, as a rule: kind=company and language=zh-Hans.")] = "everyone",
    exclude: Annotated[str | None, typer.Option(help="Whom to leave out, as a rule.")] = None,
    name: Annotated[str | None, typer.Option(help="What you call it.")] = None,
    at: Annotated[str | None, typer.Option(help='When: "2026-12-03 09:30 Asia/Shanghai".')] = None,
    layout: Annotated[Layout, typer.Option(help="One language a letter, or two stacked.")] = Layout.SINGLE,
    sender: Annotated[str | None, typer.Option(help="Key of the sender; the oldest of its kind when left out.")] = None,
) -> None:
    """Plan a campaign; with --at it is scheduled."""
    include = rules.parse_text(segment)
    with transaction() as session:
        piece = pieces.by_key(session, content)
        campaign = planning.create(
            session,
            piece,
            name=name or content,
            include=include,
            exclude=rules.parse_text(exclude) if exclude else None,
            layout=layout,
            at=planning.moment(at) if at else None,
            sender=sender,
            by=BY,
        )
        printing.say(str(campaign.id))


@app.command("list")
def listing(json: AsJson = False) -> None:
    """List campaigns, newest first."""
    with transaction() as session:
        rows = queries.listed(session)
    if json:
        printing.as_json(rows)
        return
    printing.table(
        "",
        [_("Campaign"), _("Name"), _("State"), _("Audience")],
        [[str(one.id), one.name, one.state.value, one.audience] for one in rows],
        numbers_from=3,
    )


@app.command()
def check(campaign: Id, json: AsJson = False) -> None:
    """List what stops a launch or wants a look; exit status 1 when something stops it."""
    with transaction() as session:
        found = readiness.problems(session, planning.get(session, campaign))
    if json:
        printing.as_json(found)
    else:
        for one in found:
            printing.say(f"{one.level.value}: {one.message}")
        if not found:
            printing.say(_("Ready to launch."))
    if any(one.level is readiness.Level.STOP for one in found):
        raise typer.Exit(1)


@app.command()
def approve(campaign: Id) -> None:
    """Approve the content of a campaign exactly as it stands."""
    with transaction() as session:
        one = planning.get(session, campaign)
        piece = readiness.piece_of(session, one)
        approval.approve(session, piece, by=BY)
        expecting.keep(session, one, preview.count(session, audience.spec(session, one, piece)).receive)
    printing.say(_("Approved."))


@app.command()
def waive(campaign: Id, reason: Annotated[str, typer.Option(help="A sentence: why it may go all the same.")]) -> None:
    """Let a campaign go although its sender is not in order."""
    with transaction() as session:
        origin.waive(session, planning.get(session, campaign), reason=reason, by=BY)
    printing.say(_("It may go as it is. Should anything else be found, it stops again."))


@app.command()
def launch(
    campaign: Id,
    whatever_number: Annotated[
        bool, typer.Option("--whatever-number", help="Even if the letters are not as many as were approved.")
    ] = False,
) -> None:
    """Freeze the audience and start sending; more than 1 % off the approved number needs --whatever-number."""
    with transaction() as session:
        planned = launching.launch(session, planning.get(session, campaign), by=BY, whatever_number=whatever_number)
    printing.say(_("%(number)s letters are on their way.") % {"number": planned})


@app.command()
def pause(campaign: Id) -> None:
    """Hold a campaign that is being sent."""
    with transaction() as session:
        steering.pause(session, planning.get(session, campaign), by=BY)
    printing.say(_("Paused."))


@app.command()
def resume(campaign: Id) -> None:
    """Go on with a campaign that is held."""
    with transaction() as session:
        steering.resume(session, planning.get(session, campaign), by=BY)
    printing.say(_("Sending goes on."))


@app.command()
def cancel(campaign: Id) -> None:
    """End a campaign; what has left cannot be called back."""
    with transaction() as session:
        stopped = steering.cancel(session, planning.get(session, campaign), by=BY)
    printing.say(_("Cancelled; %(number)s letters will not leave.") % {"number": stopped})


@app.command()
def status(
    campaign: Id,
    watch: Annotated[bool, typer.Option("--watch", help="Stay until it is done.")] = False,
    json: AsJson = False,
) -> None:
    """Tell where every recipient stands."""
    if watch:
        _watch(campaign)
    with transaction() as session:
        found = queries.progress(session, planning.get(session, campaign))
    if json:
        printing.as_json(found)
        return
    reports.accounts([found])


@app.command()
def report(campaign: Id, json: AsJson = False) -> None:
    """Tell what came back: opens and clicks per language and sector, and the goals."""
    with transaction() as session:
        one = planning.get(session, campaign)
        if one.launched_at is None:
            raise Refused(_("This campaign has not been launched, so there is nothing to report."))
        reports.results(session, one, json=json)


def _watch(key: str) -> None:
    with transaction() as session:
        found = queries.progress(session, planning.get(session, key))
    with printing.bar(_("Sent"), found.planned) as bar:
        while found.waiting and found.state is CampaignState.RUNNING:
            time.sleep(0.5)
            with transaction() as session:
                found = queries.progress(session, planning.get(session, key))
            bar.at(found.planned - found.waiting)
