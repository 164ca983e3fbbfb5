"""People are found by parts of words; they have own fields, notes, and a history of corrections."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op

revision: str = "0012"
down_revision: str | None = "0011"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# What an index calls is found without a search path, so these call each other by their full names or are bound at once.

# How a text is compared: without case, full-width forms, or marks above and below letters.
SEARCH_FORM = """
CREATE FUNCTION search_form(written text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN translate(
    normalize(lower(written COLLATE "pg_c_utf8"), NFKD),
    E'øæœłđð\\u0300\\u0301\\u0302\\u0303\\u0304\\u0306\\u0307\\u0308\\u030A\\u030B\\u030C\\u0327\\u0328',
    'oaoldd'
)
"""

# Every three letters in a row of every word, and the last two and the last one, so that each part of a word begins one.
SEARCH_PIECES = """
CREATE FUNCTION search_pieces(written text) RETURNS tsvector
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 3000 AS $$
DECLARE
    spaced text := replace(public.search_form(written), ' ', '  ') || '  ';
BEGIN
    RETURN array_to_tsvector(array_remove(string_to_array(
        regexp_replace(spaced, '(...)', '\\1 ', 'g') || ' '
            || regexp_replace(substr(spaced, 2), '(...)', '\\1 ', 'g') || ' '
            || regexp_replace(substr(spaced, 3), '(...)', '\\1 ', 'g'),
        ' '), ''));
END $$
"""

# The pieces that a text has to have when a word, or a part of one, stands in it.
SEARCH_QUERY = """
CREATE FUNCTION search_query(word text) RETURNS tsquery
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 100 AS $$
DECLARE
    form text := left(public.search_form(word), 40);
    quoted text := replace(replace(form, '\\', '\\\\'), '''', '''''');
BEGIN
    IF length(form) = 0 THEN
        RETURN NULL;
    ELSIF length(form) < 3 THEN
        RETURN ('''' || quoted || ''':* | ''=' || quoted || ''':*')::tsquery;
    END IF;
    RETURN ('''=' || quoted || ''':* | ' || (
        SELECT string_agg(DISTINCT
            '''' || replace(replace(substr(form, place, 3), '\\', '\\\\'), '''', '''''') || '''', ' & ')
        FROM generate_series(1, length(form) - 2) AS place
    ))::tsquery;
END $$
"""

CONTACT_WORDS = """
CREATE FUNCTION contact_words(
    given_name varchar, family_name varchar, native_name varchar, latin_name varchar, title varchar, email varchar
) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN given_name || ' ' || family_name || ' ' || native_name || ' ' || latin_name || ' ' || title || ' ' || email
"""

# Of an address its beginning, and that of what stands behind its first mark and behind its @: half of all the pieces
# would be those of addresses else, and most of them the same.
ADDRESS_PIECES = """
CREATE FUNCTION address_pieces(form text) RETURNS tsvector LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 100
RETURN array_to_tsvector(ARRAY[
    '=' || form,
    '=' || substr(form, strpos(form, '@') + 1),
    '=' || substr(form, strpos(translate(form, '_+-', '...'), '.') + 1)
])
"""

CONTACT_PIECES = """
CREATE FUNCTION contact_pieces(
    given_name varchar, family_name varchar, native_name varchar, latin_name varchar, title varchar, email varchar
) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 3000
RETURN search_pieces(given_name || ' ' || family_name || ' ' || native_name || ' ' || latin_name || ' ' || title)
    || address_pieces(search_form(email))
"""

ORGANISATION_WORDS = """
CREATE FUNCTION organisation_words(names jsonb) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN translate(jsonb_path_query_array(names, '$.*')::text, '[]",', '')
"""

ORGANISATION_PIECES = """
CREATE FUNCTION organisation_pieces(names jsonb) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 3000
RETURN search_pieces(organisation_words(names))
"""

PERSON = "given_name, family_name, native_name, latin_name, title, email"


def upgrade() -> None:
    for function in (
        *(SEARCH_FORM, SEARCH_PIECES, SEARCH_QUERY),
        *(CONTACT_WORDS, ADDRESS_PIECES, CONTACT_PIECES, ORGANISATION_WORDS, ORGANISATION_PIECES),
    ):
        op.execute(function)
    op.create_index(
        "ix_contact_pieces",
        "contact",
        [sa.text(f"contact_pieces({PERSON})")],
        postgresql_using="gin",
        postgresql_with={"gin_pending_list_limit": 1024},
    )
    op.create_index(
        "ix_organisation_pieces", "organisation", [sa.text("organisation_pieces(names)")], postgresql_using="gin"
    )
    op.add_column(
        "contact",
        sa.Column("fields", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
    )
    op.create_table(
        "contact_field",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("names", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("choices", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_field")),
        sa.UniqueConstraint("key", name=op.f("uq_contact_field_key")),
    )
    _of_a_person(
        "contact_note",
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
    )
    _of_a_person(
        "contact_change",
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("before", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("after", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
    )
    _of_a_person(
        "contact_alias",
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
    )
    op.create_index(op.f("ix_contact_alias_address"), "contact_alias", ["address"])
    op.create_table(
        "contact_pair",
        sa.Column("first_id", sa.Uuid(), nullable=False),
        sa.Column("second_id", sa.Uuid(), nullable=False),
        sa.Column("reasons", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("distinct_by", sa.String(), server_default="", nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["first_id"], ["contact.id"], name=op.f("fk_contact_pair_first_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["second_id"], ["contact.id"], name=op.f("fk_contact_pair_second_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("first_id", "second_id", name=op.f("pk_contact_pair")),
    )
    op.create_index(op.f("ix_contact_pair_second_id"), "contact_pair", ["second_id"])
    op.create_table(
        "bulk_change",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("action", sa.String(32), nullable=False),
        sa.Column("wanted", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("detail", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("reached", sa.Uuid(), nullable=True),
        sa.Column("until", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("touched_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_change")),
    )


def downgrade() -> None:
    for table in ("bulk_change", "contact_pair", "contact_alias", "contact_change", "contact_note", "contact_field"):
        op.drop_table(table)
    op.drop_column("contact", "fields")
    op.drop_index("ix_organisation_pieces", table_name="organisation")
    op.drop_index("ix_contact_pieces", table_name="contact")
    for function in (
        "organisation_pieces(jsonb)",
        "organisation_words(jsonb)",
        f"contact_pieces({', '.join(['varchar'] * 6)})",
        "address_pieces(text)",
        f"contact_words({', '.join(['varchar'] * 6)})",
        "search_query(text)",
        "search_pieces(text)",
        "search_form(text)",
    ):
        op.execute(f"DROP FUNCTION {function}")


def _of_a_person(table: str, *columns: sa.Column[str]) -> None:
    """Make a table of what is known of people; it goes with them."""
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        *columns,
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f(f"fk_{table}_contact_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index(op.f(f"ix_{table}_contact_id"), table, ["contact_id"])
