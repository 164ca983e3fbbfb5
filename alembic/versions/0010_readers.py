"""Readers pause, leave and come back, open a link mailed to them, and move to another address."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "reader_pause",
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("stream", sa.String(length=32), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("contact_id", "stream", name=op.f("pk_reader_pause")),
    )
    op.create_table(
        "parting",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("delivery_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("everything", sa.Boolean(), nullable=False),
        sa.Column("kept", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("why", sa.String(length=32), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_parting_contact_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parting")),
    )
    op.create_index("ix_parting_at", "parting", ["at"])
    op.create_index(op.f("ix_parting_contact_id"), "parting", ["contact_id"])
    op.create_table(
        "fresh_link",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("visit", sa.Uuid(), nullable=True),
        sa.Column("visit_ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_fresh_link_contact_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fresh_link")),
        sa.UniqueConstraint("visit", name=op.f("uq_fresh_link_visit")),
    )
    op.create_index(op.f("ix_fresh_link_asked_at"), "fresh_link", ["asked_at"])
    op.create_index(op.f("ix_fresh_link_contact_id"), "fresh_link", ["contact_id"])
    op.create_table(
        "move",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("old_address", sa.String(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("agreed_by_old_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("agreed_by_new_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("letter_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_move_contact_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_move")),
    )
    op.create_index(op.f("ix_move_address"), "move", ["address"])
    op.create_index(op.f("ix_move_contact_id"), "move", ["contact_id"])


def downgrade() -> None:
    op.drop_table("move")
    op.drop_table("fresh_link")
    op.drop_table("parting")
    op.drop_table("reader_pause")
