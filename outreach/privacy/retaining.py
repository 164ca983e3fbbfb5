"""How long what is kept: a class each, with its legal ground, the decision it rests on, and a hold for all of it.

An authority disposes of public documents by decision only (Arkivlagen, 1990:782, § 10), so nothing goes for which no
decision is named once an administrator has set a time; the defaults name the product's own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlmodel import Session, col, select

from outreach.accounts import audit
from outreach.foundation import clock, locale
from outreach.foundation.errors import Refused
from outreach.foundation.locale import gettext as _
from outreach.foundation.locale import ngettext
from outreach.privacy.models import Disposal, Matter, Retention
from outreach.rendering import merge

LONGEST: Final = 300
PRESET: Final = "Outreach"  # the decision that a default rests on


@dataclass(frozen=True)
class Span:
    """What may be chosen for a class, in days."""

    days: int
    least: int
    most: int


SPANS: Final[Mapping[Matter, Span]] = {
    Matter.EVENTS: Span(396, 30, 396),  # 13 months, as CNIL's guidance on measuring has it
    Matter.LETTERS: Span(1096, 396, 3653),  # later than the opens, whose figures need them
    Matter.REPORTS: Span(396, 30, 1096),
    Matter.IMPORTS: Span(7, 1, 7),
    Matter.CONTACTS: Span(730, 365, 3653),
    Matter.AUDIT: Span(1826, 365, 7305),
}
REVIEWED: Final = frozenset({Matter.CONTACTS})  # a person decides about each; nothing goes by itself


@dataclass(frozen=True)
class Rule:
    """How long one class is kept, and why."""

    matter: Matter
    days: int
    basis: str
    decision: str
    is_held: bool
    changed_by: str = ""
    changed_at: datetime | None = None


def rules(session: Session) -> list[Rule]:
    """Return the rule of every class, in the order of the page."""
    own = {one.matter: one for one in session.exec(select(Retention)).all()}
    return [_rule(matter, own.get(matter)) for matter in Matter]


def rule(session: Session, matter: Matter) -> Rule:
    """Return the rule of one class."""
    return _rule(matter, session.get(Retention, matter))


def change(session: Session, matter: Matter, *, days: int, basis: str, decision: str, is_held: bool, by: str) -> None:
    """Decide how long a class is kept. Raises Refused for a time that is not offered, or without a decision."""
    span = SPANS[matter]
    if not span.least <= days <= span.most:
        raise Refused(
            _("Keep this for %(least)s to %(most)s days.")
            % {"least": locale.number(span.least), "most": locale.number(span.most)}
        )
    words = {"basis": _tidy(basis), "decision": _tidy(decision)}
    if not words["decision"]:
        raise Refused(_("Name the decision on disposal that this rests on, such as “2026/88”."))
    row = session.get(Retention, matter) or Retention(matter=matter, days=days, changed_by=by)
    row.days, row.is_held, row.changed_by, row.changed_at = days, is_held, by, clock.now()
    row.basis, row.decision = words["basis"], words["decision"]
    session.add(row)
    session.flush()
    detail = {"days": days, "held": is_held, "decision": words["decision"]}
    audit.append(session, actor=by, action="retention.change", subject=f"retention:{matter.value}", detail=detail)


def disposals(session: Session, *, limit: int = 30) -> list[Disposal]:
    """Return what was disposed of, the newest first."""
    return list(session.exec(select(Disposal).order_by(col(Disposal.id).desc()).limit(limit)).all())


def matter_label(matter: Matter) -> str:
    """Name a class, in the language in use."""
    labels = {
        Matter.EVENTS: _("Opens and clicks"),
        Matter.LETTERS: _("Letters, with address and name"),
        Matter.REPORTS: _("Reports of the mail provider"),
        Matter.IMPORTS: _("Files of contacts that nobody went on with"),
        Matter.CONTACTS: _("People who get no letters any more"),
        Matter.AUDIT: _("Audit log"),
    }
    return labels[matter]


def matter_meaning(matter: Matter) -> str:
    """Say what happens when the time of a class is over."""
    sentences = {
        Matter.EVENTS: _(
            "They become numbers per campaign, language and sector. The figures of reports stay the same."
        ),
        Matter.LETTERS: _(
            "Address, name and filled-in words go. That a letter went to a person stays as long as the person does, so "
            "that its links still let them leave."
        ),
        Matter.REPORTS: _("They are deleted. What became of each letter stays with the letter."),
        Matter.IMPORTS: _("The file and its rows are deleted. A file that was imported is deleted at once."),
        Matter.CONTACTS: _("They are listed, and a person decides about each. Nothing goes by itself."),
        Matter.AUDIT: _("Its lines are deleted."),
    }
    return sentences[matter]


def basis_of(matter: Matter) -> str:
    """Return the legal ground that a class is kept on where nobody has named another."""
    grounds = {
        Matter.EVENTS: _("Consent (GDPR Art. 6(1)(a))"),
        Matter.LETTERS: _("Proof that letters were asked for (GDPR Art. 7(1))"),
        Matter.REPORTS: _("Keeping mail deliverable (GDPR Art. 6(1)(e))"),
        Matter.IMPORTS: _("Public task (GDPR Art. 6(1)(e))"),
        Matter.CONTACTS: _("Consent or public task (GDPR Art. 6(1)(a), (e))"),
        Matter.AUDIT: _("Accountability (GDPR Art. 5(2))"),
    }
    return grounds[matter]


def gone(counts: Mapping[str, int]) -> str:
    """Say how much went, in the language in use."""
    number = {name: counts.get(name, 0) for name in ("events", "letters", "reports", "files", "lines")}
    words = {
        "events": ngettext("%(number)s open or click", "%(number)s opens and clicks", number["events"]),
        "letters": ngettext("%(number)s letter", "%(number)s letters", number["letters"]),
        "reports": ngettext("%(number)s report", "%(number)s reports", number["reports"]),
        "files": ngettext("%(number)s file", "%(number)s files", number["files"]),
        "lines": ngettext("%(number)s line", "%(number)s lines", number["lines"]),
    }
    return ", ".join(words[name] % {"number": locale.number(counts[name])} for name in words if name in counts)


def _rule(matter: Matter, own: Retention | None) -> Rule:
    if own is None:
        return Rule(matter, SPANS[matter].days, basis_of(matter), PRESET, is_held=False)
    return Rule(
        matter,
        own.days,
        own.basis or basis_of(matter),
        own.decision,
        own.is_held,
        own.changed_by,
        own.changed_at,
    )


def _tidy(words: str) -> str:
    return " ".join(merge.plain(words).split())[:LONGEST]
