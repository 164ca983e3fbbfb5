"""Erasing: the person is gone from every place, what was counted stays counted, and nothing brings them back."""

from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import text
from sqlmodel import Session, select

from outreach.accounts.models import AuditEntry
from outreach.consent import suppressing
from outreach.contacts import editing
from outreach.contacts.editing import Details
from outreach.contacts.models import Contact, SourceKind
from outreach.delivery import erasures, events, ledger, queries
from outreach.delivery.models import Delivery, DeliveryState, ProviderEvent, SuppressionReason
from outreach.foundation import fingerprints
from outreach.foundation.errors import Conflict, Refused
from outreach.intake import judging
from outreach.intake.models import Import, ImportRow, ImportState, Verdict
from outreach.privacy import erasing, exporting
from outreach.reporting import goals, links, metrics
from outreach.tracking import effects
from tests.privacy import cast
from tests.privacy.cast import OFFICER, Traces

WORDS = ("norrstrand.example", "Lindfors", "Anna", "m-1")


def erase(session: Session, contact: Contact) -> None:
    erasing.erase(session, contact, by=OFFICER, why="letter 2026/114")


def figures(session: Session, traces: Traces) -> dict[str, Any]:
    """Everything that is counted about the campaign that Anna opened."""
    mailing = traces.sent.mailing.id
    return {
        "states": queries.counts(session, mailing),
        "total": metrics.total(session, mailing),
        "cells": metrics.cells(session, mailing),
        "links": links.clicks(session, mailing),
        "goal": goals.judge(session, traces.goal).metrics,
    }


def kept(session: Session) -> dict[str, str]:
    """Every row of every table, as text."""
    tables = session.execute(
        text(
            "SELECT relname FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace "
            "WHERE relkind IN ('r', 'p') AND NOT relispartition AND nspname = 'public'"
        )
    ).scalars()
    whole = "SELECT coalesce(string_agg(CAST(to_jsonb(one) AS text), chr(10)), '') FROM {} AS one"
    return {table: session.execute(text(whole.format(f'"{table}"'))).scalar_one() for table in tables.all()}


def dump(session: Session) -> str:
    return "\n".join(kept(session).values())


def test_nothing_in_the_database_names_an_erased_person(session: Session) -> None:
    traces = cast.everywhere(session)
    assert all(word in dump(session) for word in WORDS)
    number, letter = str(traces.anna.id), str(traces.letter)

    erase(session, traces.anna)

    left = dump(session)
    organisation = "Norrstrand Textil AB"  # the organisation stays, and its name is nobody's
    assert [word for word in WORDS if word in left.replace(organisation, "")] == []
    assert letter in left  # the letter is counted, and leads nowhere
    ids_stay_in = {table for table, rows in kept(session).items() if number in rows}
    assert ids_stay_in == {"audit_entry", "consent_upkeep", "tally_change"}


def test_what_was_counted_stays_counted(session: Session) -> None:
    traces = cast.everywhere(session)
    before = figures(session, traces)
    assert before["total"].openers == before["total"].clickers == before["goal"].openers == 1

    erase(session, traces.anna)

    assert figures(session, traces) == before
    assert session.execute(text("SELECT count(*) FROM tracking_event")).scalar_one() == 0


def test_a_letter_on_its_way_is_stopped(session: Session) -> None:
    traces = cast.everywhere(session)

    erase(session, traces.anna)

    one = session.exec(select(Delivery).where(Delivery.id == traces.other["anna"])).one()
    session.refresh(one)
    assert (one.state, one.withdrawn, one.name, one.values) == (
        DeliveryState.SUPPRESSED,
        True,
        "",
        {"sector": "textiles"},
    )
    assert session.exec(select(Delivery).where(Delivery.id == traces.other["bo"])).one().state is DeliveryState.PLANNED


@pytest.mark.parametrize("state", [DeliveryState.CLAIMED, DeliveryState.AMBIGUOUS])
def test_what_may_be_leaving_at_this_moment_never_leaves_again(session: Session, state: DeliveryState) -> None:
    traces = cast.everywhere(session)
    traces.other.deliveries["anna"].state = state

    erase(session, traces.anna)

    one = session.exec(select(Delivery).where(Delivery.id == traces.other["anna"])).one()
    session.refresh(one)
    assert (one.state, one.withdrawn) == (state, True)
    ledger.resolve(session, traces.other.mailing.id, resend=True)
    assert one.address.endswith("@erased.invalid")


def test_a_code_of_the_address_is_kept_and_nobody_undoes_it(session: Session) -> None:
    traces = cast.everywhere(session)
    address = traces.anna.address

    erase(session, traces.anna)

    assert erasures.stands_for(session, address)
    assert not erasures.stands_for(session, traces.bo.address)
    assert suppressing.of_address(session, address) is None
    code = suppressing.of_address(session, fingerprints.of(address))
    assert code is not None
    assert (code.reason, code.liftings) == (SuppressionReason.ERASED, ())


def test_an_earlier_address_of_the_person_stays_away_too(session: Session) -> None:
    traces = cast.everywhere(session)
    traces.sent.deliveries["anna"].address = "anna@before.example"
    session.flush()

    erase(session, traces.anna)

    assert erasures.stands_for(session, "anna@before.example")


def imported(session: Session, address: str) -> ImportRow:
    """Judge one row of a file, as a check of it does."""
    taken = Import(name="list.csv", by=OFFICER, state=ImportState.CHECKING, rows=1)
    session.add(taken)
    session.flush()
    row = ImportRow(import_id=taken.id, position=1, line=2, verdict=Verdict.NEW, email=address, address=address)
    session.add(row)
    session.flush()
    judging.judge(session, taken, after=0, until=1)
    session.refresh(row)
    return row


def test_no_import_brings_the_person_back(session: Session) -> None:
    traces = cast.everywhere(session)
    address = traces.anna.address

    erase(session, traces.anna)

    assert (imported(session, address).verdict, imported(session, address).fault) == (Verdict.REFUSED, "suppressed")
    assert imported(session, "new@firma.example").verdict is Verdict.NEW


def test_staff_bring_nobody_back_and_who_signs_up_again_is_a_contact_like_any_other(session: Session) -> None:
    traces = cast.everywhere(session)
    erase(session, traces.anna)
    details = Details("Anna@norrstrand.example", "sv", "business card")
    with pytest.raises(Conflict, match="asked to be erased"):
        editing.add(session, details, actor=OFFICER)
    with pytest.raises(Conflict, match="asked to be erased"):
        editing.update(session, traces.bo, editing.details_of(traces.bo, email=details.email), actor=OFFICER)

    again = editing.add(session, replace(details, source_kind=SourceKind.THEMSELVES), actor=OFFICER)

    assert imported(session, again.address).verdict is Verdict.SAME
    assert exporting.export(session, again).rows["letters"] == []


def test_a_file_that_waits_with_the_person_in_it_is_given_up(session: Session) -> None:
    traces = cast.everywhere(session)
    waiting = Import(name="list.csv", by=OFFICER, state=ImportState.CHECKED, rows=1)
    session.add(waiting)
    session.flush()
    session.add(
        ImportRow(
            import_id=waiting.id, position=1, line=2, verdict=Verdict.REFUSED, raw=["x", " Anna@Norrstrand.EXAMPLE"]
        )
    )
    session.flush()

    erase(session, traces.anna)

    session.refresh(waiting)
    assert (waiting.state, waiting.fault) == (ImportState.REFUSED, "erased")
    assert session.execute(text("SELECT count(*) FROM contact_import_row")).scalar_one() == 0


def test_a_report_that_comes_later_counts_and_tells_nothing(session: Session) -> None:
    traces = cast.everywhere(session)
    letter, address = traces.letter, traces.anna.address
    erase(session, traces.anna)
    session.add(
        ProviderEvent(
            provider="sandbox",
            event_id="late",
            delivery_id=letter,
            raw={
                "kind": "complained",
                "address": address,
                "suppress": True,
                "message_id": "m-1",
                "occurred_at": cast.HOUR.isoformat(),
                "diagnostic": f"<{address}> is angry",
            },
        )
    )
    session.flush()

    effects.follow(session, events.apply(session))

    one = session.exec(select(Delivery).where(Delivery.id == letter)).one()
    session.refresh(one)
    assert one.state is DeliveryState.COMPLAINED
    assert address not in dump(session)


def test_a_report_without_a_letter_does_not_write_the_address_down_again(session: Session) -> None:
    traces = cast.everywhere(session)
    address = traces.anna.address
    erase(session, traces.anna)
    raw = {"kind": "bounced", "bounce_class": "hard", "address": address, "suppress": True}
    session.add(ProviderEvent(provider="sandbox", event_id="late", raw=raw))
    session.flush()

    effects.follow_nameless(session, events.apply_nameless(session))

    assert address not in dump(session)


def test_nobody_is_erased_without_a_reason_that_names_nobody(session: Session) -> None:
    traces = cast.everywhere(session)

    for why, said in (
        ("  ", "on whose request"),
        ("anna@norrstrand.example asked", "address out"),
        ("x" * 301, "long"),
    ):
        with pytest.raises(Refused, match=said):
            erasing.erase(session, traces.anna, by=OFFICER, why=why)


def test_a_legal_hold_stands_in_the_way(session: Session) -> None:
    traces = cast.everywhere(session)
    cast.held(session, traces.anna)

    with pytest.raises(Conflict, match="legal hold"):
        erase(session, traces.anna)


def test_the_log_keeps_that_it_was_done_and_why(session: Session) -> None:
    traces = cast.everywhere(session)
    number = traces.anna.id

    erase(session, traces.anna)

    (line,) = session.exec(select(AuditEntry).where(AuditEntry.action == "person.erase")).all()
    assert (line.actor, line.subject, line.detail) == (OFFICER, f"contact:{number}", {"reason": "letter 2026/114"})


def test_python_and_postgresql_make_the_same_code(session: Session) -> None:
    (code,) = fingerprints.in_sql(sa.literal("åsa@firma.example", sa.Text))

    assert session.execute(sa.select(code)).scalar_one() == fingerprints.of("åsa@firma.example")
