"""Several of the client's people share one link: a row for each, with the same hash."""

from __future__ import annotations

from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None

NAME = "uq_client_link_token_hash"
# The tables that refer to the links.
SET_ASIDE = (
    "CREATE TEMPORARY TABLE kept_open AS SELECT * FROM client_open", "DELETE FROM client_open",
    "CREATE TEMPORARY TABLE kept_post AS SELECT * FROM client_post", "DELETE FROM client_post",
)  # fmt: skip
PUT_BACK = (
    "INSERT INTO client_open SELECT * FROM kept_open", "DROP TABLE kept_open",
    "INSERT INTO client_post SELECT * FROM kept_post", "DROP TABLE kept_post",
)  # fmt: skip


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        # SQLite changes no constraint in place: the table is copied without it. It is dropped only while nothing refers
        # to it.
        for statement in SET_ASIDE:
            op.execute(statement)
        with op.batch_alter_table("client_link", recreate="always") as table:
            table.drop_constraint(NAME, type_="unique")
        for statement in PUT_BACK:
            op.execute(statement)
    else:
        op.drop_constraint(NAME, "client_link", type_="unique")
    op.create_index("ix_client_link_token_hash", "client_link", ["token_hash"])
