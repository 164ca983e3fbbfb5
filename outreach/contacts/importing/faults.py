"""What can be wrong with a file or a row, and how that is said."""

from enum import StrEnum

from outreach.foundation.locale import gettext as _


class Fault(StrEnum):
    """Why a file or a row is not taken. `detail` beside it is the value that is meant."""

    # of a whole file
    EMPTY = "empty"  # no row at all
    BINARY = "binary"  # neither text nor a workbook
    BOMB = "bomb"  # a workbook that unpacks to far more than it seems
    ENTITIES = "entities"  # XML that declares entities of its own
    WORKBOOK = "workbook"  # cannot be read as XLSX
    HEADER = "header"  # the first row does not name columns
    HEADER_TWICE = "header_twice"  # two columns have one name
    ERASED = "erased"  # somebody in it asked to be forgotten while it waited
    # of a row as it stands in the file
    ENCODING = "encoding"  # bytes that the chosen encoding does not know
    CONTROL = "control"  # NUL and the like
    ROW_TOO_LONG = "row_too_long"
    QUOTES = "quotes"  # a quotation mark is opened and not closed
    TOO_MANY_CELLS = "too_many_cells"
    FORMULA = "formula"
    # of what it says
    NO_ADDRESS = "no_address"
    ADDRESS = "address"
    TYPO = "typo"
    LINK = "link"  # a link or mail address where a name belongs
    TOO_LONG = "too_long"
    LANGUAGE = "language"
    COUNTRY = "country"
    KIND = "kind"
    SECTOR = "sector"
    TIME_ZONE = "time_zone"
    ORGANISATION = "organisation"  # new here, and its kind or sector is not given
    TOPIC = "topic"
    HARVESTED = "harvested"  # the source says that nobody gave the address
    NO_SOURCE = "no_source"  # nobody said where it comes from
    # of who it is about
    TWICE = "twice"
    SUPPRESSED = "suppressed"


def sentence(fault: Fault, detail: str = "") -> str:
    """Say what is wrong and what to do, in the language in use."""
    sentences = {
        Fault.EMPTY: _("There is no row in this file."),
        Fault.BINARY: _("This is no text file and no workbook; save it as CSV (UTF-8) or XLSX."),
        Fault.BOMB: _("This workbook unpacks to far more than a list of people; save it again as CSV (UTF-8)."),
        Fault.ENTITIES: _("This workbook holds XML that may not be in a workbook; save it again as CSV (UTF-8)."),
        Fault.WORKBOOK: _("This workbook cannot be read; open it, and save it again as CSV (UTF-8)."),
        Fault.HEADER: _("The first row must name the columns, such as e-mail and name."),
        Fault.HEADER_TWICE: _("Two columns are called “%(detail)s”; give each its own name."),
        Fault.ERASED: _(
            "Somebody in this file asked to be forgotten. Take the file in again; their row is refused then."
        ),
        Fault.ENCODING: _("Some characters are not written in the chosen encoding."),
        Fault.CONTROL: _("There are control characters in this row; type it anew."),
        Fault.ROW_TOO_LONG: _("This row is longer than 64 kB."),
        Fault.QUOTES: _("A quotation mark is opened and not closed, or stands in the middle of a cell."),
        Fault.TOO_MANY_CELLS: _("This row has more cells than there are columns."),
        Fault.FORMULA: _("“%(detail)s” is a formula; put its value there."),
        Fault.NO_ADDRESS: _("There is no mail address."),
        Fault.ADDRESS: _("“%(detail)s” is not a mail address that can be written to."),
        Fault.TYPO: _(
            "This looks mistyped; “%(detail)s” is probably meant. If it is right, put an x in the column "
            "“Address is right”."
        ),
        Fault.LINK: _("“%(detail)s” is a link or a mail address, where a name belongs."),
        Fault.TOO_LONG: _("“%(detail)s…” is too long; keep it under 200 characters."),
        Fault.LANGUAGE: _("“%(detail)s” is not a language of ours."),
        Fault.COUNTRY: _("“%(detail)s” is not a country; write its name, or a code such as SE or CN."),
        Fault.KIND: _("“%(detail)s” is not a kind of organisation."),
        Fault.SECTOR: _("“%(detail)s” is not a sector."),
        Fault.TIME_ZONE: _("“%(detail)s” is not a time zone; write it as Europe/Stockholm."),
        Fault.ORGANISATION: _("“%(detail)s” is new here; add a column with its kind and sector, or choose them above."),
        Fault.TOPIC: _("“%(detail)s” is not a topic of ours."),
        Fault.HARVESTED: _("An address that its owner did not give (“%(detail)s”) is never written to."),
        Fault.NO_SOURCE: _("Nobody has said where this address comes from; it waits until somebody does."),
        Fault.TWICE: _("The same address stands in row %(detail)s already."),
        Fault.SUPPRESSED: _("Nothing may be sent to this address any more, and an import does not change that."),
    }
    return sentences[fault] % {"detail": detail}
