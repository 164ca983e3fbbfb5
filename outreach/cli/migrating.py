"""Bring a database up to date: the schema, and the topics that the product cannot do without."""

from outreach.consent import topics
from outreach.foundation import schema
from outreach.foundation.database import transaction


def upgrade() -> str:
    """Migrate and put the topics in place; safe to call from several hosts at once. Returns the revision."""
    revision = schema.upgrade()
    with transaction() as session:
        topics.ensure(session)
    return revision
