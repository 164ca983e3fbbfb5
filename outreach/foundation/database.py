"""One engine per process, one `transaction()` per door or task; nothing else commits.

Its connections put on the product's role (`rights`); only a migration works as the owner.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, cast

import psycopg
from pydantic_core import from_json
from sqlalchemy import Engine, NullPool, Select, create_engine, event, text
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from outreach.foundation import embedded, jobs, rights
from outreach.foundation.errors import Unavailable
from outreach.foundation.settings import settings

_engines: dict[int, Engine] = {}
_CONNECT: Final = {"connect_timeout": 5, "options": "-c timezone=UTC", "application_name": "outreach"}


def engine() -> Engine:
    """Return this process's engine; a forked worker gets its own."""
    pid = os.getpid()
    if pid not in _engines:
        for inherited in _engines.values():
            inherited.dispose(close=False)  # after a fork the parent's sockets are not ours to close
        _engines.clear()
        _engines[pid] = create_engine(
            embedded.addresses(settings()).database_url,
            pool_size=8,
            max_overflow=8,
            pool_pre_ping=True,
            pool_recycle=1800,
            json_deserializer=from_json,  # a recipient's values are the bulk of what a worker reads
            connect_args=_CONNECT,
        )
        event.listen(_engines[pid], "connect", _put_on_role)
    return _engines[pid]


def owner_engine() -> Engine:
    """Return an engine that works as the owner of the tables, for migrations; it keeps no connection."""
    url = settings().database_owner_url or embedded.addresses(settings()).database_url
    return create_engine(url, poolclass=NullPool, connect_args=_CONNECT)


@contextmanager
def transaction(*, owner: bool = False) -> Iterator[Session]:
    """Open a session, commit at the end, then wake the workers that the work named; `owner` is for migrations only.

    Raises Unavailable when PostgreSQL does not answer; nothing is kept then.
    """
    with Session(owner_engine() if owner else engine(), expire_on_commit=False) as session:
        try:
            session.connection()
        except OperationalError as down:
            raise Unavailable(
                "PostgreSQL does not answer; check OUTREACH_DATABASE_URL and that the server runs."
            ) from down
        yield session
        session.commit()
        jobs.send_nudges(session)


def keep_temporarily(session: Session, name: str, query: Select[Any]) -> None:
    """Keep a query's rows in a temporary table until the transaction ends, with its parameters bound."""
    # PostgreSQL binds no parameters in CREATE TABLE AS; psycopg does it on the client, quoting each value.
    connection = session.connection()
    compiled = query.compile(dialect=connection.dialect, compile_kwargs={"render_postcompile": True})
    driver = cast("psycopg.Connection[Any]", connection.connection.driver_connection)
    with psycopg.ClientCursor(driver) as cursor:
        cursor.execute(f"CREATE TEMP TABLE {name} ON COMMIT DROP AS {compiled}", compiled.params)


def is_answering() -> bool:
    """Ask PostgreSQL for one row; False when it does not answer."""
    try:
        with engine().connect() as connection:
            connection.execute(text("SELECT 1"))
    except OperationalError:
        return False
    return True


def dispose() -> None:
    """Close this process's connections (after a fork, at the end of a run)."""
    for one in _engines.values():
        one.dispose()
    _engines.clear()


def _put_on_role(connection: "psycopg.Connection[Any]", _record: object) -> None:
    connection.autocommit = True  # or the role would end with the first transaction that is rolled back
    connection.execute(rights.PUT_ON)
    connection.autocommit = False
