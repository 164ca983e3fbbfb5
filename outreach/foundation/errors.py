"""Every error a person may meet, in one small tree.

    OutreachError          something failed; status 500
    ├── Refused            the input cannot be taken as it is; 422, exit 1
    │   ├── Misuse         the command was called wrongly; exit 2
    │   └── TooMany        too many attempts in a short time; 429
    ├── SignInNeeded       nobody is signed in; 401
    ├── Forbidden          this role may not do this; 403
    ├── NotFound           there is no such thing; 404
    ├── Conflict           somebody else was first; 409
    └── Unavailable        a server does not answer, trying again helps; 503

A class's docstring is its message when none is given. Each class knows how the web answers (`status`), how the command
line exits (`exit_status`) and whether trying again helps (`again`). A message is one sentence that says what to do.
"""

from typing import ClassVar


class OutreachError(Exception):
    """Something went wrong on our side; the log says more."""

    status: ClassVar[int] = 500
    exit_status: ClassVar[int] = 1
    again: ClassVar[bool] = False

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or (type(self).__doc__ or "").strip())

    @property
    def message(self) -> str:
        """Return the sentence for the person."""
        return str(self)


class Refused(OutreachError):
    """This input cannot be used as it is; correct it and try again."""

    status = 422


class Misuse(Refused):
    """The command was not called as it should be; see --help."""

    exit_status = 2


class TooMany(Refused):
    """Too many attempts; wait a quarter of an hour and try again."""

    status = 429
    again = True


class SignInNeeded(OutreachError):
    """Sign in to go on."""

    status = 401


class Forbidden(OutreachError):
    """Your role does not allow this; ask an administrator."""

    status = 403


class NotFound(OutreachError):
    """There is no such thing here; it may have been moved or removed."""

    status = 404


class Conflict(OutreachError):
    """Somebody else changed this first; reload and look at it again."""

    status = 409


class Unavailable(OutreachError):
    """A server that is needed does not answer; try again in a moment."""

    status = 503
    again = True
