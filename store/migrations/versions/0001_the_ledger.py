"""The ledger: workspaces, people, accounts, stakeholders, commitments, their history, and the outbox."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)

# The ledger cannot be rewritten, not even by a slip in the program: the database itself refuses.
SQLITE_GUARDS = (
    """CREATE TRIGGER entry_is_never_changed BEFORE UPDATE ON entry
       BEGIN SELECT RAISE(ABORT, 'the ledger cannot be rewritten: entry'); END""",
    """CREATE TRIGGER entry_is_never_deleted BEFORE DELETE ON entry
       BEGIN SELECT RAISE(ABORT, 'the ledger cannot be rewritten: entry'); END""",
    """CREATE TRIGGER commitment_is_never_deleted BEFORE DELETE ON commitment
       BEGIN SELECT RAISE(ABORT, 'the ledger cannot be rewritten: commitment'); END""",
    """CREATE TRIGGER commitment_keeps_its_first_promise
       BEFORE UPDATE OF first_action, first_due_on, number, creator_id, created_at ON commitment
       WHEN OLD.first_action IS NOT NEW.first_action OR OLD.first_due_on IS NOT NEW.first_due_on
         OR OLD.number IS NOT NEW.number OR OLD.creator_id IS NOT NEW.creator_id
         OR OLD.created_at IS NOT NEW.created_at
       BEGIN SELECT RAISE(ABORT, 'the ledger cannot be rewritten: first promise'); END""",
)
POSTGRESQL_GUARDS = (
    """CREATE FUNCTION ledger_cannot_be_rewritten() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN RAISE EXCEPTION 'the ledger cannot be rewritten: %', TG_TABLE_NAME; END $$""",
    """CREATE TRIGGER entry_is_never_changed BEFORE UPDATE OR DELETE ON entry
       FOR EACH ROW EXECUTE FUNCTION ledger_cannot_be_rewritten()""",
    """CREATE TRIGGER commitment_is_never_deleted BEFORE DELETE ON commitment
       FOR EACH ROW EXECUTE FUNCTION ledger_cannot_be_rewritten()""",
    """CREATE TRIGGER commitment_keeps_its_first_promise
       BEFORE UPDATE OF first_action, first_due_on, number, creator_id, created_at ON commitment
       FOR EACH ROW
       WHEN ((OLD.first_action, OLD.first_due_on, OLD.number, OLD.creator_id, OLD.created_at)
         IS DISTINCT FROM (NEW.first_action, NEW.first_due_on, NEW.number, NEW.creator_id, NEW.created_at))
       EXECUTE FUNCTION ledger_cannot_be_rewritten()""",
)


def upgrade() -> None:
    _tables()
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for guard in SQLITE_GUARDS if is_sqlite else POSTGRESQL_GUARDS:
        op.execute(guard)


def _tables() -> None:
    op.create_table(
        "heartbeat",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_heartbeat")),
    )
    op.create_table(
        "workspace",
        sa.Column("id", KEY, nullable=False),
        sa.Column("team_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("working_week", sa.Text(), server_default="01234", nullable=False),
        sa.Column("holidays_region", sa.Text(), nullable=True),
        sa.Column("send_hour", sa.Integer(), server_default="9", nullable=False),
        sa.Column("fiscal_year_start", sa.Integer(), server_default="1", nullable=False),
        sa.Column("next_number", sa.Integer(), server_default="1", nullable=False),
        sa.Column("next_post_at", INSTANT, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workspace")),
        sa.UniqueConstraint("team_id", name=op.f("uq_workspace_team_id")),
    )
    op.create_table(
        "person",
        sa.Column("id", KEY, nullable=False),
        sa.Column("workspace_id", KEY, nullable=False),
        sa.Column("slack_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("handle", sa.Text(), server_default="", nullable=False),
        sa.Column("zone", sa.Text(), server_default="UTC", nullable=False),
        sa.Column("locale", sa.Text(), server_default="en-US", nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("is_bot", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("is_admin", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("is_external", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("dm_channel", sa.Text(), nullable=True),
        sa.Column("next_brief_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_person_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("workspace_id", "slack_id", name=op.f("uq_person_workspace_id_slack_id")),
    )
    op.create_index(
        "ix_person_next_brief_at",
        "person",
        ["next_brief_at"],
        unique=False,
        sqlite_where=sa.text("next_brief_at IS NOT NULL"),
        postgresql_where=sa.text("next_brief_at IS NOT NULL"),
    )
    op.create_table(
        "account",
        sa.Column("id", KEY, nullable=False),
        sa.Column("workspace_id", KEY, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=True),
        sa.Column("owner_id", KEY, nullable=True),
        sa.Column("channel", sa.Text(), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.CheckConstraint("category IN ('A', 'B', 'C', 'D')", name=op.f("ck_account_category")),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_account_owner_id")),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_account_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("workspace_id", "name_key", name=op.f("uq_account_workspace_id_name_key")),
    )
    op.create_table(
        "outbox",
        sa.Column("id", KEY, nullable=False),
        sa.Column("workspace_id", KEY, nullable=False),
        sa.Column("dedupe_key", sa.Text(), nullable=False),
        sa.Column("message_key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("person_id", KEY, nullable=True),
        sa.Column("channel", sa.Text(), nullable=True),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("ids", sa.JSON(), nullable=False),
        sa.Column("state", sa.Text(), server_default="pending", nullable=False),
        sa.Column("not_before", INSTANT, nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("first_try_at", INSTANT, nullable=True),
        sa.Column("posted_channel", sa.Text(), nullable=True),
        sa.Column("ts", sa.Text(), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("settled_at", INSTANT, nullable=True),
        sa.CheckConstraint("state IN ('pending', 'sending', 'sent', 'skipped', 'dead')", name=op.f("ck_outbox_state")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_outbox_person_id")),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_outbox_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("message_key", name=op.f("uq_outbox_message_key")),
        sa.UniqueConstraint("workspace_id", "dedupe_key", name=op.f("uq_outbox_workspace_id_dedupe_key")),
    )
    op.create_index(
        "ix_outbox_due",
        "outbox",
        ["workspace_id", "not_before"],
        unique=False,
        sqlite_where=sa.text("not_before IS NOT NULL"),
        postgresql_where=sa.text("not_before IS NOT NULL"),
    )
    op.create_index(
        "ix_outbox_recipient",
        "outbox",
        ["recipient", "id"],
        unique=False,
        sqlite_where=sa.text("not_before IS NOT NULL"),
        postgresql_where=sa.text("not_before IS NOT NULL"),
    )
    op.create_table(
        "stakeholder",
        sa.Column("id", KEY, nullable=False),
        sa.Column("workspace_id", KEY, nullable=False),
        sa.Column("account_id", KEY, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("owner_id", KEY, nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_stakeholder_account_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_stakeholder_owner_id")),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_stakeholder_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stakeholder")),
        sa.UniqueConstraint("account_id", "name_key", name=op.f("uq_stakeholder_account_id_name_key")),
    )
    op.create_table(
        "commitment",
        sa.Column("id", KEY, nullable=False),
        sa.Column("workspace_id", KEY, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("first_action", sa.Text(), nullable=False),
        sa.Column("first_due_on", sa.Date(), nullable=False),
        sa.Column("slips", sa.Integer(), server_default="0", nullable=False),
        sa.Column("owner_id", KEY, nullable=False),
        sa.Column("creator_id", KEY, nullable=False),
        sa.Column("account_id", KEY, nullable=True),
        sa.Column("stakeholder_id", KEY, nullable=True),
        sa.Column("internal", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("blocked_by", sa.Text(), nullable=True),
        sa.Column("accepted_at", INSTANT, nullable=True),
        sa.Column("permalink", sa.Text(), nullable=True),
        sa.Column("origin_key", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.CheckConstraint("(ended_at IS NULL) = (state IN ('open', 'blocked'))", name=op.f("ck_commitment_ended")),
        sa.CheckConstraint("side IN ('ours', 'theirs')", name=op.f("ck_commitment_side")),
        sa.CheckConstraint("state IN ('open', 'blocked', 'done', 'cancelled')", name=op.f("ck_commitment_state")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_commitment_account_id")),
        sa.ForeignKeyConstraint(["creator_id"], ["person.id"], name=op.f("fk_commitment_creator_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_commitment_owner_id")),
        sa.ForeignKeyConstraint(["stakeholder_id"], ["stakeholder.id"], name=op.f("fk_commitment_stakeholder_id")),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_commitment_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commitment")),
        sa.UniqueConstraint("workspace_id", "number", name=op.f("uq_commitment_workspace_id_number")),
        sa.UniqueConstraint("workspace_id", "origin_key", name=op.f("uq_commitment_workspace_id_origin_key")),
    )
    op.create_index("ix_commitment_account", "commitment", ["account_id", "ended_at", "due_on"], unique=False)
    op.create_index("ix_commitment_creator", "commitment", ["creator_id", "ended_at", "due_on"], unique=False)
    op.create_index("ix_commitment_overdue", "commitment", ["workspace_id", "ended_at", "due_on"], unique=False)
    op.create_index("ix_commitment_owner", "commitment", ["owner_id", "ended_at", "due_on"], unique=False)
    op.create_table(
        "entry",
        sa.Column("id", KEY, nullable=False),
        sa.Column("workspace_id", KEY, nullable=False),
        sa.Column("commitment_id", KEY, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("actor_id", KEY, nullable=False),
        sa.Column("verb", sa.Text(), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("origin_key", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["actor_id"], ["person.id"], name=op.f("fk_entry_actor_id")),
        sa.ForeignKeyConstraint(["commitment_id"], ["commitment.id"], name=op.f("fk_entry_commitment_id")),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_entry_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry")),
    )
    op.create_index("ix_entry_commitment", "entry", ["commitment_id", "id"], unique=False)
    op.create_table(
        "mention",
        sa.Column("outbox_id", KEY, nullable=False),
        sa.Column("commitment_id", KEY, nullable=False),
        sa.Column("workspace_id", KEY, nullable=False),
        sa.Column("person_id", KEY, nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("occasion", sa.Text(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["commitment_id"], ["commitment.id"], name=op.f("fk_mention_commitment_id")),
        sa.ForeignKeyConstraint(["outbox_id"], ["outbox.id"], name=op.f("fk_mention_outbox_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_mention_person_id")),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_mention_workspace_id")),
        sa.PrimaryKeyConstraint("outbox_id", "commitment_id", name=op.f("pk_mention")),
    )
    op.create_index("ix_mention_commitment", "mention", ["commitment_id"], unique=False)
