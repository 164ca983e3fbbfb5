"""The list that is gone through before a launch: what is in order, what wants a look, what stops."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlmodel import Session

from outreach.campaigns import origin
from outreach.campaigns.models import Layout
from outreach.campaigns.readiness import Problem
from outreach.content import editions, preview
from outreach.delivery import checking, senders
from outreach.foundation import locale
from outreach.foundation.errors import Refused
from outreach.foundation.locale import gettext as _
from outreach.foundation.locale import ngettext
from outreach.segments.preview import Preview
from outreach.web.officer.campaign import Shown

Line = tuple[str, str, str | None, str | None, str | None]


@dataclass(frozen=True)
class Check:
    """One thing to look at: the findings that belong to it, and where it is put right."""

    codes: frozenset[str]
    step: str


CHECKS: Final = {
    "complete": Check(frozenset({"no_edition", "incomplete"}), "content"),
    "rights": Check(frozenset({"rights"}), "content"),
    "audience": Check(frozenset({"nobody"}), "audience"),
}
ELSEWHERE: Final = frozenset({"not_approved", "launched"})  # steps of their own
KNOWN: Final = ELSEWHERE.union(origin.CODES, *(check.codes for check in CHECKS.values()))
HEAVY: Final = 80_000  # bytes; a large mail service cuts letters off at about 102,000


def lines(session: Session, shown: Shown, problems: Sequence[Problem], count: Preview) -> list[Line]:
    """Return every check with what was found, for `ui.checklist`; what is in order is said too."""
    found: list[Line] = []
    for name, check in CHECKS.items():
        mine = [one for one in problems if one.code in check.codes]
        found += [(one.level.value, one.message, None, f"{shown.address}/{check.step}", None) for one in mine]
        if not mine:
            found.append(("ok", _in_order(name, count), None, None, None))
    found += _sender(session, shown, problems)
    found += _weights(session, shown)
    found += [(one.level.value, one.message, None, None, None) for one in problems if one.code not in KNOWN]
    rank = {"stop": 0, "warn": 1, "ok": 2}
    return sorted(found, key=lambda line: rank[line[0]])


def _sender(session: Session, shown: Shown, problems: Sequence[Problem]) -> list[Line]:
    """Say whom it comes from, and each thing about it that stops or wants a look."""
    sender = origin.sender_of(session, shown.campaign)
    address = f"/senders/{sender.key}"
    mine = [one for one in problems if one.code in origin.CODES]
    if mine:
        return [(one.level.value, one.message, None, address, None) for one in mine]
    words = {"name": senders.name(sender), "address": sender.address}
    is_checked = not checking.is_exempt(sender)
    sentence = _("The sender is in order.") if is_checked else _("The sender is made up, so nothing is looked up.")
    return [("ok", sentence, _("From %(name)s, %(address)s") % words, address, None)]


def _weights(session: Session, shown: Shown) -> list[Line]:
    """Make each letter once: one that cannot be made stops, one that is heavy wants a look."""
    present = editions.languages(session, shown.piece)
    sizes = {}
    for language in present:
        second = next((one for one in locale.FALLBACKS[language] if one in present and one != language), None)
        below = second if shown.campaign.layout is Layout.STACKED else None
        try:
            sizes[language] = len(preview.render(session, shown.piece, language, second=below).encode())
        except Refused as fault:
            words = {"language": locale.NAMES[language], "fault": fault.message}
            return [("stop", _("%(language)s: %(fault)s") % words, None, f"{shown.address}/content", None)]
    detail = " · ".join(f"{locale.NAMES[one]} {locale.number(round(size / 1000))} kB" for one, size in sizes.items())
    if any(size > HEAVY for size in sizes.values()):
        sentence = _("A letter is heavy; some mailboxes cut off what is longer than 100 kB.")
        return [("warn", sentence, detail, f"{shown.address}/content", None)]
    return [("ok", _("Every letter is light enough to be shown whole."), detail, None, None)] if sizes else []


def _in_order(name: str, count: Preview) -> str:
    sentences = {
        "complete": _("Every edition is complete."),
        "rights": _("Every picture may be used for as long as the letter will be read."),
        "audience": ngettext("%(number)s person receives it.", "%(number)s people receive it.", count.receive)
        % {"number": locale.number(count.receive)},
    }
    return sentences[name]
