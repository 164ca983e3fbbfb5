"""`outreach restore`: what to do when the database was put back to an earlier day."""

import typer

from outreach.accounts import audit
from outreach.cli import printing
from outreach.delivery import guard, ledger
from outreach.delivery.guard import Doubt
from outreach.foundation.database import transaction
from outreach.foundation.errors import OutreachError, Refused
from outreach.foundation.locale import gettext as _
from outreach.privacy import replaying

app = typer.Typer(help="After the database was put back to an earlier day.", no_args_is_help=True)


@app.command()
def status() -> None:
    """Say whether sending is locked, and what to do; exit status 1 when it is."""
    with transaction() as session:
        found = guard.standing(session)
    if found.doubt is not None:
        raise OutreachError(explained(found.doubt))
    printing.say(_("Sending is open."))


@app.command()
def confirm() -> None:
    """Open sending again. What waited is in doubt then: it is asked about at the provider, or decided by a person."""
    with transaction() as session:
        # First: whoever was erased since must not be among the letters in doubt.
        is_mended = guard.standing(session).doubt is Doubt.FORGETFUL
        erased = replaying.replay(session)
    if erased:
        printing.say(_("People who were erased and had come back with this database: %(number)s.") % {"number": erased})
    with transaction() as session:
        if guard.standing(session).doubt is None:
            if is_mended:
                return
            raise Refused(_("Sending is not locked; there is nothing to confirm."))
        letters = ledger.doubt(session)
        mark = guard.confirm(session)
        detail = {"doubtful": letters}
        audit.append(session, actor="command line", action="restore.confirm", subject="sending", detail=detail)
    guard.note(mark)
    printing.say(
        _("Sending is open again. Letters that may have left already: %(number)s; see 'outreach deliveries'.")
        % {"number": letters}
    )


def explained(doubt: Doubt) -> str:
    """Say in a sentence why sending is locked and what to do."""
    if doubt is Doubt.UNKNOWN:
        return _("Nothing is sent: this database was moved, and Redis does not answer; bring it back.")
    if doubt is Doubt.FORGETFUL:
        return _("Nothing is sent: people who were erased are in this database again; a worker erases them now.")
    why = {
        Doubt.OLDER: _("Sending is locked: more has left than this database knows of, so it is an older one."),
        Doubt.MOVED: _("Sending is locked: this database was copied or moved, and nothing says that it is whole."),
    }
    return f"{why[doubt]} " + _("Compare with the provider's log, then run 'outreach restore confirm'.")
