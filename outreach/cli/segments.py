"""`outreach segment`: count whom a rule finds."""

from typing import Annotated

import typer

from outreach.cli import printing
from outreach.consent import topics
from outreach.foundation.database import transaction
from outreach.foundation.locale import LANGUAGES, NAMES
from outreach.foundation.locale import gettext as _
from outreach.segments import preview, rules, saved
from outreach.segments.selecting import AudienceSpec

app = typer.Typer(help="Segments: who is meant.", no_args_is_help=True)


@app.callback()
def segments() -> None:
    """Segments: who is meant."""


@app.command("list")
def listing(json: Annotated[bool, typer.Option("--json", help="Answer as JSON.")] = False) -> None:
    """List the saved segments, with how many people each had when it was last counted."""
    with transaction() as session:
        found = saved.listed(session)
    if json:
        printing.as_json([one.model_dump(mode="json") for one in found])
        return
    printing.table(
        "",
        [_("Key"), _("Name"), _("Kind"), _("People")],
        [[one.key, one.name, one.kind.value, "?" if one.people is None else one.people] for one in found],
        numbers_from=3,
    )


@app.command()
def count(
    rule: Annotated[str, typer.Argument(help="Such as: sector=textiles and language=zh-Hans")],
    exclude: Annotated[str | None, typer.Option(help="Whom to leave out, as a rule.")] = None,
    topic: Annotated[list[str] | None, typer.Option(help="Topics that permit the mail; all when left out.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Answer as JSON.")] = False,
) -> None:
    """Count the contacts that a rule finds, per language and sector, and those left out with the reason."""
    include, without = rules.parse_text(rule), rules.parse_text(exclude) if exclude else None
    with transaction() as session:
        spec = AudienceSpec(
            include=saved.spelled_out(session, include),
            exclude=saved.spelled_out(session, without) if without else None,
            topics=tuple(topic or topics.KEYS),
            languages=LANGUAGES,
            fallbacks=True,
        )
        topics.by_keys(session, spec.topics)  # refuses an unknown one: nobody subscribes to it
        found = preview.count(session, spec)
    if json:
        printing.as_json(found)
        return
    languages = sorted({one.language for one in found.cells})
    sectors = sorted({one.sector for one in found.cells})
    number = {(one.sector, one.language): one.number for one in found.cells}
    printing.table(
        _("%(receive)s of %(total)s would receive a letter") % {"receive": found.receive, "total": found.total},
        [_("Sector"), *(NAMES.get(one, one) for one in languages)],
        [[sector or "–", *(number.get((sector, one), 0) for one in languages)] for sector in sectors],
    )
    printing.table(
        _("Left out"), [_("Reason"), _("Contacts")], [[reason, total] for reason, total in found.excluded.items()]
    )
