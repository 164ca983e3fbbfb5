"""What the product may do to its own database: work as a role that can add lines to an append-only table and no more.

Migrations run as the owner of the tables. Everybody else puts on the role `outreach_app` with each connection, which
may neither change nor empty a table that carries the trigger `append_only`. Where one login is used for both, that
guards against mistakes and against most of what an attacker can slip into a statement; with a login of its own
(OUTREACH_DATABASE_OWNER_URL names the owner's) the product cannot take the rights back either.
"""

from enum import StrEnum
from typing import Final

from sqlalchemy import text
from sqlmodel import Session

ROLE: Final = "outreach_app"

# One round trip per connection; nothing happens where the role, or its rights in this database, do not exist (yet).
PUT_ON: Final = f"""
SELECT set_config('role', '{ROLE}', false) WHERE EXISTS (
    SELECT FROM pg_roles WHERE rolname = '{ROLE}' AND pg_has_role(current_user, oid, 'SET')
        AND has_table_privilege(oid, to_regclass('public.alembic_version'), 'SELECT')
)
"""  # noqa: S608 - built from constants


class Standing(StrEnum):
    """How well the append-only tables are closed to the product's own connections."""

    APART = "apart"  # closed, and the login is not the owner's
    ROLE = "role"  # closed; the login is the owner's and could take the role off
    OPEN = "open"  # only the triggers guard them


def standing(session: Session) -> Standing:
    """Tell how a connection of the product stands towards the append-only tables."""
    mine, login = session.execute(_OPEN_TO).one()
    if mine:
        return Standing.OPEN
    return Standing.ROLE if login else Standing.APART


def ensure(session: Session) -> bool:
    """Give the role what it needs in this database, as the owner of the tables; False where there can be no such role.

    Cheap when nothing is missing. Where the owner may make no roles, somebody who may does it once: docs/production.md.
    """
    session.execute(_MAKE_ROLE)
    can = session.execute(
        text("SELECT pg_has_role(current_user, oid, 'SET') FROM pg_roles WHERE rolname = :role"), {"role": ROLE}
    ).scalar_one_or_none()
    if can is None:
        return False
    if session.execute(_LACKS, {"role": ROLE}).scalar_one():
        session.execute(_GRANT)
    return True


# A role's name cannot be a parameter here; the constant has no character that would need quoting.
_MAKE_ROLE: Final = text(
    f"""
    DO $$ BEGIN
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{ROLE}') THEN
            CREATE ROLE {ROLE} NOLOGIN;
        END IF;
        IF NOT pg_has_role(current_user, '{ROLE}', 'SET') THEN
            GRANT {ROLE} TO CURRENT_USER;
        END IF;
    EXCEPTION WHEN insufficient_privilege OR duplicate_object OR unique_violation THEN
        NULL;  -- not ours to make, or just made by another
    END $$
    """
)

_APPEND_ONLY: Final = "SELECT DISTINCT tgrelid FROM pg_trigger WHERE tgname = 'append_only'"

_OPEN_TO: Final = text(
    f"""
    SELECT coalesce(bool_or(has_table_privilege(current_user, tgrelid, 'UPDATE, DELETE, TRUNCATE')), false),
        coalesce(bool_or(has_table_privilege(session_user, tgrelid, 'UPDATE, DELETE, TRUNCATE')), false)
    FROM ({_APPEND_ONLY}) AS closed
    """  # noqa: S608 - a query of our own
)

_LACKS: Final = text(
    f"""
    SELECT EXISTS (
        SELECT FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND CASE
            WHEN relname = 'alembic_version' THEN NOT has_table_privilege(:role, oid, 'SELECT')
            WHEN oid IN ({_APPEND_ONLY}) THEN NOT has_table_privilege(:role, oid, 'INSERT')
                OR has_table_privilege(:role, oid, 'UPDATE, DELETE, TRUNCATE')
            ELSE NOT has_table_privilege(:role, oid, 'DELETE') END
    ) OR EXISTS (
        SELECT FROM pg_class WHERE relnamespace = 'public'::regnamespace
            AND CASE WHEN relkind = 'S' THEN NOT has_sequence_privilege(:role, oid, 'USAGE') END
    ) OR EXISTS (
        SELECT FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef
            AND NOT has_function_privilege(:role, oid, 'EXECUTE')
    )
    """  # noqa: S608 - a query of our own
)

_GRANT: Final = text(
    f"""
    DO $$ DECLARE one record; BEGIN
        EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO {ROLE}', current_database());
        GRANT USAGE ON SCHEMA public TO {ROLE};
        GRANT SELECT, INSERT, UPDATE, DELETE, MAINTAIN ON ALL TABLES IN SCHEMA public TO {ROLE};
        GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {ROLE};
        ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE, MAINTAIN ON TABLES TO {ROLE};
        ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {ROLE};
        FOR one IN {_APPEND_ONLY} LOOP
            EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON %s FROM {ROLE}', one.tgrelid::regclass);
        END LOOP;
        FOR one IN SELECT oid FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef LOOP
            EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO {ROLE}', one.oid::regprocedure);
        END LOOP;
    END $$
    """  # noqa: S608 - built from constants
)
