"""The links of a message are columns: its commitment, its absence, its actor, and the brief that tells it.

The recipient is a fixed key, and the lane says in which order its messages go. The remark that a conversation was
opened anew has a column, and so has the day of a brief. `details` keeps the rest.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

# Rows that are changed at once: PostgreSQL keeps a check of each new foreign key in memory until the statement ends.
BATCH = 10_000

# Values of the lists of ids that the columns replace.
_LINKS = ("commitment", "absence", "since", "actor", "day", "news", "brief")
_LANES = ("turn", "brief", "hour", "alone", "home")
_RELEASED = "the message that had taken it came to nothing"
_OPENED_ANEW = "the conversation was opened anew: "

_SQLITE = {name: f"json_extract(outbox.ids, '$.{name}')" for name in _LINKS}
_POSTGRESQL = {name: f"(outbox.ids ->> '{name}')" for name in _LINKS}
# SQLite keeps an instant without its zone, and "since" is in ISO 8601.
_SQLITE_SINCE = f"replace(substr({_SQLITE['since']}, 1, length({_SQLITE['since']}) - 6), 'T', ' ')"
_BY_DIALECT = {
    "sqlite": {
        **_SQLITE,
        "set_then": f"absence.created_at IN ({_SQLITE_SINCE}, {_SQLITE_SINCE} || '.000000')",
        "rest": "json_remove(ids, {})".format(", ".join(f"'$.{name}'" for name in _LINKS)),
    },
    "postgresql": {
        **{name: f"CAST({value} AS BIGINT)" for name, value in _POSTGRESQL.items()},
        "brief": _POSTGRESQL["brief"],
        "day": f"CAST({_POSTGRESQL['day']} AS DATE)",
        "set_then": f"absence.created_at = CAST({_POSTGRESQL['since']} AS TIMESTAMP WITH TIME ZONE)",
        "rest": "CAST(CAST(ids AS JSONB) - ARRAY[{}] AS JSON)".format(", ".join(f"'{name}'" for name in _LINKS)),
    },
}
# An absence may be deleted since, and SQLite may have used its id again.
_CARRIED_OVER = f"""
UPDATE outbox SET
    commitment_id = (SELECT commitment.id FROM commitment WHERE commitment.id = {{commitment}}),
    absence_id = (SELECT absence.id FROM absence WHERE absence.id = {{absence}} AND {{set_then}}),
    actor_id = (SELECT person.id FROM person WHERE person.id = {{actor}}),
    brief_id = (SELECT brief.id FROM outbox AS brief
                WHERE brief.workspace_id = outbox.workspace_id AND brief.dedupe_key = {{brief}}),
    day = {{day}},
    lane = CASE WHEN last_error = '{_RELEASED}' THEN 'alone'
                WHEN recipient LIKE 'waiting:%' THEN 'brief'
                WHEN recipient LIKE 'joining:%' THEN 'hour'
                WHEN recipient LIKE 'home:%' THEN 'home'
                ELSE 'turn' END,
    recipient = CASE WHEN person_id IS NULL THEN recipient ELSE 'person:' || person_id END,
    reopened_for = CASE WHEN last_error LIKE '{_OPENED_ANEW}%' THEN substr(last_error, {len(_OPENED_ANEW) + 1}) END,
    last_error = CASE WHEN last_error LIKE '{_OPENED_ANEW}%' THEN NULL ELSE last_error END,
    ids = {{rest}}
WHERE id > :after AND id <= :upto
"""  # noqa: S608  our own names


def upgrade() -> None:
    connection = op.get_bind()
    key = "INTEGER" if connection.dialect.name == "sqlite" else "BIGINT"
    op.drop_index("ix_outbox_recipient", table_name="outbox")
    # Not op.add_column: SQLite takes the constraint of an added column only together with it.
    for column in (
        f"lane TEXT DEFAULT 'turn' NOT NULL CONSTRAINT ck_outbox_lane CHECK (lane IN {_LANES})",
        f"commitment_id {key} CONSTRAINT fk_outbox_commitment_id REFERENCES commitment (id)",
        f"absence_id {key} CONSTRAINT fk_outbox_absence_id REFERENCES absence (id) ON DELETE SET NULL",
        f"actor_id {key} CONSTRAINT fk_outbox_actor_id REFERENCES person (id)",
        "day DATE",
        f"brief_id {key} CONSTRAINT fk_outbox_brief_id REFERENCES outbox (id)",
        "reopened_for TEXT",
    ):
        op.execute(f"ALTER TABLE outbox ADD COLUMN {column}")
    _carry_over(connection)
    op.alter_column("outbox", "ids", new_column_name="details")
    for name, columns, if_set in (
        ("recipient", ["recipient", "lane", "id"], "not_before"),
        ("brief", ["brief_id"], "brief_id"),
        ("absence", ["absence_id"], "absence_id"),
    ):
        where = sa.text(f"{if_set} IS NOT NULL")
        op.create_index(
            f"ix_outbox_{name}", "outbox", columns, unique=False, sqlite_where=where, postgresql_where=where
        )


def _carry_over(connection: sa.Connection) -> None:
    newest = connection.scalar(sa.text("SELECT max(id) FROM outbox")) or 0
    statement = sa.text(_CARRIED_OVER.format(**_BY_DIALECT[connection.dialect.name]))
    for after in range(0, newest, BATCH):
        connection.execute(statement, {"after": after, "upto": after + BATCH})
