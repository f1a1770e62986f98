"""Objectives, opportunities, competitors, risks, years, figures and opinions of an account; an account has a currency.

As with commitments, no row is ever deleted.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)
LEVELS = ("low", "medium", "high")
SQLITE_GUARD = """CREATE TRIGGER {table}_is_never_deleted BEFORE DELETE ON {table}
    BEGIN SELECT RAISE(ABORT, 'the ledger cannot be rewritten: {table}'); END"""
POSTGRESQL_GUARD = """CREATE TRIGGER {table}_is_never_deleted BEFORE DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION ledger_cannot_be_rewritten()"""


def upgrade() -> None:
    op.add_column("account", sa.Column("currency", sa.Text(), nullable=True))
    _section(
        "objective",
        _choice("aim"), _text("measure"), _choice("unit"), _number("start"), _number("target"), _number("today"),
        _day("today_on"), _text("source"), _day("due_on"),
        aim=("grow", "hold"), unit=("number", "money", "percent"),
    )  # fmt: skip
    _section(
        "opportunity",
        _choice("stage"), _number("value"), _day("expected_on"), _text("crm"),
        stage=("lead", "qualified", "in_crm", "won", "lost"),
    )  # fmt: skip
    _section(
        "competitor",
        _text("place"), _text("strength"), _text("would_win"), _text("landmines"), _text("landmines_of_theirs"),
        _text("events"),
        strength=LEVELS,
    )  # fmt: skip
    _section("risk", _choice("likelihood"), _choice("impact"), likelihood=LEVELS, impact=LEVELS)
    _section("year", sa.Column("year", sa.Integer(), nullable=False), _number("revenue"), _number("sales"))
    _section(
        "figure",
        _choice("quarter"), sa.Column("value", sa.BigInteger(), nullable=False), _text("unit"), _text("source"),
    )  # fmt: skip
    _section("opinion", _choice("feeling"), _day("said_on"), _text("source"), feeling=("stays", "annoys"))


def _section(table: str, *columns: sa.Column[object], **choices: tuple[str, ...]) -> None:
    allowed = {name: ", ".join(f"'{one}'" for one in values) for name, values in choices.items()}
    op.create_table(
        table,
        sa.Column("id", KEY, nullable=False),
        sa.Column("workspace_id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("account_id", KEY, nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("owner_id", KEY, nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("archived_at", INSTANT, nullable=True),
        sa.Column("archive_reason", sa.Text(), nullable=True),
        sa.Column("origin_key", sa.Text(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        *columns,
        *(
            sa.CheckConstraint(f"{name} IN ({values})", name=op.f(f"ck_{table}_{name}"))
            for name, values in allowed.items()
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f(f"fk_{table}_account_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f(f"fk_{table}_owner_id")),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f(f"fk_{table}_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("workspace_id", "origin_key", name=op.f(f"uq_{table}_workspace_id_origin_key")),
    )
    op.create_index(f"ix_{table}_account", table, ["account_id"], unique=False)
    guard = SQLITE_GUARD if op.get_bind().dialect.name == "sqlite" else POSTGRESQL_GUARD
    op.execute(guard.format(table=table))


def _choice(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.Text(), nullable=False)


def _text(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.Text(), nullable=True)


def _day(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.Date(), nullable=True)


def _number(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.BigInteger(), nullable=True)
