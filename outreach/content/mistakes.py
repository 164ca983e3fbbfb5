"""What is wrong with a file of a piece, and where."""

from outreach.foundation.errors import Refused
from outreach.foundation.locale import gettext as _


class Mistake(Refused):
    """A file of this piece cannot be taken as it is.

    The message is one sentence that begins with the place: `labour.sv.md, line 3, lead: …`. Lines count from 1; a
    mistake that concerns a whole file has none.
    """

    def __init__(self, sentence: str, *, file: str, line: int | None = None, field: str | None = None) -> None:
        self.file, self.line, self.field = file, line, field
        place = [file, _("line %(line)s") % {"line": line} if line else "", field or ""]
        super().__init__(
            _("%(place)s: %(mistake)s")
            % {"place": ", ".join(filter(None, place)), "mistake": sentence.replace("\n", " ")}
        )


def choices(known: tuple[str, ...] | list[str]) -> str:
    """Write the values that are allowed, for the end of a sentence."""
    return ", ".join(known)
