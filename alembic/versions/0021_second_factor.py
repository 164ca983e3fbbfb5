"""A second factor for members of staff: codes of an app, and codes on paper."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op

revision: str = "0021"
down_revision: str | None = "0020"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("staff", sa.Column("second_nonce", sa.String(), server_default="", nullable=False))
    op.add_column("staff", sa.Column("second_step", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column(
        "staff",
        sa.Column("recovery", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
    )
    op.add_column("login_session", sa.Column("waits_for_code", sa.Boolean(), server_default="false", nullable=False))


def downgrade() -> None:
    op.drop_column("login_session", "waits_for_code")
    for column in ("recovery", "second_step", "second_nonce"):
        op.drop_column("staff", column)
