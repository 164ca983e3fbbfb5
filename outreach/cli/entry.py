"""Where the `outreach` command enters: every failure ends in one sentence on standard error.

Exit status 2 for misuse, 1 for failure, 130 for Ctrl-C; a traceback only with --debug.
"""

import sys
from typing import NoReturn

from sqlalchemy.exc import DBAPIError
from typer.exceptions import Abort, TyperException

from outreach.cli.root import app
from outreach.foundation.errors import OutreachError


def main() -> None:
    """Run the command line; the console script's entry."""
    arguments = [one for one in sys.argv[1:] if one != "--debug"]
    try:
        status = app(args=arguments, prog_name="outreach", standalone_mode=False)
    except (Abort, KeyboardInterrupt):
        sys.exit(130)
    except Exception as failure:
        if "--debug" in sys.argv:
            raise
        _end(failure)
    sys.exit(status if isinstance(status, int) else 0)


def _end(failure: Exception) -> NoReturn:
    sentence, status = _explained(failure)
    is_help = "\n" in sentence
    print(sentence if is_help else f"outreach: {sentence}", file=sys.stderr)  # noqa: T201 - the command line speaks here
    sys.exit(status)


def _explained(failure: Exception) -> tuple[str, int]:
    match failure:
        case OutreachError():
            return failure.message, failure.exit_status
        case TyperException():
            said = failure.format_message().replace("Value error, ", "")
            # A group of commands that was called without one answers with its help.
            return (said if "\n" in said else f"{said.rstrip('.')}; see 'outreach --help'."), 2
        case DBAPIError():
            return f"PostgreSQL broke off or refused ({_first_line(failure.orig)}); run 'outreach doctor'.", 1
        case OSError():
            return f"{failure.strerror or failure}: {failure.filename or ''}".rstrip(": ") + ".", 1
        case _:
            said = f"{type(failure).__name__}: {_first_line(failure)}"
            return f"Something went wrong on our side ({said}); run it again with --debug and report what it says.", 1


def _first_line(fault: BaseException | None) -> str:
    return str(fault).partition("\n")[0]
