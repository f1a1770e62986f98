"""Migrations keep a populated ledger: every row of the old one is there afterwards, with its values."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, timedelta
from itertools import product
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
MESSAGES = 1_000
# Each message names one or two commitments.
NAMED = MESSAGES + 1
# The oldest revision that a ledger in use may have.
OLD = "0007"
STATES, LANES = ("pending", "sending", "sent", "skipped", "dead"), ("turn", "brief", "hour", "alone", "home")
# Columns of the old revision that have another name or another place since.
RENAMED = {("entry", "commitment_id"): "subject_id", ("mention", "commitment_id"): "subject_id"}
# These have other values since; a test of their own compares them.
GONE = {("outbox", "ids"), ("outbox", "recipient"), ("outbox", "last_error")}
# Messages have ids so far apart, so that they are carried over in several batches.
APART = 21
SINCE, MICROSECOND = NOW.isoformat(), timedelta(microseconds=1)

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


@pytest.mark.parametrize("commitments", [NAMED, pytest.param(10_000, marks=pytest.mark.slow)])
def test_nothing_is_lost_on_the_way(old_ledger: Ledger, commitments: int) -> None:
    """Commitments, their history, and messages in every state: each value of each row is kept."""
    _populate(old_ledger, commitments)
    before = _everything(old_ledger)
    assert len(before["commitment"]) == commitments
    migrate.upgrade(old_ledger)
    after = _everything(old_ledger)
    for table, rows in before.items():
        kept = [(column, RENAMED.get((table, column), column)) for column in rows[0] if (table, column) not in GONE]
        still = [row for row in after[table] if row.get("subject_kind") != "stakeholder"]
        assert [tuple(row[new] for _, new in kept) for row in still] == [
            tuple(row[old] for old, _ in kept) for row in rows
        ], table
    assert {row["subject_kind"] for row in after["mention"]} == {"commitment"}


def test_the_clients_people_get_a_history(old_ledger: Ledger) -> None:
    """Each of them has one entry, by the person who added them, so that the version counts the entries."""
    _populate(old_ledger)
    migrate.upgrade(old_ledger)
    after = _everything(old_ledger)
    entries = [row for row in after["entry"] if row["subject_kind"] != "commitment"]
    assert [(row["subject_kind"], row["subject_id"], row["actor_id"], row["verb"]) for row in entries] == [
        ("stakeholder", row["id"], row["owner_id"], "add") for row in after["stakeholder"]
    ]
    assert {row["version"] for row in after["stakeholder"]} == {1}


def test_the_links_of_messages_become_columns(old_ledger: Ledger) -> None:
    """Messages of every kind, in every state and lane, have the same commitment, absence, actor, brief and details."""
    _populate(old_ledger)
    migrate.upgrade(old_ledger)
    after = {row["id"]: row for row in _everything(old_ledger)["outbox"]}
    assert {(row["lane"], row["state"]) for row in after.values()} == set(product(LANES, STATES))
    for n in range(1, MESSAGES + 1):
        expected = {
            "recipient": f"person:{n % 20 + 1}", "lane": "turn", "commitment_id": None, "absence_id": None,
            "actor_id": None, "day": None, "brief_id": None, "details": {}, "last_error": None, "reopened_for": None,
        } | _message(n)[1]  # fmt: skip
        assert {column: after[n * APART][column] for column in expected} == expected, n


@pytest.mark.parametrize("old_ledger", ["sqlite"], indirect=True)
def test_a_deleted_absence_leaves_its_notice(old_ledger: Ledger) -> None:
    """A migrated ledger takes the link from the notice when the absence is deleted, so the next one is another."""
    _populate(old_ledger)
    migrate.upgrade(old_ledger)
    with old_ledger.begin() as tx:
        tx.execute(sa.text("DELETE FROM absence"))
    assert {row["absence_id"] for row in _everything(old_ledger)["outbox"]} == {None}


def test_the_guards_are_carried_over(old_ledger: Ledger) -> None:
    """After the migration the database still refuses to rewrite what it had before, an hour after the recording."""
    _populate(old_ledger)
    migrate.upgrade(old_ledger)
    for statement in (
        "UPDATE entry SET reason = 'another'", "DELETE FROM entry", "DELETE FROM commitment",
        "UPDATE commitment SET first_action = '(redacted)'", "UPDATE commitment SET first_due_on = '2030-01-01'",
    ):  # fmt: skip
        with pytest.raises(sa.exc.DBAPIError, match="cannot be rewritten"), old_ledger.begin() as tx:
            tx.execute(sa.text(statement))


def test_links_of_clients_keep_their_visits(old_ledger: Ledger) -> None:
    """A link to a client's page, the days on which it was opened, and the forms that were sent, are all kept."""
    _populate(old_ledger)
    _migrate(old_ledger, "0050")
    instant, tables = NOW.replace(tzinfo=None) if old_ledger.is_sqlite else NOW, _tables(old_ledger)
    rows = {
        "client_link": {"id": 1, "workspace_id": 1, "stakeholder_id": 1, "creator_id": 1, "token_hash": "of a token",
                        "created_at": instant, "expires_at": instant},
        "client_open": {"id": 1, "workspace_id": 1, "link_id": 1, "day": NOW.date(), "device": "of a cookie"},
        "client_post": {"id": 1, "link_id": 1, "address": "192.0.2.1", "at": instant},
    }  # fmt: skip
    with old_ledger.engine.begin() as connection:
        for name, row in rows.items():
            connection.execute(sa.insert(tables[name]).values(row))
    before = _everything(old_ledger)
    migrate.upgrade(old_ledger)
    after = _everything(old_ledger)
    assert [after[name] for name in rows] == [before[name] for name in rows]


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


def _populate(ledger: Ledger, commitments: int = NAMED) -> None:
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
             "delegate_id": 3, "created_at": instant},
            {"id": 2, "workspace_id": 1, "person_id": 4, "first_day": date(2026, 3, 2), "last_day": date(2026, 3, 6),
             "delegate_id": 3, "created_at": instant + MICROSECOND},
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
        "commitment": [_commitment(n, instant) for n in range(1, commitments + 1)],
        "entry": [
            {"id": 2 * n + part, "workspace_id": 1, "commitment_id": n, "at": instant, "actor_id": n % 20 + 1,
             "verb": ("record", "move")[part], "changes": {"due_on": ["2026-03-02", "2026-03-09"]} if part else {},
             "reason": "“their” lawyer's away" if part else None, "origin_key": f"gesture:{n}:{part}"}
            for n in range(1, commitments + 1) for part in (0, 1)
        ],
        "outbox": [
            {"id": n * APART, "workspace_id": 1, "dedupe_key": f"key:{n}", "message_key": f"{n:032x}",
             "person_id": n % 20 + 1, "channel": None, "recipient": f"person:{n % 20 + 1}", "last_error": None,
             "state": STATES[n % 5], "attempts": n % 3, "not_before": instant if n % 5 < 2 else None,
             "ts": f"{n}.0001" if n % 5 == 2 else None,
             "created_at": instant, "settled_at": instant + timedelta(minutes=1) if n % 5 > 1 else None,
             **_message(n)[0]}
            for n in range(1, MESSAGES + 1)
        ],
        "mention": [
            {"outbox_id": n * APART, "commitment_id": n + part, "workspace_id": 1, "person_id": n % 20 + 1,
             "position": part, "occasion": ("today", None)[part], "due_on": date(2026, 3, 2), "version": 1}
            for n in range(1, MESSAGES + 1) for part in (0, 1)
        ],
    }  # fmt: skip
    with ledger.engine.begin() as connection:
        for name, given in rows.items():
            connection.execute(sa.insert(tables[name]), given)
        if not ledger.is_sqlite:
            # The rows above have ids that PostgreSQL has not counted.
            connection.execute(sa.text("SELECT setval('entry_id_seq', (SELECT MAX(id) FROM entry))"))


def _message(n: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """(values of the message in the old ledger, in the new one). The first of each turn is a brief that tells the
    second.
    """
    of = {"commitment": n, "actor": 1}
    links = {"commitment_id": n, "actor_id": 1}
    person, why = n % 20 + 1, "the message that had taken it came to nothing"
    shared = {"commitment": n, "actor": 2, "external": (True, False, None)[n % 3]}
    not_shared = {"channel": "C1", "why": "“is_archived”", "in_doubt": True}
    return (
        ({"kind": "brief", "ids": {"day": "2026-03-02", "news": [(n + 1) * APART]}}, {"day": date(2026, 3, 2)}),
        ({"kind": "assigned", "ids": {**of, "brief": f"key:{n - 1}"}},
         links | {"brief_id": (n - 1) * APART if n > 1 else None}),
        ({"kind": "assigned", "ids": of, "recipient": f"waiting:{person}", "last_error": "its reader is not at work"},
         links | {"lane": "brief", "last_error": "its reader is not at work"}),
        ({"kind": "cancelled", "ids": of, "recipient": f"joining:{person}"}, links | {"lane": "hour"}),
        ({"kind": "handed_back", "ids": of, "recipient": f"waiting:{person}", "last_error": why},
         links | {"lane": "alone", "last_error": why}),
        ({"kind": "delegated", "ids": {"absence": 1, "since": SINCE, "actor": 2}}, {"absence_id": 1, "actor_id": 2}),
        ({"kind": "delegated", "ids": {"absence": 2, "since": (NOW + MICROSECOND).isoformat(), "actor": 4}},
         {"absence_id": 2, "actor_id": 4}),
        # That absence is deleted, and another one has its id.
        ({"kind": "delegated", "ids": {"absence": 2, "since": SINCE, "actor": 4}}, {"actor_id": 4}),
        ({"kind": "shared", "ids": shared, "person_id": None, "channel": "C1", "recipient": "channel:1:C1"},
         {"commitment_id": n, "actor_id": 2, "recipient": "channel:1:C1", "details": {"external": shared["external"]}}),
        ({"kind": "not_shared", "ids": {"commitment": n, **not_shared}}, {"commitment_id": n, "details": not_shared}),
        ({"kind": "home", "ids": {"start": 20}, "recipient": f"home:{person}"},
         {"lane": "home", "details": {"start": 20}}),
        ({"kind": "assigned", "ids": of, "last_error": "the conversation was opened anew: channel_not_found"},
         links | {"reopened_for": "channel_not_found"}),
    )[n % 12]  # fmt: skip


def _commitment(n: int, instant: datetime) -> dict[str, Any]:
    state = ("open", "blocked", "done", "cancelled")[n % 4]
    return {
        "id": n, "workspace_id": 1, "number": n, "side": ("ours", "theirs")[n % 2], "state": state,
        "action": f"send the offer {n}", "first_action": f"send offer {n}", "due_on": date(2026, 3, 9),
        "first_due_on": date(2026, 3, 2), "slips": 1, "owner_id": n % 20 + 1, "creator_id": (n + 1) % 20 + 1,
        "account_id": n % 10 + 1, "stakeholder_id": n % 10 + 1, "internal": n % 3 == 0, "note": f"line one\nline {n}",
        "blocked_by": "their lawyer" if state == "blocked" else None, "origin_key": f"origin:{n}", "version": 2,
        "created_at": instant, "touched_at": instant + timedelta(hours=1),
        "ended_at": instant if state in {"done", "cancelled"} else None,
    }  # fmt: skip
