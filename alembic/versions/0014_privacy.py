"""Who was erased, what is left as numbers, how long what is kept, and which letter a report is about."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op

revision: str = "0014"
down_revision: str | None = "0013"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "erasure",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure")),
    )
    op.create_index(op.f("ix_erasure_fingerprint"), "erasure", ["fingerprint"])
    op.execute(
        "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON erasure "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    op.add_column("mailing", sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("mailing", sa.Column("pared_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "event_total",
        sa.Column("mailing_id", sa.Uuid(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("sector", sa.String(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("unknown", "openers", "clickers", "machine")),
        sa.ForeignKeyConstraint(["mailing_id"], ["mailing.id"], name=op.f("fk_event_total_mailing_id")),
        sa.PrimaryKeyConstraint("mailing_id", "language", "sector", name=op.f("pk_event_total")),
    )
    op.create_table(
        "link_total",
        sa.Column("link_key", sa.String(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("people", "clicks", "machine")),
        sa.ForeignKeyConstraint(["link_key"], ["link.key"], name=op.f("fk_link_total_link_key")),
        sa.PrimaryKeyConstraint("link_key", name=op.f("pk_link_total")),
    )
    op.add_column("goal", sa.Column("kept", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False))
    op.add_column("goal", sa.Column("is_closed", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table(
        "retention",
        sa.Column("matter", sa.String(length=32), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("basis", sa.String(), server_default="", nullable=False),
        sa.Column("decision", sa.String(), server_default="", nullable=False),
        sa.Column("is_held", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("matter", name=op.f("pk_retention")),
    )
    op.create_table(
        "legal_hold",
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_legal_hold_contact_id")),
        sa.PrimaryKeyConstraint("contact_id", name=op.f("pk_legal_hold")),
    )
    op.create_table(
        "disposal",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("matter", sa.String(length=32), nullable=False),
        sa.Column("before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decision", sa.String(), nullable=False),
        sa.Column("counts", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disposal")),
    )
    _let_old_audit_lines_go()
    op.add_column("provider_event", sa.Column("delivery_id", sa.Uuid(), nullable=True))
    op.execute("UPDATE provider_event SET delivery_id = CAST(nullif(raw ->> 'delivery_id', '') AS uuid)")
    op.create_index(op.f("ix_provider_event_delivery_id"), "provider_event", ["delivery_id"])
    op.create_index(
        "ix_provider_event_nameless",
        "provider_event",
        ["received_at"],
        postgresql_where=sa.text("delivery_id IS NULL"),
    )


def _let_old_audit_lines_go() -> None:
    """Let lines of the audit log go when a decision on disposal says so, by this function and no other way."""
    op.execute(_REFUSE.format(also=_ALSO_AUDIT))
    op.execute(
        """
        CREATE FUNCTION dispose_of_audit(until timestamptz, kept text[]) RETURNS integer
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
        DECLARE number integer;
        BEGIN
            PERFORM set_config('outreach.audit_disposal', 'yes', true);
            DELETE FROM audit_entry WHERE at < until AND subject <> ALL (kept);
            GET DIAGNOSTICS number = ROW_COUNT;
            PERFORM set_config('outreach.audit_disposal', '', true);
            RETURN number;
        END $$
        """
    )
    op.execute("REVOKE EXECUTE ON FUNCTION dispose_of_audit(timestamptz, text[]) FROM PUBLIC")


_REFUSE = """
    CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_TABLE_NAME = 'consent_record' AND current_setting('outreach.ledger_upkeep', true) = 'yes' THEN
            RETURN NULL;
        END IF;
        {also}
        RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
    END $$
"""
_ALSO_AUDIT = """
        IF TG_OP = 'DELETE' AND TG_TABLE_NAME = 'audit_entry'
            AND current_setting('outreach.audit_disposal', true) = 'yes' THEN
            RETURN NULL;
        END IF;
"""


def downgrade() -> None:
    op.drop_index("ix_provider_event_nameless", table_name="provider_event")
    op.drop_index(op.f("ix_provider_event_delivery_id"), table_name="provider_event")
    op.drop_column("provider_event", "delivery_id")
    op.execute("DROP FUNCTION dispose_of_audit(timestamptz, text[])")
    op.execute(_REFUSE.format(also=""))
    op.drop_table("disposal")
    op.drop_table("legal_hold")
    op.drop_table("retention")
    op.drop_column("goal", "is_closed")
    op.drop_column("goal", "kept")
    op.drop_table("link_total")
    op.drop_table("event_total")
    op.drop_column("mailing", "pared_at")
    op.drop_column("mailing", "closed_at")
    op.execute("DROP TRIGGER append_only ON erasure")
    op.drop_index(op.f("ix_erasure_fingerprint"), table_name="erasure")
    op.drop_table("erasure")
