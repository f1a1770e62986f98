"""Letters to the client's people, each in the language of its reader. Their words never change, and none is deleted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)
LANGUAGES = "language IN ('en', 'de', 'fr', 'es')"
# Only the person may change, if two rows of one are merged, and once that it was sent.
SQLITE_GUARDS = (
    """CREATE TRIGGER letter_is_never_deleted BEFORE DELETE ON letter
    BEGIN SELECT RAISE(ABORT, 'the ledger cannot be rewritten: letter'); END""",
    """CREATE TRIGGER letter_is_never_rewritten
    BEFORE UPDATE OF about_kind, about_id, language, subject, body, author_id, created_at ON letter
    BEGIN SELECT RAISE(ABORT, 'the ledger cannot be rewritten: letter'); END""",
    """CREATE TRIGGER letter_is_sent_once BEFORE UPDATE OF sent_at, sender_id ON letter WHEN OLD.sent_at IS NOT NULL
    BEGIN SELECT RAISE(ABORT, 'the ledger cannot be rewritten: letter'); END""",
)
POSTGRESQL_GUARDS = (
    """CREATE TRIGGER letter_is_never_deleted BEFORE DELETE ON letter
    FOR EACH ROW EXECUTE FUNCTION ledger_cannot_be_rewritten()""",
    """CREATE TRIGGER letter_is_never_rewritten
    BEFORE UPDATE OF about_kind, about_id, language, subject, body, author_id, created_at ON letter
    FOR EACH ROW EXECUTE FUNCTION ledger_cannot_be_rewritten()""",
    """CREATE TRIGGER letter_is_sent_once BEFORE UPDATE OF sent_at, sender_id ON letter
    FOR EACH ROW WHEN (OLD.sent_at IS NOT NULL) EXECUTE FUNCTION ledger_cannot_be_rewritten()""",
)


def upgrade() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    check = f"CONSTRAINT ck_stakeholder_language CHECK ({LANGUAGES})"
    op.execute(f"ALTER TABLE stakeholder ADD COLUMN language TEXT {check}")
    op.create_table(
        "letter",
        sa.Column("id", KEY, nullable=False),
        sa.Column("workspace_id", KEY, nullable=False),
        sa.Column("stakeholder_id", KEY, nullable=False),
        sa.Column("about_kind", sa.Text(), nullable=False),
        sa.Column("about_id", KEY, nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("author_id", KEY, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("sent_at", INSTANT, nullable=True),
        sa.Column("sender_id", KEY, nullable=True),
        sa.Column("origin_key", sa.Text(), nullable=False),
        sa.CheckConstraint("about_kind IN ('meeting', 'review', 'stakeholder')", name=op.f("ck_letter_about_kind")),
        sa.CheckConstraint(LANGUAGES, name=op.f("ck_letter_language")),
        sa.CheckConstraint("(sent_at IS NULL) = (sender_id IS NULL)", name=op.f("ck_letter_sent")),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_letter_workspace_id")),
        sa.ForeignKeyConstraint(["stakeholder_id"], ["stakeholder.id"], name=op.f("fk_letter_stakeholder_id")),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_letter_author_id")),
        sa.ForeignKeyConstraint(["sender_id"], ["person.id"], name=op.f("fk_letter_sender_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter")),
        sa.UniqueConstraint("workspace_id", "origin_key", name=op.f("uq_letter_workspace_id_origin_key")),
    )
    op.create_index("ix_letter_stakeholder", "letter", ["stakeholder_id"], unique=False)
    op.create_index("ix_letter_about", "letter", ["about_id", "about_kind"], unique=False)
    for guard in SQLITE_GUARDS if is_sqlite else POSTGRESQL_GUARDS:
        op.execute(guard)
