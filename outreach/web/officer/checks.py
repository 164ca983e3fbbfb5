"""The list that is gone through before a launch: what is in order, what wants a look, what stops."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlmodel import Session

from outreach.campaigns import origin, reviewing
from outreach.campaigns.readiness import Problem
from outreach.campaigns.test_sends import Row
from outreach.content import editions
from outreach.delivery import checking, senders
from outreach.foundation import locale
from outreach.foundation.locale import gettext as _
from outreach.foundation.locale import ngettext
from outreach.segments.preview import Preview
from outreach.web.officer.campaign import Shown

Line = tuple[str, str, str | None, str | None, str | None]


@dataclass(frozen=True)
class Check:
    """One thing to look at: the findings that belong to it, and at which step it is put right; else in the writing."""

    codes: frozenset[str]
    step: str = ""


CHECKS: Final = {
    "complete": Check(frozenset({"no_edition", "incomplete", "alt.missing", "subject.missing"}), "content"),
    "agree": Check(frozenset({"numbers", "links"})),
    "words": Check(frozenset({"placeholder", "braces", "token.broken", "token.personal", "subject.control"})),
    "links": Check(frozenset({"link.scheme", "link.label", "link.blocked"})),
    "health": Check(frozenset({"link.gone", "link.unwell"})),
    "subject": Check(frozenset({"subject.long"})),
    "size": Check(frozenset({"size.stop", "size.warn"}), "content"),
    "form": Check(
        frozenset({"letter", "text.thin", "heading.skipped", "host.foreign", "pixel.unasked", "unsubscribe.missing"})
    ),
    "rights": Check(frozenset({"rights"}), "content"),
    "audience": Check(frozenset({"nobody"}), "audience"),
    "lately": Check(frozenset({"sent_lately"}), "audience"),
    "time": Check(frozenset({"time"}), "approve"),
}
OF_THE_MADE: Final = frozenset({"size", "form", "subject"})  # nothing is known of a letter that cannot be made
ELSEWHERE: Final = frozenset({"not_approved", "launched"})  # steps of their own
KNOWN: Final = ELSEWHERE.union(origin.CODES, *(check.codes for check in CHECKS.values()))


def lines(
    session: Session, shown: Shown, problems: Sequence[Problem], count: Preview, tests: Sequence[Row]
) -> list[Line]:
    """Return every check with what was found, for `ui.checklist`; what is in order is said too."""
    found: list[Line] = []
    unmade = any(one.code in {"letter", "no_edition"} for one in problems)
    for name, check in CHECKS.items():
        mine = [one for one in problems if one.code in check.codes]
        found += [(one.level.value, one.message, None, _place(shown, check, one), None) for one in mine]
        if name == "health" and (unknown := _unknown_links(session, shown)):
            found.append(("warn", unknown, None, "#links", None))
        elif not mine and (name != "time" or shown.campaign.scheduled_at) and not (unmade and name in OF_THE_MADE):
            found.append(("ok", _in_order(name, count), _sizes(session, shown) if name == "size" else None, None, None))
    found += [_tested(tests), *_sender(session, shown, problems)]
    found += [(one.level.value, one.message, None, None, None) for one in problems if one.code not in KNOWN]
    rank = {"stop": 0, "warn": 1, "ok": 2}
    return sorted(found, key=lambda line: rank[line[0]])


def _place(shown: Shown, check: Check, problem: Problem) -> str:
    if check.step:
        return f"{shown.address}/{check.step}"
    return f"/pieces/{shown.piece.key}/compose" + (f"#block-{problem.block}" if problem.block else "")


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


def _tested(tests: Sequence[Row]) -> Line:
    if any(one.is_current for one in tests):
        return ("ok", _("A test of this content has been sent."), None, None, None)
    if tests:
        return ("warn", _("Something was changed after the last test; send another."), None, "#test", None)
    return (
        "warn",
        _("No test has been sent; look at the letter in a mailbox before everybody gets it."),
        None,
        "#test",
        None,
    )


def _unknown_links(session: Session, shown: Shown) -> str:
    """Say how many links nobody has looked at lately, nothing where all were."""
    known = reviewing.links(session, shown.campaign, shown.piece)
    unknown = sum(one is None for one in known.values())
    text = ngettext("%(number)s link was not looked at lately.", "%(number)s links were not looked at lately.", unknown)
    return text % {"number": locale.number(unknown)} if unknown else ""


def _sizes(session: Session, shown: Shown) -> str:
    """Say how heavy each letter is; nothing for those that cannot be made."""
    languages = shown.campaign.languages or editions.languages(session, shown.piece)
    letters = reviewing.review(session, shown.campaign, shown.piece, languages).letters
    return " · ".join(
        f"{locale.NAMES[language]} {locale.number(round(letter.size / 1000))} kB"
        for language, letter in letters.items()
    )


def _in_order(name: str, count: Preview) -> str:
    sentences = {
        "complete": _("Every edition is complete."),
        "agree": _("Numbers and links agree between the languages."),
        "words": _("Nothing is left that was still to be filled in."),
        "links": _("Every link says where it leads, and none leads to a page that is blocked in China."),
        "health": _("Every link led somewhere when it was last looked at."),
        "subject": _("Every subject fits into an inbox."),
        "size": _("Every letter is light enough to be shown whole."),
        "form": _("Every letter has a way out, a text part, and loads nothing from elsewhere."),
        "rights": _("Every picture may be used for as long as the letter will be read."),
        "audience": ngettext("%(number)s person receives it.", "%(number)s people receive it.", count.receive)
        % {"number": locale.number(count.receive)},
        "time": _("It leaves on a working day, and in the daytime."),
        "lately": _("It has not been sent in the last 30 days."),
    }
    return sentences[name]
