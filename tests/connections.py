"""What the database's connections are doing, seen by the owner: the product's role does not see into them."""

from sqlalchemy import text

from outreach.foundation.database import transaction


def in_transactions() -> int:
    """Count the connections that hold a transaction open without doing anything in it."""
    return _count("state LIKE 'idle in transaction%'")


def waiting() -> int:
    """Count the connections that wait for a lock."""
    return _count("wait_event_type = 'Lock'")


def _count(condition: str) -> int:
    with transaction(owner=True) as session:
        return int(
            session.execute(
                text(
                    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "  # noqa: S608 - from here
                    f"AND pid <> pg_backend_pid() AND {condition}"
                )
            ).scalar_one()
        )
