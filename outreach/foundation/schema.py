"""The schema: where it stands, and bringing it up to date under a lock so that several hosts may start at once."""

from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from alembic import command
from outreach.foundation import rights
from outreach.foundation.database import dispose, engine, transaction
from outreach.foundation.errors import OutreachError
from outreach.foundation.places import migrations

LOCK = 0x6F757472  # "outr": an advisory lock's number


def upgrade() -> str:
    """Migrate to the newest schema as the owner; safe to call from several processes at once. Returns the revision."""
    with transaction(owner=True) as session:
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        if MigrationContext.configure(session.connection()).get_current_revision() != newest():
            command.upgrade(_config(), "head")
        rights.ensure(session)
    dispose()  # connections that were made before the role had its rights
    return newest()


def state() -> str:
    """Return the revision in use. Raises OutreachError when it is not the newest."""
    if current() != newest():
        raise OutreachError("The database schema is not up to date; run 'outreach migrate'.")
    return newest()


def current() -> str | None:
    """Return the revision of the database, None for an empty one."""
    with engine().connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest() -> str:
    """Return the revision that this version of the product needs."""
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(migrations()))
    return config
