"""A heartbeat names its worker; a database that was put back to an earlier day does not send."""

from collections.abc import Sequence

import sqlalchemy as sa

from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("heartbeat", sa.Column("worker", sa.String(), server_default="", nullable=False))
    op.drop_constraint("pk_heartbeat", "heartbeat", type_="primary")
    op.create_primary_key("pk_heartbeat", "heartbeat", ["queue", "worker"])
    op.create_table(
        "sending_guard",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ledger", sa.Uuid(), nullable=False),
        sa.Column("requests", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("locked", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sending_guard")),
    )


def downgrade() -> None:
    op.drop_table("sending_guard")
    op.execute("DELETE FROM heartbeat AS old USING heartbeat AS newer WHERE newer.queue = old.queue AND newer > old")
    op.drop_constraint("pk_heartbeat", "heartbeat", type_="primary")
    op.drop_column("heartbeat", "worker")
    op.create_primary_key("pk_heartbeat", "heartbeat", ["queue"])
