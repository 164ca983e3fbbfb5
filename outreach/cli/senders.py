"""`outreach sender`: the identities that mail is sent from, and whether mailboxes will believe them."""

from typing import Annotated, Any

import typer

from outreach.accounts import audit
from outreach.cli import printing
from outreach.delivery import checking, senders
from outreach.delivery.authentication import sentences
from outreach.delivery.authentication.results import STOPS, Verdict
from outreach.delivery.checking import Standing
from outreach.delivery.identity import Given
from outreach.delivery.models import Sender, Stream
from outreach.foundation.database import transaction
from outreach.foundation.errors import Misuse
from outreach.foundation.locale import gettext as _

app = typer.Typer(help="Senders: from whom letters come.", no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]
MARKS = {Verdict.PASS: "✓", Verdict.NOT_APPLICABLE: "–", Verdict.WARN: "!", Verdict.UNKNOWN: "?", Verdict.FAIL: "✗"}


@app.command("list")
def listing(json: AsJson = False) -> None:
    """List senders with what was last known of them."""
    with transaction() as session:
        found = senders.listed(session)
        standings = checking.standings(session, found)
    if json:
        printing.as_json([_plain(one, standings[one.id]) for one in found])
        return
    printing.table(
        "",
        [_("Key"), _("Kind of mail"), _("Mail address"), _("What mailboxes find")],
        [[one.key, one.stream.value, one.address, sentences.verdict_label(standings[one.id].verdict)] for one in found],
        numbers_from=9,
    )


@app.command()
def add(
    key: Annotated[str, typer.Argument(help="A short name that stays for good, such as press-china.")],
    address: Annotated[str, typer.Option(help="The address of From.")],
    name: Annotated[list[str], typer.Option(help="The name in a language, such as sv=Brev; one for each.")],
    stream: Annotated[Stream, typer.Option(help="What kind of mail it is for.")] = Stream.NEWSLETTER,
    reply_to: Annotated[str, typer.Option(help="Where answers go.")] = "",
    list_id: Annotated[str, typer.Option(help="List-Id, where it is not key and domain.")] = "",
    selector: Annotated[list[str] | None, typer.Option(help="A DKIM selector.")] = None,
    dkim_domain: Annotated[str, typer.Option(help="d= of the signature, where it is not the address's domain.")] = "",
    envelope_domain: Annotated[str, typer.Option(help="Domain of MAIL FROM, where it is another.")] = "",
    spf_include: Annotated[str, typer.Option(help="What the SPF record has to include.")] = "",
) -> None:
    """Add a sender; a worker looks up what mailboxes find."""
    given = Given(
        stream=stream.value,
        address=address,
        names=dict(_named(one) for one in name),
        reply_to=reply_to,
        list_id=list_id,
        envelope_domain=envelope_domain,
        dkim_domain=dkim_domain,
        dkim_selectors=" ".join(selector or ()),
        spf_include=spf_include,
    )
    with transaction() as session:
        senders.add(session, key, given)
        audit.append(session, actor=audit.COMMAND_LINE, action="sender.add", subject=f"sender:{key}")
    printing.say(_("The sender is added. 'outreach sender check %(key)s' looks up what mailboxes find.") % {"key": key})


@app.command()
def check(
    key: Annotated[str | None, typer.Argument(help="Which sender; all when left out.")] = None, json: AsJson = False
) -> None:
    """Look up now what mailboxes find; exit status 1 when something keeps campaigns back."""
    with transaction() as session:
        chosen = [senders.by_key(session, key)] if key else senders.listed(session)
    standings = {one.key: checking.check_now(one) for one in chosen}
    if json:
        printing.as_json([_plain(one, standings[one.key]) for one in chosen])
    else:
        for one in chosen:
            _tell(one, standings[one.key])
    if any(one.is_stopping for one in standings.values()):
        raise typer.Exit(1)


def _named(text: str) -> tuple[str, str]:
    language, equals, name = text.partition("=")
    if not equals:
        raise Misuse(_("Write --name with its language, such as --name sv=Brev."))
    return language, name


def _tell(sender: Sender, standing: Standing) -> None:
    mark = MARKS[standing.verdict]
    printing.say(f"{mark} {sender.key} <{sender.address}>: {sentences.verdict_label(standing.verdict)}")
    for one in standing.results:
        for found in one.findings:
            printing.say(f"  {MARKS[found.verdict]} {sentences.problem(one, found)}")
        for record in one.records if one.verdict is not Verdict.PASS else ():
            printing.say(f"      {one.name}: {record}")
        if one.line:
            printing.say(f"      {one.line}")


def _plain(sender: Sender, standing: Standing) -> dict[str, Any]:
    return {
        "key": sender.key,
        "stream": sender.stream,
        "address": sender.address,
        "names": sender.names,
        "verdict": standing.verdict,
        "checked_at": standing.checked_at.isoformat() if standing.checked_at else None,
        "stops": sorted({found.code for one in standing.stops for found in one.findings if found.verdict in STOPS}),
        "results": [
            one.as_json() | {"sentences": [sentences.sentence(found) for found in one.findings]}
            for one in standing.results
        ],
    }
