"""All commands, gathered."""

from typing import Annotated

import typer

from outreach.cli import (
    campaigns,
    consents,
    contacts,
    content,
    deliveries,
    doctor,
    goals,
    mail,
    pacing,
    person,
    restoring,
    segments,
    senders,
    serving,
    users,
)
from outreach.cli.demo import command as demo
from outreach.foundation import locale, logs
from outreach.foundation.errors import Misuse
from outreach.foundation.settings import settings

app = typer.Typer(
    name="outreach",
    help="Newsletters and press releases in several languages, with every recipient accounted for.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.callback()
def prepare(
    language: Annotated[str, typer.Option(help="Language of the answers: sv, zh-Hans or en.")] = "en",
) -> None:
    """Read the settings and choose the language before any command."""
    logs.configure(settings().log_format)
    tag = locale.match(language)
    if tag is None:
        raise Misuse(f"“{language}” is not a language of Outreach; choose among {', '.join(locale.LANGUAGES)}.")
    locale.set_language(tag)


serving.register(app)
doctor.register(app)
demo.register(app)
app.add_typer(users.app, name="user")
app.add_typer(contacts.app, name="contacts")
app.add_typer(segments.app, name="segment")
app.add_typer(consents.app, name="consent")
app.add_typer(content.app, name="content")
app.add_typer(senders.app, name="sender")
app.add_typer(campaigns.app, name="campaign")
app.add_typer(deliveries.app, name="deliveries")
app.add_typer(mail.app, name="mail")
app.add_typer(pacing.app, name="pacing")
app.add_typer(restoring.app, name="restore")
app.add_typer(person.app, name="person")
goals.register(app)
