"""Files of contacts: the file, its rows, and forgetting the evidence of one that is undone."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "contact_import",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("touched_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("encoding", sa.String(), nullable=False),
        sa.Column("delimiter", sa.String(), nullable=False),
        sa.Column("header", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("mapping", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("choices", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("reached", sa.BigInteger(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("counts", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("fault", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_import")),
    )
    op.create_index(op.f("ix_contact_import_touched_at"), "contact_import", ["touched_at"])
    texts = (
        *("fault", "field", "detail", "email", "address", "given_name", "family_name", "native_name", "latin_name"),
        *("title", "said_language", "language", "organisation", "organisation_key", "kind", "sector", "country"),
        *("time_zone", "tags", "source", "kept"),
    )
    op.create_table(
        "contact_import_row",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.String(length=32), nullable=False),
        sa.Column("contact_id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        *(sa.Column(name, sa.String(), server_default="", nullable=False) for name in texts),
        sa.Column("raw", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("before", postgresql.JSONB(), nullable=True),
        sa.PrimaryKeyConstraint("import_id", "position", name=op.f("pk_contact_import_row")),
    )
    # The ledger stays closed to DELETE. Only this takes lines away: what an import wrote that is undone within a day,
    # about people to whom nothing was sent on the strength of it.
    op.execute(
        """
        CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'DELETE' AND TG_TABLE_NAME = 'consent_record'
                AND current_setting('outreach.undoing_import', true) = 'yes' THEN
                RETURN NULL;
            END IF;
            RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
        END $$
        """
    )
    op.execute(
        """
        CREATE FUNCTION forget_evidence_of_import(import uuid, people uuid[]) RETURNS void
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
        BEGIN
            PERFORM set_config('outreach.undoing_import', 'yes', true);
            DELETE FROM consent_record WHERE contact_id = ANY(people) AND evidence->>'import' = import::text;
            PERFORM set_config('outreach.undoing_import', '', true);
        END $$
        """
    )


def downgrade() -> None:
    op.execute("DROP FUNCTION forget_evidence_of_import(uuid, uuid[])")
    op.execute(
        """
        CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
        END $$
        """
    )
    op.drop_table("contact_import_row")
    op.drop_index(op.f("ix_contact_import_touched_at"), table_name="contact_import")
    op.drop_table("contact_import")
