"""Empty a database between stories, and say who stands in the way rather than wait for ever."""

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from outreach.consent import topics
from outreach.foundation import database

PATIENCE = "60s"


def empty() -> None:
    """Take every row out of every table, and put the six topics in place."""
    try:
        with database.transaction(owner=True) as session:
            session.execute(sa.text(f"SET LOCAL lock_timeout = '{PATIENCE}'"))
            session.execute(sa.text(f"TRUNCATE {', '.join(_tables(session))} RESTART IDENTITY CASCADE"))
            topics.ensure(session)
    except OperationalError as blocked:
        raise AssertionError(f"Something still holds a table of the last story:\n{_at_work()}") from blocked


def _tables(session: Session) -> list[str]:
    return list(
        session.scalars(
            sa.text(
                "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition "
                "AND relnamespace = 'public'::regnamespace AND relname <> 'alembic_version'"
            )
        )
    )


def _at_work() -> str:
    with database.transaction(owner=True) as session:
        rows = session.execute(
            sa.text(
                "SELECT pid, application_name, state, now() - xact_start AS since, left(query, 200) AS query "
                "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
        return "\n".join(str(row) for row in rows)
