"""`outreach content`: pieces in and out as files, and how they look."""

from pathlib import Path
from typing import Annotated

import typer

from outreach.cli import printing
from outreach.contacts import queries as contacts
from outreach.content import files, preview, queries
from outreach.foundation.database import transaction
from outreach.foundation.errors import Refused
from outreach.foundation.locale import gettext as _
from outreach.foundation.locale import match

app = typer.Typer(help="Newsletter issues and press releases.", no_args_is_help=True)


@app.command("import")
def import_(folder: Annotated[Path, typer.Argument(help="A piece's folder, or a folder of such folders.")]) -> None:
    """Take in a piece, or several; a mistake names file, line and field, and nothing is taken."""
    with transaction() as session:
        for piece in files.import_tree(session, folder):
            printing.say(piece.key)


@app.command()
def export(key: str, folder: Annotated[Path, typer.Argument(help="Where to write it; made when missing.")]) -> None:
    """Write a piece as files, the same byte for byte after another import."""
    with transaction() as session:
        files.export_folder(session, queries.by_key(session, key), folder)
    printing.say(str(folder))


@app.command()
def render(
    key: str,
    language: Annotated[str, typer.Option(help="sv, zh-Hans or en.")] = "en",
    reader: Annotated[str | None, typer.Option("--as", help="Address of the contact who reads it.")] = None,
    second: Annotated[str | None, typer.Option(help="A second language, stacked below.")] = None,
    output: Annotated[Path | None, typer.Option(help="Write to this file instead of standard output.")] = None,
) -> None:
    """Render a letter as HTML, as a reader would get it."""
    first, below = match(language), match(second) if second else None
    if first is None or (second and below is None):
        raise Refused(_("Choose the language among sv, zh-Hans and en."))
    with transaction() as session:
        who = contacts.by_address(session, reader) if reader else None
        letter = preview.render(session, queries.by_key(session, key), first, second=below, reader=who)
    if output:
        output.write_text(letter, encoding="utf-8")
        printing.say(str(output))
    else:
        typer.echo(letter)
