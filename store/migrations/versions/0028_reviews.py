"""Reviews of accounts: their people, verdicts, answers, scores and minutes.

No review, and no minutes, are ever deleted.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)
QUESTIONS = ("gained", "goals", "people", "enough", "dark_side", "ask", "from_us", "stop")
SQLITE_GUARD = """CREATE TRIGGER {table}_is_never_deleted BEFORE DELETE ON {table}
    BEGIN SELECT RAISE(ABORT, 'the ledger cannot be rewritten: {table}'); END"""
POSTGRESQL_GUARD = """CREATE TRIGGER {table}_is_never_deleted BEFORE DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION ledger_cannot_be_rewritten()"""


def upgrade() -> None:
    _table(
        "review",
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        _link("account_id"), _text("state"), _instant("starts_at"), _text("zone"), _text("occasion", nullable=True),
        _instant("opened_at"), _instant("closed_at"), _text("reason", nullable=True), _link("creator_id"),
        _text("origin_key"), sa.Column("created_at", INSTANT, nullable=False),
        links={"account_id": "account", "creator_id": "person"}, unique=[("workspace_id", "origin_key")],
        state=("planned", "open", "held", "not_held"),
    )  # fmt: skip
    open_reviews = sa.text("closed_at IS NULL")
    op.create_index("ix_review_current", "review", ["account_id"], unique=True, sqlite_where=open_reviews,
                    postgresql_where=open_reviews)  # fmt: skip
    op.create_index("ix_review_account", "review", ["account_id", "closed_at"])
    _table(
        "review_person",
        _link("review_id"), _link("person_id", nullable=True), _link("stakeholder_id", nullable=True),
        sa.CheckConstraint("(person_id IS NULL) <> (stakeholder_id IS NULL)", name=op.f("ck_review_person_one")),
        links={"review_id": "review", "person_id": "person", "stakeholder_id": "stakeholder"},
        unique=[("review_id", "person_id"), ("review_id", "stakeholder_id")],
    )  # fmt: skip
    op.create_index("ix_review_person_person", "review_person", ["person_id"])
    op.create_index("ix_review_person_stakeholder", "review_person", ["stakeholder_id"])
    _table(
        "review_item",
        _link("review_id"), _link("commitment_id"), _text("verdict", nullable=True),
        sa.Column("commitment_version", sa.Integer(), nullable=False), _link("split_from_id", nullable=True),
        _text("reason", nullable=True), sa.Column("not_before", sa.Date(), nullable=True), _link("decided_by_id"),
        sa.Column("decided_at", INSTANT, nullable=False),
        links={"review_id": "review", "commitment_id": "commitment", "split_from_id": "commitment",
               "decided_by_id": "person"},
        unique=[("review_id", "commitment_id")], verdict=("done", "keep", "revamp", "split", "terminate"),
    )  # fmt: skip
    op.create_index("ix_review_item_commitment", "review_item", ["commitment_id"])
    _table(
        "review_answer",
        _link("review_id"), _text("question"), _text("text"), _link("person_id"),
        sa.Column("answered_at", INSTANT, nullable=False),
        links={"review_id": "review", "person_id": "person"}, unique=[("review_id", "question")], question=QUESTIONS,
    )  # fmt: skip
    _table(
        "review_score",
        _link("review_id"), _text("habit"), sa.Column("score", sa.Integer(), nullable=False),
        sa.CheckConstraint("score BETWEEN 0 AND 4", name=op.f("ck_review_score_score")),
        links={"review_id": "review"}, unique=[("review_id", "habit")],
        habit=("connected", "written", "better_lives", "expectation"),
    )  # fmt: skip
    _table(
        "minutes",
        _link("review_id"), sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False), _link("person_id"),
        sa.Column("written_at", INSTANT, nullable=False),
        links={"review_id": "review", "person_id": "person"}, unique=[("review_id", "version")],
    )  # fmt: skip
    guard = SQLITE_GUARD if op.get_bind().dialect.name == "sqlite" else POSTGRESQL_GUARD
    for table in ("review", "minutes"):
        op.execute(guard.format(table=table))


def _table(
    name: str, *parts: sa.schema.SchemaItem, links: dict[str, str], unique: list[tuple[str, ...]],
    **choices: tuple[str, ...],
) -> None:  # fmt: skip
    allowed = {column: ", ".join(f"'{one}'" for one in values) for column, values in choices.items()}
    op.create_table(
        name,
        sa.Column("id", KEY, nullable=False),
        _link("workspace_id"),
        *parts,
        *(
            sa.CheckConstraint(f"{column} IN ({values})", name=op.f(f"ck_{name}_{column}"))
            for column, values in allowed.items()
        ),
        *(
            sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{name}_{column}"))
            for column, to in ({"workspace_id": "workspace"} | links).items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        *(sa.UniqueConstraint(*columns, name=op.f(f"uq_{name}_{'_'.join(columns)}")) for columns in unique),
    )


def _link(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, KEY, nullable=nullable)


def _text(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _instant(name: str) -> sa.Column[object]:
    return sa.Column(name, INSTANT, nullable=True)
