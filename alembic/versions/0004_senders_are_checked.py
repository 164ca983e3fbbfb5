"""Senders are checked against the DNS, and a campaign may be let go from one that is not in order.

Adding columns with a constant default rewrites nothing (PostgreSQL 11 and later); the tables are small.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("sender", sa.Column("envelope_domain", sa.String(), nullable=True))
    op.add_column("sender", sa.Column("dkim_domain", sa.String(), nullable=True))
    op.add_column(
        "sender",
        sa.Column("dkim_selectors", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
    )
    op.add_column("sender", sa.Column("spf_include", sa.String(), nullable=True))
    op.create_table(
        "sender_check",
        sa.Column("sender_id", sa.Uuid(), nullable=False),
        sa.Column(
            "results", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'::jsonb"), nullable=False
        ),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["sender_id"], ["sender.id"], name=op.f("fk_sender_check_sender_id")),
        sa.PrimaryKeyConstraint("sender_id", name=op.f("pk_sender_check")),
    )
    op.create_table(
        "sender_waiver",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("sender_id", sa.Uuid(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_sender_waiver_campaign_id")),
        sa.ForeignKeyConstraint(["sender_id"], ["sender.id"], name=op.f("fk_sender_waiver_sender_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sender_waiver")),
    )
    op.create_index(op.f("ix_sender_waiver_campaign_id"), "sender_waiver", ["campaign_id"])


def downgrade() -> None:
    op.drop_table("sender_waiver")
    op.drop_table("sender_check")
    for column in ("spf_include", "dkim_selectors", "dkim_domain", "envelope_domain"):
        op.drop_column("sender", column)
