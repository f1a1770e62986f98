"""Migrations keep a populated ledger: every row of the old one is there afterwards, with its values."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from alembic import command

from store import migrate
from store.db import Ledger

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
COMMITMENTS, MESSAGES = 10_000, 1_000
# The oldest revision that a ledger in use may have.
OLD = "0007"
# Columns of the old revision that have another name or another place since.
RENAMED = {("entry", "commitment_id"): "subject_id", ("mention", "commitment_id"): "subject_id"}
GONE: set[tuple[str, str]] = set()

Rows = list[dict[str, Any]]


@pytest.fixture(params=["sqlite", "postgresql"])
def old_ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ledger]:
    """A ledger at the old revision, without any row."""
    if request.param == "sqlite":
        ledger = Ledger(f"sqlite:///{tmp_path / 'old.db'}")
        _migrate(ledger, OLD)
        yield ledger
        ledger.close()
        return
    server: sa.URL = request.getfixturevalue("postgresql")
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    name = f"makegood_{uuid.uuid4().hex[:12]}"
    with engine.connect() as connection:
        connection.execute(sa.text(f'CREATE DATABASE "{name}"'))
        ledger = Ledger(server.set(database=name))
        _migrate(ledger, OLD)
        yield ledger
        ledger.close()
        connection.execute(sa.text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    engine.dispose()


def test_nothing_is_lost_on_the_way(old_ledger: Ledger) -> None:
    """Ten thousand commitments, their history, and messages in every state: each value of each row is kept."""
    _populate(old_ledger)
    before = _everything(old_ledger)
    assert len(before["commitment"]) == COMMITMENTS
    migrate.upgrade(old_ledger)
    after = _everything(old_ledger)
    for table, rows in before.items():
        kept = [(column, RENAMED.get((table, column), column)) for column in rows[0] if (table, column) not in GONE]
        assert [tuple(row[new] for _, new in kept) for row in after[table]] == [
            tuple(row[old] for old, _ in kept) for row in rows
        ], table
    for table in ("entry", "mention"):
        assert {row["subject_kind"] for row in after[table]} == {"commitment"}


def test_the_guards_are_carried_over(old_ledger: Ledger) -> None:
    """After the migration the database still refuses to rewrite what it had before."""
    _populate(old_ledger)
    migrate.upgrade(old_ledger)
    for statement in (
        "UPDATE entry SET reason = 'another'", "DELETE FROM entry", "DELETE FROM commitment",
        "UPDATE commitment SET first_action = '(redacted)'", "UPDATE commitment SET first_due_on = '2030-01-01'",
    ):  # fmt: skip
        with pytest.raises(sa.exc.DBAPIError, match="cannot be rewritten"), old_ledger.begin() as tx:
            tx.execute(sa.text(statement))


def _migrate(ledger: Ledger, revision: str) -> None:
    with ledger.engine.connect() as connection:
        config = migrate._config()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        connection.commit()


def _tables(ledger: Ledger) -> dict[str, sa.Table]:
    metadata = sa.MetaData()
    metadata.reflect(ledger.engine)
    return {name: table for name, table in metadata.tables.items() if name != "alembic_version"}


def _everything(ledger: Ledger) -> dict[str, Rows]:
    with ledger.engine.connect() as connection:
        return {
            name: [dict(row) for row in connection.execute(sa.select(table).order_by(*table.primary_key)).mappings()]
            for name, table in _tables(ledger).items()
            if connection.scalar(sa.select(sa.func.count()).select_from(table))
        }


def _populate(ledger: Ledger) -> None:
    tables = _tables(ledger)
    instant = NOW.replace(tzinfo=None) if ledger.is_sqlite else NOW
    rows = {
        "workspace": [{"id": 1, "team_id": "T1", "name": "One", "next_post_at": instant, "created_at": instant}],
        "person": [
            {"id": n, "workspace_id": 1, "slack_id": f"U{n}", "name": f"Person {n}", "next_brief_at": instant}
            for n in range(1, 21)
        ],
        "absence": [
            {"id": 1, "workspace_id": 1, "person_id": 2, "first_day": date(2026, 3, 2), "last_day": date(2026, 3, 6),
             "delegate_id": 3, "created_at": instant}
        ],
        "account": [
            {"id": n, "workspace_id": 1, "name": f"Account {n}", "name_key": f"account {n}", "category": "ABCD"[n % 4],
             "owner_id": n, "created_at": instant}
            for n in range(1, 11)
        ],
        "stakeholder": [
            {"id": n, "workspace_id": 1, "account_id": n, "name": f"Client {n}", "name_key": f"client {n}",
             "owner_id": n, "created_at": instant}
            for n in range(1, 11)
        ],
        "commitment": [_commitment(n, instant) for n in range(1, COMMITMENTS + 1)],
        "entry": [
            {"id": 2 * n + part, "workspace_id": 1, "commitment_id": n, "at": instant, "actor_id": n % 20 + 1,
             "verb": ("record", "move")[part], "changes": {"due_on": ["2026-03-02", "2026-03-09"]} if part else {},
             "reason": "“their” lawyer's away" if part else None, "origin_key": f"gesture:{n}:{part}"}
            for n in range(1, COMMITMENTS + 1) for part in (0, 1)
        ],
        "outbox": [
            {"id": n, "workspace_id": 1, "dedupe_key": f"key:{n}", "message_key": f"{n:032x}",
             "kind": ("brief", "assigned")[n % 2], "person_id": n % 20 + 1, "recipient": f"person:{n % 20 + 1}",
             "ids": {"commitment": n, "actor": 1} if n % 2 else {"day": "2026-03-02"},
             "state": ("pending", "sending", "sent", "skipped", "dead")[n % 5], "attempts": n % 3,
             "not_before": instant if n % 5 < 2 else None, "ts": f"{n}.0001" if n % 5 == 2 else None,
             "created_at": instant, "settled_at": instant + timedelta(minutes=1) if n % 5 > 1 else None}
            for n in range(1, MESSAGES + 1)
        ],
        "mention": [
            {"outbox_id": n, "commitment_id": n + part, "workspace_id": 1, "person_id": n % 20 + 1, "position": part,
             "occasion": ("today", None)[part], "due_on": date(2026, 3, 2), "version": 1}
            for n in range(1, MESSAGES + 1) for part in (0, 1)
        ],
    }  # fmt: skip
    with ledger.engine.begin() as connection:
        for name, given in rows.items():
            connection.execute(sa.insert(tables[name]), given)


def _commitment(n: int, instant: datetime) -> dict[str, Any]:
    state = ("open", "blocked", "done", "cancelled")[n % 4]
    return {
        "id": n, "workspace_id": 1, "number": n, "side": ("ours", "theirs")[n % 2], "state": state,
        "action": f"send the offer {n}", "first_action": f"send offer {n}", "due_on": date(2026, 3, 9),
        "first_due_on": date(2026, 3, 2), "slips": 1, "owner_id": n % 20 + 1, "creator_id": (n + 1) % 20 + 1,
        "account_id": n % 10 + 1, "stakeholder_id": n % 10 + 1, "internal": n % 3 == 0, "note": f"line one\nline {n}",
        "blocked_by": "their lawyer" if state == "blocked" else None, "origin_key": f"origin:{n}", "version": 2,
        "created_at": instant, "touched_at": instant,
        "ended_at": instant if state in {"done", "cancelled"} else None,
    }  # fmt: skip
