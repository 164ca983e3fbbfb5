"""The product's own connections can add to what is append-only, and do no more to it, whoever asks them to."""

from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import DBAPIError, ProgrammingError
from sqlmodel import Session

from outreach.cli import doctor
from outreach.foundation import database, embedded, rights, schema
from outreach.foundation.database import transaction
from outreach.foundation.embedded import databases
from outreach.foundation.errors import OutreachError
from outreach.foundation.settings import settings

CLOSED = ("audit_entry", "audit_seal", "consent_record", "consent_wording", "consent_upkeep")


@pytest.mark.parametrize("table", CLOSED)
@pytest.mark.parametrize("change", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_what_is_append_only_is_closed_to_the_product(session: Session, table: str, change: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"), session.begin_nested():
        session.execute(text(change.format(table)))


@pytest.mark.parametrize("table", CLOSED)
def test_its_trigger_stops_the_owner_too(session: Session, table: str) -> None:
    change = f"DELETE FROM {table}"  # noqa: S608 - from the constant above
    session.execute(text("SET LOCAL ROLE NONE"))

    with pytest.raises(DBAPIError, match="append-only"), session.begin_nested():
        session.execute(text(change))


def test_the_narrow_ways_cannot_be_widened_by_setting_what_they_set(session: Session) -> None:
    session.execute(text("SELECT set_config('outreach.ledger_upkeep', 'yes', true)"))

    with pytest.raises(ProgrammingError, match="permission denied"), session.begin_nested():
        session.execute(text("DELETE FROM consent_record"))


def test_the_role_outlives_a_transaction_that_is_rolled_back(servers: embedded.Addresses) -> None:
    for _turn in range(3):
        with database.engine().connect() as connection:
            assert connection.execute(text("SELECT current_user")).scalar_one() == rights.ROLE
            connection.rollback()
            assert connection.execute(text("SELECT current_user")).scalar_one() == rights.ROLE


def test_a_table_of_a_later_migration_needs_no_further_word(servers: embedded.Addresses) -> None:
    with database.owner_engine().connect() as owner, owner.begin() as change:
        owner.execute(text("CREATE TABLE of_later (id bigserial PRIMARY KEY, word text)"))
        owner.execute(text(f"SET LOCAL ROLE {rights.ROLE}"))
        owner.execute(text("INSERT INTO of_later (word) VALUES ('a'); UPDATE of_later SET word = 'b'"))
        change.rollback()


@pytest.fixture
def apart(servers: embedded.Addresses, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A database whose owner and whose product log in as two: as a managed PostgreSQL is set up with two addresses."""
    with_rights = make_url(servers.database_url).set(username="postgres")
    administrator = create_engine(with_rights, isolation_level="AUTOCOMMIT")
    try:
        with administrator.connect() as connection:
            connection.execute(text("DROP ROLE IF EXISTS outreach_web"))
            connection.execute(text(f"CREATE ROLE outreach_web LOGIN IN ROLE {rights.ROLE}"))
    except (psycopg.Error, DBAPIError):
        pytest.skip("the server that is set has no administrator for us")
    owner_url = databases.create(servers.database_url, "outreach_test_apart")
    url = make_url(owner_url).set(username="outreach_web").render_as_string(hide_password=False)
    database.dispose()
    monkeypatch.setenv("OUTREACH_DATABASE_URL", url)
    monkeypatch.setenv("OUTREACH_DATABASE_OWNER_URL", owner_url)
    settings.cache_clear()
    yield url
    database.dispose()
    monkeypatch.undo()
    settings.cache_clear()
    databases.drop(servers.database_url, "outreach_test_apart")
    with administrator.connect() as connection:
        connection.execute(text("DROP ROLE outreach_web"))
    administrator.dispose()


def test_with_two_addresses_the_product_cannot_take_the_rights_back(apart: str) -> None:
    assert schema.upgrade() == schema.newest()

    with transaction() as session:
        assert rights.standing(session) is rights.Standing.APART
        session.execute(text("SET LOCAL ROLE NONE"))
        with pytest.raises(ProgrammingError, match="permission denied"), session.begin_nested():
            session.execute(text("DELETE FROM consent_record"))
        with pytest.raises(DBAPIError, match="owner"), session.begin_nested():
            session.execute(text("ALTER TABLE consent_record DISABLE TRIGGER append_only"))
    assert "another login" in doctor.PROBES["rights"]()


def test_the_doctor_says_whether_the_rights_hold(servers: embedded.Addresses) -> None:
    assert "same login" in doctor.PROBES["rights"]()
    database.dispose()
    with database.owner_engine().connect() as owner:
        owner.execute(text("REVOKE SELECT ON alembic_version FROM outreach_app"))
        owner.commit()
    try:
        with pytest.raises(OutreachError, match="only triggers"):
            doctor.PROBES["rights"]()
    finally:
        schema.upgrade()
    with transaction() as session:
        assert rights.standing(session) is rights.Standing.ROLE
