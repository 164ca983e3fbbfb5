"""Segments may be frozen lists and know who changed them; a campaign keeps how many letters were expected of it."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op

revision: str = "0013"
down_revision: str | None = "0012"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


# Whose tally each table's rows belong to. Everything that a tally says of a contact stands in one of these tables.
WHO_CHANGED = {
    "contact": "SELECT id FROM changed",
    "subscription": "SELECT contact_id FROM changed",
    "tracking_choice": "SELECT contact_id FROM changed",
    "suppression": "SELECT contact.id FROM contact JOIN changed ON changed.address = contact.address",
    "organisation": "SELECT contact.id FROM contact JOIN changed ON changed.id = contact.organisation_id",
}
EVENTS = {"INSERT": "NEW", "UPDATE": "NEW", "DELETE": "OLD"}


def upgrade() -> None:
    op.add_column("segment", sa.Column("kind", sa.String(length=32), server_default="living", nullable=False))
    op.add_column("segment", sa.Column("origin", sa.String(length=32), server_default="rule", nullable=False))
    for name in ("origin_name", "created_by", "changed_by"):
        op.add_column("segment", sa.Column(name, sa.String(), server_default="", nullable=False))
    op.add_column(
        "segment", sa.Column("changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False)
    )
    op.add_column("segment", sa.Column("people", sa.Integer(), nullable=True))
    op.add_column("segment", sa.Column("counted_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "segment_member",
        sa.Column("segment_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_segment_member_contact_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["segment_id"], ["segment.id"], name=op.f("fk_segment_member_segment_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("segment_id", "contact_id", name=op.f("pk_segment_member")),
    )
    op.create_index(op.f("ix_segment_member_contact_id"), "segment_member", ["contact_id"])
    _make_tallies()
    op.add_column("campaign", sa.Column("expected", sa.Integer(), nullable=True))
    op.add_column("campaign", sa.Column("expected_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("campaign", sa.Column("letters", sa.Integer(), nullable=True))


def _make_tallies() -> None:
    """Make the tables of `segments.tallies`. A crash empties them, all three, and they are filled again."""
    op.create_table(
        "tally",
        sa.Column("id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("language", "sector", "kind", "country")),
        sa.Column("subscribed", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("left", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("measured", sa.Boolean(), nullable=False),
        sa.Column("suppressed", sa.Boolean(), nullable=False),
        sa.Column("collected", sa.Boolean(), nullable=False),
        sa.Column("people", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tally")),
        prefixes=["UNLOGGED"],
    )
    op.create_table(
        "tally_place",
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("tally_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("contact_id", name=op.f("pk_tally_place")),
        prefixes=["UNLOGGED"],
    )
    op.create_index(op.f("ix_tally_place_tally_id"), "tally_place", ["tally_id"])
    op.create_table("tally_change", sa.Column("contact_id", sa.Uuid(), nullable=False), prefixes=["UNLOGGED"])
    for table, who in WHO_CHANGED.items():
        name = f"note_change_of_{table}"
        op.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ "
            f"BEGIN INSERT INTO tally_change (contact_id) {who}; RETURN NULL; END $$"  # from the table above
        )
        for event, rows in EVENTS.items():
            op.execute(
                f"CREATE TRIGGER {name}_{event.lower()} AFTER {event} ON {table} "
                f"REFERENCING {rows} TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
            )


def _drop_tallies() -> None:
    for table in WHO_CHANGED:
        op.execute(f"DROP FUNCTION note_change_of_{table}() CASCADE")
    for table in ("tally_change", "tally_place", "tally"):
        op.drop_table(table)


def downgrade() -> None:
    _drop_tallies()
    for name in ("letters", "expected_at", "expected"):
        op.drop_column("campaign", name)
    op.drop_index(op.f("ix_segment_member_contact_id"), table_name="segment_member")
    op.drop_table("segment_member")
    op.execute("DELETE FROM segment WHERE kind = 'frozen'")
    for name in ("counted_at", "people", "changed_at", "changed_by", "created_by", "origin_name", "origin", "kind"):
        op.drop_column("segment", name)
