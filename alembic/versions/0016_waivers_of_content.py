"""A campaign may be let go although a check of its letters stops it, not of its sender alone."""

from collections.abc import Sequence

import sqlalchemy as sa

from alembic import op

revision: str = "0016"
down_revision: str | None = "0015"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

CONSTRAINTS = ("fk_{}_campaign_id", "fk_{}_sender_id", "pk_{}")


def upgrade() -> None:
    _rename("sender_waiver", "campaign_waiver")
    op.alter_column("campaign_waiver", "sender_id", existing_type=sa.Uuid(), nullable=True)


def downgrade() -> None:
    op.execute("DELETE FROM campaign_waiver WHERE sender_id IS NULL")
    op.alter_column("campaign_waiver", "sender_id", existing_type=sa.Uuid(), nullable=False)
    _rename("campaign_waiver", "sender_waiver")


def _rename(old: str, new: str) -> None:
    op.rename_table(old, new)
    for name in CONSTRAINTS:
        op.execute(f"ALTER TABLE {new} RENAME CONSTRAINT {name.format(old)} TO {name.format(new)}")
    op.execute(f"ALTER INDEX ix_{old}_campaign_id RENAME TO ix_{new}_campaign_id")
