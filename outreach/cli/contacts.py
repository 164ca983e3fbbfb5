"""`outreach contacts`: people in from a file, and out again."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from outreach.accounts import audit
from outreach.cli import printing
from outreach.consent.models import Basis
from outreach.contacts import exporting
from outreach.contacts.exporting import Format
from outreach.contacts.importing import columns, faults, recognising
from outreach.contacts.importing.columns import Field
from outreach.contacts.importing.encodings import Encoding
from outreach.contacts.importing.faults import Fault
from outreach.contacts.models import OrganisationKind, Sector, SourceKind
from outreach.contacts.search import Search
from outreach.foundation import locale
from outreach.foundation.database import transaction
from outreach.foundation.errors import Misuse, Refused
from outreach.foundation.locale import gettext as _
from outreach.intake import asking, refused, undoing, working
from outreach.intake.choices import Choices
from outreach.intake.models import Import, ImportState
from outreach.intake.queries import Outcome, outcome

app = typer.Typer(help="People: in from a file, and out again.", no_args_is_help=True)

DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t"}
AsJson = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]
Id = Annotated[UUID, typer.Argument(help="The import's id, as it was printed.")]


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="CSV, TSV or XLSX; the first row names the columns.")],
    mapping: Annotated[
        str | None, typer.Option(help="What columns mean where their names do not say: email=Mejl,given_name=Namn.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen, and change nothing.")] = False,
    source: Annotated[str, typer.Option(help="Where the addresses come from; rows without any wait.")] = "",
    source_kind: Annotated[SourceKind, typer.Option(help="How we came by the addresses.")] = SourceKind.UNSAID,
    consent_topic: Annotated[list[str] | None, typer.Option(help="A topic that these people agreed to.")] = None,
    basis: Annotated[Basis, typer.Option(help="The ground on which letters may be sent.")] = Basis.CONSENT,
    wording: Annotated[str, typer.Option(help="The sentence that they agreed to, as evidence.")] = "",
    given_on: Annotated[str, typer.Option(help="The day on which they agreed: 2026-11-25.")] = "",
    language: Annotated[str, typer.Option(help="Language of the rows that name none.")] = "",
    kind: Annotated[OrganisationKind | None, typer.Option(help="Kind of the organisations that are new.")] = None,
    sector: Annotated[Sector | None, typer.Option(help="Sector of the organisations that are new.")] = None,
    encoding: Annotated[Encoding | None, typer.Option(help="Where it is not UTF-8.")] = None,
    delimiter: Annotated[str | None, typer.Option(help="comma, semicolon or tab, where it cannot be seen.")] = None,
    refused_rows: Annotated[Path | None, typer.Option(help="Where to write the rows that are not taken.")] = None,
    json: AsJson = False,
) -> None:
    """Take people in from a file: look at it, check every row, and write what is right.

    Exit status 1 when nothing could be taken. An import that is cut off is finished by a worker.
    """
    if language and recognising.language(language) is None:
        raise Misuse(_("“%(language)s” is not a language of ours.") % {"language": language})
    chosen = Choices(
        language=recognising.language(language) or locale.language(),
        kind=kind.value if kind else "",
        sector=sector.value if sector else "",
        source=source,
        source_kind=source_kind.value,
        topics=tuple(consent_topic or ()),
        basis=basis.value,
        wording=wording,
        given_on=given_on,
    )
    import_id = _taken_in(file)
    try:
        _answered(import_id, encoding, delimiter, mapping)
    except Refused:
        with transaction() as session:
            asking.discard(session, asking.get(session, import_id, lock=True))
        raise
    with transaction() as session:
        asking.check(session, asking.get(session, import_id, lock=True), chosen)
    _work(import_id, _("Checked"), quiet=json)
    if not dry_run:
        with transaction() as session:
            asking.apply(session, asking.get(session, import_id, lock=True), by=audit.COMMAND_LINE)
        _work(import_id, _("Written"), quiet=json)
    _tell(import_id, refused_rows, json=json)


@app.command()
def undo(import_: Id, json: AsJson = False) -> None:
    """Take back an import of the last 24 hours; says what stays, and why."""
    with transaction() as session:
        undoing.undo(session, asking.get(session, import_, lock=True), by=audit.COMMAND_LINE)
    _work(import_, _("Undone"), quiet=json)
    _tell(import_, None, json=json)


@app.command()
def export(
    file: Annotated[Path, typer.Argument(help="Where to write; its name ends in .csv or .xlsx.")],
    reason: Annotated[str, typer.Option(help="Why these people leave the product; it is kept.")] = "",
    search: Annotated[str, typer.Option(help="Only those who are found by these words.")] = "",
    language: Annotated[str | None, typer.Option(help="Only readers of this language.")] = None,
    sector: Annotated[Sector | None, typer.Option(help="Only people of this sector.")] = None,
    kind: Annotated[OrganisationKind | None, typer.Option(help="Only people at this kind of organisation.")] = None,
    tag: Annotated[str | None, typer.Option(help="Only people with this tag.")] = None,
) -> None:
    """Write people to a file for spreadsheets."""
    ending = file.suffix.lower().removeprefix(".")
    if ending not in list(Format):
        raise Misuse(_("Let the file's name end in .csv or .xlsx."))
    tongue = locale.match(language) if language else None
    wanted = Search(text=search, language=tongue, sector=sector, kind=kind, tag=tag)
    with transaction() as session:
        number = exporting.begin(session, wanted, format_=Format(ending), reason=reason, by=audit.COMMAND_LINE)
        header = exporting.header(session)
    with printing.bar(_("Written"), number) as bar:
        if ending == Format.XLSX:
            lines = (line for portion in _portions(wanted, bar) for line in portion)
            exporting.write_workbook(lines, file, header=header)
        else:
            with file.open("wb") as written:
                written.write(exporting.as_csv((), header=header))
                for portion in _portions(wanted, bar):
                    written.write(exporting.as_csv(portion))
    printing.say(str(file))


def _portions(wanted: Search, bar: printing.Bar) -> Iterator[Sequence[exporting.Line]]:
    after: UUID | None = None
    done = 0
    while True:
        with transaction() as session:
            lines, after = exporting.portion(session, wanted, after=after)
        done += len(lines)
        bar.at(done)
        yield lines
        if after is None:
            return


def _taken_in(file: Path) -> UUID:
    with file.open("rb") as opened, transaction() as session:
        taken = asking.take_in(session, opened, name=file.name, by=audit.COMMAND_LINE)
    _step_through(taken.id)
    _insist_usable(taken.id)
    return taken.id


def _answered(import_id: UUID, encoding: Encoding | None, delimiter: str | None, mapping: str | None) -> None:
    if delimiter is not None and delimiter not in DELIMITERS:
        raise Misuse(_("Write the delimiter as comma, semicolon or tab."))
    with transaction() as session:
        taken = asking.get(session, import_id, lock=True)
        if encoding or delimiter:
            asking.answer_reading(
                session,
                taken,
                encoding=encoding.value if encoding else taken.encoding,
                delimiter=DELIMITERS[delimiter] if delimiter else taken.delimiter or ",",
            )
        if not taken.encoding:
            raise Refused(_unclear_encoding(taken))
        if not taken.delimiter:
            raise Refused(_("What stands between the cells cannot be seen; say --delimiter comma, semicolon or tab."))
    _insist_usable(import_id)
    with transaction() as session:
        taken = asking.get(session, import_id, lock=True)
        mapped = {Field(name): place for name, place in taken.mapping.items()}
        if mapping:
            said = columns.read(mapping, taken.header)
            mapped = {field: place for field, place in mapped.items() if place not in said.values()} | said
        asking.answer_columns(session, taken, mapped)


def _unclear_encoding(taken: Import) -> str:
    """Ask with the first row that differs, as each encoding would read it."""
    read = [one for one in asking.samples(taken) if not one.unreadable]
    rows = [next((row for row in one.rows if any(not cell.isascii() for cell in row)), one.rows[-1]) for one in read]
    shown = "; ".join(f"{one.encoding}: {' '.join(row)[:40]}" for one, row in zip(read, rows, strict=True))
    return _("This file is not UTF-8; say --encoding with the one that reads well (%(shown)s).") % {"shown": shown}


def _insist_usable(import_id: UUID) -> None:
    with transaction() as session:
        taken = asking.get(session, import_id)
    if taken.state is ImportState.REFUSED:
        raise Refused(faults.sentence(Fault(taken.fault), taken.detail))


def _work(import_id: UUID, label: str, *, quiet: bool) -> None:
    with transaction() as session:
        taken = asking.get(session, import_id)
    checking = taken.state is ImportState.CHECKING
    if quiet:
        _step_through(import_id)
        return
    with printing.bar(label, taken.size if checking else taken.rows) as bar:
        while _step(import_id):
            with transaction() as session:
                taken = asking.get(session, import_id)
            bar.at(taken.reached if checking else taken.done)
        bar.at(bar.total)


def _step_through(import_id: UUID) -> None:
    while _step(import_id):
        pass


def _step(import_id: UUID) -> bool:
    """Do a step here; where a worker is at it, wait for it."""
    with transaction() as session:
        more = working.step(session, import_id)
    if more:
        return True
    with transaction() as session:
        taken = asking.get(session, import_id, lock=True)
    return taken.state in working.STEPS


def _tell(import_id: UUID, to: Path | None, *, json: bool) -> None:
    with transaction() as session:
        taken = asking.get(session, import_id)
        found = outcome(session, taken)
        if to:
            _write_refused(session_of=taken, to=to)
    if json:
        printing.as_json(found)
    else:
        _print(found)
    if found.taken == 0 and found.not_taken:
        raise typer.Exit(1)


def _write_refused(session_of: Import, to: Path) -> None:
    after: int | None = 0
    with to.open("wb") as written:
        written.write(exporting.as_csv((), header=refused.header(session_of)))
        while after is not None:
            with transaction() as session:
                lines, after = refused.portion(session, session_of, after=after)
            written.write(exporting.as_csv(lines))


def _print(found: Outcome) -> None:
    printing.table(
        "",
        [_("Rows"), _("Number")],
        [[label, number] for label, number in found.lines()],
    )
    for row in found.refused:
        printing.say(_("row %(line)s: %(reason)s") % {"line": row.line, "reason": row.reason})
    if found.not_taken > len(found.refused):
        printing.say(_("… and more; --refused-rows FILE writes them all."))
    printing.say(str(found.id))
