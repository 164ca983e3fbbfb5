"""Deliveries lie in a partition per quarter, with room on each page to be updated there, and fewer indexes.

What other migrations added to the table, columns and indexes, comes along.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# Quarters by the time in a mailing's id (RFC 9562 §5.7); `outreach.delivery.partitions` makes the later ones.
QUARTERS = {
    "delivery_2026q4": ("01a0f4c2-c400-0000-0000-000000000000", "01a2ce8b-d400-0000-0000-000000000000"),
    "delivery_2027q1": ("01a2ce8b-d400-0000-0000-000000000000", "01a49e08-2c00-0000-0000-000000000000"),
}
STORAGE = (
    "WITH (fillfactor = 45, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.05, "
    "autovacuum_analyze_scale_factor = 0.02)"
)


def upgrade() -> None:
    op.drop_constraint("fk_tracking_event_delivery_id", "tracking_event")
    keys = ["mailing_id", "message_id", "id"]
    op.create_unique_constraint(op.f("uq_batch_mailing_id_message_id_id"), "batch", keys)
    op.drop_index("ix_batch_mailing_id", table_name="batch")
    others = _rebuilt("PARTITION BY RANGE (mailing_id)")
    for name, (first, last) in QUARTERS.items():
        op.execute(f"CREATE TABLE {name} PARTITION OF delivery FOR VALUES FROM ('{first}') TO ('{last}') {STORAGE}")
    op.execute(f"CREATE TABLE delivery_other PARTITION OF delivery DEFAULT {STORAGE}")
    _filled()
    op.create_primary_key(op.f("pk_delivery"), "delivery", ["id", "mailing_id"])
    op.create_unique_constraint(op.f("uq_delivery_mailing_id_address"), "delivery", ["mailing_id", "address"])
    op.create_unique_constraint(op.f("uq_delivery_contact_id_mailing_id"), "delivery", ["contact_id", "mailing_id"])
    keys = ["batch_id", "mailing_id", "message_id"]
    op.create_foreign_key(op.f("fk_delivery_batch_id"), "delivery", "batch", keys, ["id", "mailing_id", "message_id"])
    op.create_index("ix_delivery_batch", "delivery", ["batch_id", "mailing_id"], unique=False)
    _index(others)
    op.create_foreign_key(
        op.f("fk_tracking_event_delivery_id"), "tracking_event", "delivery", ["delivery_id", "mailing_id"],
        ["id", "mailing_id"],
    )  # fmt: skip


def downgrade() -> None:
    op.drop_constraint("fk_tracking_event_delivery_id", "tracking_event")
    others = _rebuilt("WITH (fillfactor = 70)")
    _filled()
    op.create_primary_key(op.f("pk_delivery"), "delivery", ["id"])
    op.create_unique_constraint(op.f("uq_delivery_mailing_id_address"), "delivery", ["mailing_id", "address"])
    op.create_unique_constraint(op.f("uq_delivery_mailing_id_contact_id"), "delivery", ["mailing_id", "contact_id"])
    for table in ("batch", "mailing", "message"):
        op.create_foreign_key(op.f(f"fk_delivery_{table}_id"), "delivery", table, [f"{table}_id"], ["id"])
    _index(others)
    op.create_index("ix_delivery_batch", "delivery", ["batch_id"], unique=False)
    op.create_index("ix_delivery_contact", "delivery", ["contact_id"], unique=False)
    op.create_foreign_key(op.f("fk_tracking_event_delivery_id"), "tracking_event", "delivery", ["delivery_id"], ["id"])
    op.drop_constraint("uq_batch_mailing_id_message_id_id", "batch")
    op.create_index("ix_batch_mailing_id", "batch", ["mailing_id"], unique=False)


def _rebuilt(storage: str) -> list[str]:
    """Put an empty table of the same columns in the place of the old one; returns how to make its other indexes."""
    others = op.get_bind().execute(
        sa.text(
            "SELECT replace(indexdef, ' ON ONLY ', ' ON ') FROM pg_indexes "
            "WHERE tablename = 'delivery' AND indexdef NOT LIKE 'CREATE UNIQUE %' "
            "AND indexname NOT IN ('ix_delivery_batch', 'ix_delivery_contact')"
        )
    )
    made = list(others.scalars())
    op.execute("ALTER TABLE delivery RENAME TO delivery_before")
    op.execute(f"CREATE TABLE delivery (LIKE delivery_before INCLUDING DEFAULTS) {storage}")
    return made


def _filled() -> None:
    op.execute("INSERT INTO delivery SELECT * FROM delivery_before")
    op.execute("DROP TABLE delivery_before")


def _index(definitions: list[str]) -> None:
    for definition in definitions:
        op.execute(definition)
