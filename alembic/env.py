"""Alembic's door: the tables of every room, and a connection of their owner."""

from importlib import import_module

from sqlmodel import SQLModel

from alembic import context
from outreach.delivery import partitions
from outreach.foundation.database import owner_engine

ROOMS = (
    "accounts",
    "bulk",
    "campaigns",
    "consent",
    "contacts",
    "content",
    "delivery",
    "intake",
    "privacy",
    "readers",
    "reporting",
    "segments",
    "signup",
    "tracking",
)

for room in ROOMS:
    import_module(f"outreach.{room}.models")


def run() -> None:
    """Migrate over one connection, one transaction per migration."""
    with owner_engine().connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=SQLModel.metadata,
            compare_type=True,
            include_object=partitions.is_described,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
