"""The audit log's seals: whatever is changed behind the product's back is found, line by line."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlmodel import Session, col, select

from outreach.accounts import audit, seals
from outreach.accounts.models import AuditSeal
from outreach.foundation import clock
from outreach.foundation.database import transaction
from outreach.foundation.settings import secret_keys, settings

EVA = "eva@csr-centre.example"


def write(session: Session, *numbers: int) -> None:
    for number in numbers:
        audit.append(session, actor=EVA, action="thing.do", subject=f"thing:{number}", detail={"n": number, "å": "中"})
        session.flush()


def behind_our_back(statement: str) -> None:
    """Change the database as its owner could, with the guards off."""
    with transaction(owner=True) as session:
        for do in ("DISABLE", "ENABLE"):
            for table in ("audit_entry", "audit_seal"):
                session.execute(text(f"ALTER TABLE {table} {do} TRIGGER append_only"))
            if do == "DISABLE":
                session.execute(text(statement))


@pytest.mark.usefixtures("database")
def test_lines_are_sealed_once_in_order_and_fit() -> None:
    with transaction() as session:
        write(session, 1, 2)
    with transaction() as session:
        assert seals.verify(session).unsealed == 2
        assert seals.seal(session) == 2
    with transaction() as session:
        write(session, 3)
        assert seals.seal(session) == 1
        assert seals.seal(session) == 0
        found = seals.verify(session)
        head = session.exec(select(AuditSeal.hash).order_by(col(AuditSeal.id).desc())).first()

    assert (found.sealed, found.disposed, found.unsealed, found.broken) == (3, 0, 0, ())
    assert head is not None
    assert head.startswith(found.head)


@pytest.mark.usefixtures("database")
def test_a_line_that_is_committed_late_is_sealed_after_its_elders() -> None:
    with transaction() as early:
        write(early, 1)
        with transaction() as late:
            write(late, 2)
        with transaction() as session:
            assert seals.seal(session) == 1
    with transaction() as session:
        assert seals.seal(session) == 1
        assert seals.verify(session).broken == ()


CHANGES: dict[str, tuple[str, tuple[int, ...]]] = {
    "a word": ("UPDATE audit_entry SET action = 'thing.leave' WHERE subject = 'thing:2'", (2,)),
    "a number within": ("UPDATE audit_entry SET detail = '{\"n\": 9}' WHERE subject = 'thing:3'", (3,)),
    "another actor": ("UPDATE audit_entry SET actor = 'johan@csr-centre.example' WHERE subject = 'thing:1'", (1,)),
    "a time": ("UPDATE audit_entry SET at = at - interval '1 second' WHERE subject = 'thing:4'", (4,)),
    "a line gone": ("DELETE FROM audit_entry WHERE subject = 'thing:2'", (2,)),
    "a line and its seal gone": (
        "WITH gone AS (DELETE FROM audit_entry WHERE subject = 'thing:2' RETURNING id) "
        "DELETE FROM audit_seal USING gone WHERE entry_id = gone.id",
        (2, 3),
    ),
    "two lines exchanged": (
        "UPDATE audit_seal SET entry_id = CASE id WHEN 1 THEN -2 ELSE -1 END WHERE id < 3; "
        "UPDATE audit_seal SET entry_id = (SELECT min(id) FROM audit_entry) - 1 - entry_id WHERE id < 3",
        (1, 2),
    ),
    "another seal": ("UPDATE audit_seal SET hash = md5('x') WHERE id = 3", (3, 4)),
    "nothing": ("SELECT 1", ()),
}


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("name", CHANGES)
def test_what_is_changed_is_found(name: str) -> None:
    statement, broken = CHANGES[name]
    with transaction() as session:
        write(session, 1, 2, 3, 4)
        seals.seal(session)

    behind_our_back(statement)

    with transaction() as session:
        assert seals.verify(session).broken == broken


@pytest.mark.usefixtures("database")
def test_what_a_decision_let_go_leaves_its_seal() -> None:
    with transaction() as session, clock.fixed(clock.now() - timedelta(days=3000)):
        write(session, 1, 2)
    behind_our_back("UPDATE audit_entry SET at = at - interval '3000 days'")
    with transaction() as session:
        write(session, 3)
        seals.seal(session)
    behind_our_back("DELETE FROM audit_entry WHERE subject IN ('thing:1', 'thing:2')")

    with transaction() as session:
        found = seals.verify(session)

    assert (found.sealed, found.disposed, found.broken) == (1, 2, ())


@pytest.mark.usefixtures("database")
def test_a_retired_key_still_fits_and_a_strange_one_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = "an old key of at least 32 characters", "a new key of at least 32 characters!"

    def broken(active: str, retired: str = "") -> tuple[int, ...]:
        _turn(monkeypatch, active, retired)
        with transaction() as session:
            seals.seal(session)
            return seals.verify(session).broken

    try:
        with transaction() as session:
            write(session, 1)
        assert broken(old) == ()
        assert broken(new) == (1,)
        assert broken(new, retired=old) == ()
    finally:
        monkeypatch.undo()
        settings.cache_clear()
        secret_keys.cache_clear()


def _turn(monkeypatch: pytest.MonkeyPatch, active: str, retired: str) -> None:
    monkeypatch.setenv("OUTREACH_SECRET_KEY", active)
    monkeypatch.setenv("OUTREACH_SECRET_KEYS_RETIRED", retired)
    settings.cache_clear()
    secret_keys.cache_clear()
