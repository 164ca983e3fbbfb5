"""Values in the shape that the parts of a page take: tabs, heads and rows of tables, options, facts."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from outreach.contacts import sources
from outreach.contacts.models import Contact, Sector, SourceKind
from outreach.contacts.queries import OrganisationRow
from outreach.content.models import Piece
from outreach.content.queries import PieceRow
from outreach.delivery import checking, headers
from outreach.delivery.models import Sender, Stream
from outreach.foundation import clock, locale, masking
from outreach.foundation.locale import gettext as _
from outreach.foundation.locale import ngettext, pgettext
from outreach.foundation.settings import settings
from outreach.segments.models import ExclusionReason, Segment, SegmentKind
from outreach.segments.preview import Preview
from outreach.web.officer import choices, words
from outreach.web.officer.audience_form import WITHOUT, AudienceForm
from outreach.web.officer.sending import segments as segments

T = TypeVar("T")
Tabs = list[tuple[Any, ...]]
Facts = list[tuple[str, str]]


def tabs(keys: Iterable[str], names: Mapping[str, str], address: str) -> Tabs:
    """Return tabs whose addresses end with their keys."""
    return [(key, names[key], f"{address}{key}") for key in keys]


def state_tabs(parts: Sequence[tuple[str, int]], letters: int, address: str, chosen: str) -> Tabs:
    """Return a tab per state that letters stand in, with their number; the one chosen too, when it is none of them."""
    found: Tabs = [("all", _("All"), address, letters)]
    found += [(state, words.state_label(state), f"{address}&state={state}", number) for state, number in parts]
    if chosen and (chosen in words.GROUPS or chosen not in {state for state, _number in parts}):
        found.append((chosen, words.group_label(chosen), f"{address}&state={chosen}"))
    return found


def state_heads(columns: Iterable[str]) -> list[tuple[str, str]]:
    """Return the heads of columns of figures, one per state or group of states."""
    return [(words.state_label(column), "num") for column in columns]


def reason_tabs(excluded: Mapping[ExclusionReason, int], address: str) -> Tabs:
    """Return a tab per reason for being left out, with the number of people."""
    found: Tabs = [("all", _("All"), address, sum(excluded.values()))]
    return found + [
        (reason.value, words.reason_label(reason), f"{address}?reason={reason.value}", number)
        for reason, number in excluded.items()
    ]


def heads(first: str, languages: Iterable[str], *, together: bool = False) -> list[Any]:
    """Return the heads of a table with a column of figures per language."""
    columns: list[Any] = [first, *((words.language_name(tag), "num") for tag in languages)]
    return [*columns, (_("Together"), "num")] if together else columns


def audience_rows(count: Preview) -> list[tuple[str, list[tuple[str, int]], int]]:
    """Return a row per sector: its name, the number per language, and their sum; the largest first."""
    at = {(cell.sector, cell.language): cell.number for cell in count.cells}
    rows = []
    for sector in {sector for sector, _language in at}:
        numbers = [(tag, at.get((sector, tag), 0)) for tag in in_order(count.per_language)]
        rows.append((sector_name(sector), numbers, sum(number for _tag, number in numbers)))
    return sorted(rows, key=lambda row: (-row[2], row[0]))


def sector_name(sector: str) -> str:
    """Name a sector, or say that there is none."""
    return words.sector_label(Sector(sector)) if sector else _("No organisation")


def in_order(per_language: Mapping[str, T]) -> dict[str, T]:
    """Return what is told per language in the product's order of languages."""
    return {tag: per_language[tag] for tag in locale.LANGUAGES if tag in per_language}


def series(languages: Iterable[str]) -> list[tuple[str, str]]:
    """Return the legend of a chart whose colours are languages."""
    return [(tag, words.language_name(tag)) for tag in languages]


def piece_options(pieces: Iterable[PieceRow]) -> choices.Options:
    """Return pieces as the options of a select."""
    return [(row.key, row.title(locale.language())) for row in pieces]


def periods(days: Iterable[int]) -> list[tuple[int, str, str]]:
    """Return periods as links of a switch."""
    return [
        (one, ngettext("%(number)s day", "%(number)s days", one) % {"number": one}, f"/delivery/returned?days={one}")
        for one in days
    ]


def zones() -> choices.Options:
    """Return the clocks by which a time can be said, the last of the settings first."""
    now = clock.now()
    return [(zone, locale.zone_name(zone, now)) for zone in reversed(settings().timezones)]


def any_without(form: AudienceForm) -> bool:
    """Tell whether anybody is to be left out."""
    return any(value for name, value in form if name.startswith(WITHOUT))


def facts_of_piece(row: PieceRow, piece: Piece) -> Facts:
    """Return what there is to know of a piece beside its words."""
    return _known(
        (_("Key"), piece.key),
        (_("Series"), piece.series),
        (_("Topics"), words.topics(row.topics)),
        (_("Published on"), locale.short_date(row.published_on) if row.published_on else ""),
        (_("Last change"), locale.short_date(words.day(row.updated_at))),
    )


def facts_of_contact(contact: Contact) -> Facts:
    """Return what there is to know of a person."""
    name = f"{contact.given_name} {contact.family_name}".strip()
    return _known(
        (_("Mail address"), words.address(masking.address(contact.email))),
        (pgettext("person", "Name"), masking.name(name) if masking.name(name) != contact.display_name else ""),
        (_("In Latin letters"), masking.name(contact.latin_name)),
        (_("Language"), words.language_label(contact.language)),
        (_("Country"), words.country_label(contact.country) if contact.country else ""),
        (_("Clock"), locale.zone_name(contact.time_zone, clock.now())),
        (_("Source"), contact.source),
        (
            _("How we came by it"),
            "" if contact.source_kind is SourceKind.UNSAID else sources.label(contact.source_kind),
        ),
        (_("Known since"), locale.short_date(words.day(contact.created_at))),
    )


def facts_of_sender(sender: Sender) -> Facts:
    """Return what there is to know of a sender, the defaults of its fields included."""
    wanted = checking.needs(sender)
    return _known(
        (_("Kind of mail"), words.stream_label(sender.stream)),
        *((locale.NAMES[tag], name) for tag, name in in_order(sender.names).items()),
        (_("Mail address"), words.address(sender.address)),
        (_("Answers go to"), words.address(sender.reply_to or sender.address)),
        (_("Selectors"), ", ".join(wanted.selectors)),
        (_("Signed by"), wanted.dkim),
        (_("Envelope"), wanted.envelope),
        (_("SPF includes"), wanted.provider or ""),
        (_("List-Id"), "" if sender.stream is Stream.SYSTEM else headers.list_id(sender)),
        (_("Key"), sender.key),
    )


def sender_options(found: Iterable[Sender]) -> choices.Options:
    """Return senders as the options of a campaign, whose piece decides which kind it takes."""
    usual = [("", _("The usual one for what is sent"))]
    return usual + [
        (one.key, f"{words.sender_name(one)} <{one.address}> · {words.stream_label(one.stream)}")
        for one in found
        if one.stream is not Stream.SYSTEM
    ]


def facts_of_organisation(row: OrganisationRow) -> Facts:
    """Return what there is to know of an organisation."""
    return _known(
        (_("Kind"), words.kind_label(row.kind)),
        (_("Sector"), words.sector_label(row.sector)),
        (_("Country"), words.country_label(row.country)),
        (_("Language"), words.language_label(row.language)),
        (_("Key"), row.key),
    )


def facts_of_segment(segment: Segment) -> Facts:
    """Return what there is to know of a segment beside whom it means."""
    made, changed = (locale.short_date(words.day(one)) for one in (segment.created_at, segment.changed_at))
    return _known(
        (_("Kind"), words.segment_kind_label(segment.kind)),
        (_("Comes from"), words.segment_origin(segment) if segment.kind is SegmentKind.FROZEN else ""),
        (_("Made"), f"{made} {segment.created_by}".strip()),
        (_("Last change"), f"{changed} {segment.changed_by}".strip()),
        (_("Key"), segment.key),
    )


def _known(*facts: tuple[str, str]) -> Facts:
    return [(term, value) for term, value in facts if value]
