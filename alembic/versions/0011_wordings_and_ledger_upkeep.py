"""Wordings are kept once; lines of the ledger leave or move by narrow functions only, and each use is written down."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

APPEND_ONLY = ("consent_wording", "consent_upkeep")
COLLECTED = "harvest|scrap|guess|bought|köpt|skrapad|gissad|采集|抓取|猜测|购买"


def upgrade() -> None:
    op.create_table(
        "consent_wording",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("first_seen", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "sha256 = encode(sha256(convert_to(text, 'UTF8')), 'hex')", name=op.f("ck_consent_wording_honest")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_wording")),
        sa.UniqueConstraint("sha256", "language", name=op.f("uq_consent_wording_sha256_language")),
    )
    op.create_table(
        "consent_upkeep",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("what", sa.String(length=32), nullable=False),
        sa.Column("source", sa.Uuid(), nullable=False),
        sa.Column("target", sa.Uuid(), nullable=True),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_upkeep")),
    )
    _keep_wordings_once()
    op.add_column(
        "mailing",
        sa.Column("topics", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
    )
    op.add_column("contact", sa.Column("source_kind", sa.String(length=32), server_default="unsaid", nullable=False))
    op.execute(
        f"UPDATE contact SET source_kind = 'collected' WHERE source ~* '{COLLECTED}'"  # noqa: S608 - a constant
    )
    _track_notices()
    op.add_column(
        "contact_import",
        sa.Column("domains", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
    )
    op.create_table(
        "mail_domain",
        sa.Column("domain", sa.String(), nullable=False),
        sa.Column("takes_mail", sa.Boolean(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("domain", name=op.f("pk_mail_domain")),
    )
    op.add_column("contact_import_row", sa.Column("topics", sa.String(), server_default="", nullable=False))
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    _open_narrow_ways()
    _let_workers_make_room()


def _keep_wordings_once() -> None:
    op.add_column("consent_record", sa.Column("wording_id", sa.BigInteger(), nullable=True))
    op.execute(
        """
        INSERT INTO consent_wording (language, text, sha256, first_seen)
        SELECT language, wording, encode(sha256(convert_to(wording, 'UTF8')), 'hex'), min(at)
        FROM consent_record WHERE wording <> '' GROUP BY language, wording ORDER BY min(at)
        """
    )
    op.execute("ALTER TABLE consent_record DISABLE TRIGGER append_only")
    op.execute(
        """
        UPDATE consent_record SET wording_id = known.id FROM consent_wording AS known
        WHERE known.text = consent_record.wording AND known.language = consent_record.language
        """
    )
    # What concerns the press is a purpose of its own.
    op.execute(
        "UPDATE consent_record SET purpose = 'press' FROM topic WHERE topic.id = topic_id AND topic.key = 'press'"
    )
    op.execute("ALTER TABLE consent_record ENABLE TRIGGER append_only")
    op.drop_column("consent_record", "wording")
    op.create_foreign_key(
        op.f("fk_consent_record_wording_id"), "consent_record", "consent_wording", ["wording_id"], ["id"]
    )


def _track_notices() -> None:
    """Note who is still to be told where we have their address from: all who did not give it themselves."""
    op.create_table(
        "contact_notice",
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("mailing_id", sa.Uuid(), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_by", sa.String(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("contact_id", name=op.f("pk_contact_notice")),
    )
    untold = sa.text("told_at IS NULL")
    op.create_index("ix_contact_notice_untold", "contact_notice", ["since", "contact_id"], postgresql_where=untold)
    carried = sa.text("told_at IS NULL AND mailing_id IS NOT NULL")
    op.create_index("ix_contact_notice_carried", "contact_notice", ["mailing_id"], postgresql_where=carried)
    op.execute(
        """
        CREATE FUNCTION forget_notices() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            DELETE FROM contact_notice USING gone WHERE contact_notice.contact_id = gone.id;
            RETURN NULL;
        END $$
        """
    )
    op.execute(
        """
        CREATE TRIGGER forget_notices AFTER DELETE ON contact REFERENCING OLD TABLE AS gone
        FOR EACH STATEMENT EXECUTE FUNCTION forget_notices()
        """
    )
    op.execute(
        """
        UPDATE contact SET source_kind = 'themselves' WHERE source_kind = 'unsaid' AND EXISTS (
            SELECT FROM consent_record
            WHERE contact_id = contact.id AND action IN ('asked', 'given') AND actor = 'subscriber'
        )
        """
    )
    op.execute(
        """
        INSERT INTO contact_notice (contact_id, since)
        SELECT id, created_at FROM contact WHERE source_kind <> 'themselves'
        """
    )


def _open_narrow_ways() -> None:
    """Let a person's lines go (GDPR Art. 17) or follow them when two records are one, and nothing else."""
    op.execute(
        """
        CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_TABLE_NAME = 'consent_record' AND current_setting('outreach.ledger_upkeep', true) = 'yes' THEN
                RETURN NULL;
            END IF;
            RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
        END $$
        """
    )
    _function(
        "consent_forget(person uuid)",
        "DELETE FROM consent_record WHERE contact_id = person",
        "'forgotten', person, NULL",
    )
    _function(
        "consent_move(person uuid, target uuid)",
        "UPDATE consent_record SET contact_id = target WHERE contact_id = person",
        "'moved', person, target",
    )
    op.execute("DROP FUNCTION forget_evidence_of_import(uuid, uuid[])")
    _function(
        "forget_evidence_of_import(import uuid, people uuid[])",
        "DELETE FROM consent_record WHERE contact_id = ANY(people) AND evidence->>'import' = import::text",
        "'undone', import, NULL",
    )


def _let_workers_make_room() -> None:
    """Make a quarter's partition on behalf of workers, who do not own the tables; its storage is as `delivery_other`'s.

    Made apart and then attached: PostgreSQL locks out nobody who is sending meanwhile.
    """
    op.execute(
        """
        CREATE FUNCTION make_room_for_deliveries(name text, first uuid, until uuid) RETURNS void
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
        BEGIN
            IF name !~ '^delivery_[0-9]{4}q[1-4]$' THEN
                RAISE EXCEPTION '% names no quarter', name;
            END IF;
            EXECUTE format(
                'CREATE TABLE %I (LIKE delivery INCLUDING DEFAULTS INCLUDING INDEXES) WITH (%s)', name,
                (SELECT array_to_string(reloptions, ', ') FROM pg_class WHERE oid = 'delivery_other'::regclass)
            );
            EXECUTE format('ALTER TABLE delivery ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', name, first, until);
        END $$
        """
    )
    op.execute("REVOKE EXECUTE ON FUNCTION make_room_for_deliveries(text, uuid, uuid) FROM PUBLIC")


def _function(signature: str, change: str, said: str) -> None:
    op.execute(
        f"""
        CREATE FUNCTION {signature} RETURNS integer
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
        DECLARE number integer;
        BEGIN
            PERFORM set_config('outreach.ledger_upkeep', 'yes', true);
            {change};
            GET DIAGNOSTICS number = ROW_COUNT;
            PERFORM set_config('outreach.ledger_upkeep', '', true);
            IF number > 0 THEN
                INSERT INTO consent_upkeep (what, source, target, entries) VALUES ({said}, number);
            END IF;
            RETURN number;
        END $$
        """  # noqa: S608 - from the constants above
    )
    op.execute(f"REVOKE EXECUTE ON FUNCTION {signature} FROM PUBLIC")


def downgrade() -> None:
    for signature in (
        "make_room_for_deliveries(text, uuid, uuid)",
        "consent_forget(uuid)",
        "consent_move(uuid, uuid)",
        "forget_evidence_of_import(uuid, uuid[])",
    ):
        op.execute(f"DROP FUNCTION {signature}")
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
    op.add_column("consent_record", sa.Column("wording", sa.String(), server_default="", nullable=False))
    op.execute("ALTER TABLE consent_record DISABLE TRIGGER append_only")
    op.execute("UPDATE consent_record SET wording = text FROM consent_wording AS known WHERE known.id = wording_id")
    op.execute("UPDATE consent_record SET purpose = 'topic' WHERE purpose = 'press'")
    op.execute("ALTER TABLE consent_record ENABLE TRIGGER append_only")
    op.alter_column("consent_record", "wording", server_default=None)
    op.drop_constraint(op.f("fk_consent_record_wording_id"), "consent_record", type_="foreignkey")
    op.drop_column("consent_record", "wording_id")
    op.drop_column("contact_import_row", "topics")
    op.drop_table("mail_domain")
    op.drop_column("contact_import", "domains")
    op.execute("DROP TRIGGER forget_notices ON contact")
    op.execute("DROP FUNCTION forget_notices()")
    op.drop_table("contact_notice")
    op.drop_column("contact", "source_kind")
    op.drop_column("mailing", "topics")
    op.drop_table("consent_upkeep")
    op.drop_table("consent_wording")
