"""Pacing: lanes and turns of batches, what left, caps, warm-up plans and holds."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op

revision: str = "0003"
down_revision: str | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_DUE = sa.text("state = 'planned'")
_NOW = sa.text("now()")


def upgrade() -> None:
    op.add_column("batch", sa.Column("lane", sa.String(), server_default="", nullable=False))
    op.add_column("batch", sa.Column("turn", sa.BigInteger(), server_default="0", nullable=False))
    op.drop_index("ix_batch_due", table_name="batch", postgresql_where=_DUE)
    op.create_index("ix_batch_due", "batch", ["priority", "turn"], unique=False, postgresql_where=_DUE)
    op.create_index(
        "ix_delivery_complained",
        "delivery",
        ["mailing_id", "complained_at"],
        unique=False,
        postgresql_where=sa.text("complained_at IS NOT NULL"),
    )
    op.create_index(
        "ix_delivery_bounced",
        "delivery",
        ["mailing_id"],
        unique=False,
        postgresql_where=sa.text("bounced_at IS NOT NULL"),
    )
    op.add_column(
        "mailing",
        sa.Column(
            "braked", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False
        ),
    )
    op.create_table(
        "departure",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("mailing_id", sa.Uuid(), nullable=False),
        sa.Column("sender_id", sa.Uuid(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("lane", sa.String(), nullable=False),
        sa.Column("letters", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=_NOW, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_departure")),
    )
    op.create_index("ix_departure_at", "departure", ["at"], unique=False)
    op.create_index("ix_departure_mailing_id", "departure", ["mailing_id"], unique=False)
    op.create_table(
        "cap",
        sa.Column("scope", sa.String(32), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("per_second", sa.Integer(), nullable=True),
        sa.Column("per_hour", sa.Integer(), nullable=True),
        sa.Column("per_day", sa.Integer(), nullable=True),
        sa.Column("at_once", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=_NOW, nullable=False),
        sa.PrimaryKeyConstraint("scope", "key", name=op.f("pk_cap")),
    )
    op.create_table(
        "warm_up",
        sa.Column("scope", sa.String(32), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), server_default=_NOW, nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column(
            "steps", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'::jsonb"), nullable=False
        ),
        sa.PrimaryKeyConstraint("scope", "key", name=op.f("pk_warm_up")),
    )
    op.create_table(
        "hold",
        sa.Column("scope", sa.String(32), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=_NOW, nullable=False),
        sa.PrimaryKeyConstraint("scope", "key", "kind", "priority", name=op.f("pk_hold")),
    )


def downgrade() -> None:
    op.drop_table("hold")
    op.drop_table("warm_up")
    op.drop_table("cap")
    op.drop_index("ix_departure_mailing_id", table_name="departure")
    op.drop_index("ix_departure_at", table_name="departure")
    op.drop_table("departure")
    op.drop_column("mailing", "braked")
    op.drop_index("ix_delivery_bounced", table_name="delivery", postgresql_where=sa.text("bounced_at IS NOT NULL"))
    op.drop_index(
        "ix_delivery_complained", table_name="delivery", postgresql_where=sa.text("complained_at IS NOT NULL")
    )
    op.drop_index("ix_batch_due", table_name="batch", postgresql_where=_DUE)
    op.create_index("ix_batch_due", "batch", ["priority", "not_before"], unique=False, postgresql_where=_DUE)
    op.drop_column("batch", "turn")
    op.drop_column("batch", "lane")
