"""doctor: each fault of an installation is found, and the advice mends it."""

from __future__ import annotations

import email.utils
import json
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from bot.health.doctor import examine
from bot.health.words import NOTE, PROBLEM, WELL, Finding, has_problem
from bot.schedule import COURIER, PLANNER, record_heartbeat
from handlers.ids import SCOPES
from store import migrate, outbox, workspaces
from store.db import Ledger
from store.outbox import claiming
from store.tables import Outbox, OutboxKind
from tests.bot.command_line import makegood

if TYPE_CHECKING:
    from collections.abc import Iterator

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)


class Slack:
    """Slack as far as doctor asks it: who we are, which scopes we have, what time it is, and sockets."""

    def __init__(self) -> None:
        self.answers: dict[str, dict[str, Any]] = {
            "auth.test": {"ok": True, "user": "makegood", "team": "Northwind"},
            "apps.connections.open": {"ok": True, "url": "ws://127.0.0.1:1/"},
        }
        self.headers = {
            "x-oauth-scopes": ",".join([*SCOPES, "team:read"]),
            "Date": email.utils.format_datetime(NOW, usegmt=True),
        }
        outer = self

        class Answering(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"] or 0))
                self.send_response_only(200)
                for name, value in outer.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(json.dumps(outer.answers[self.path.rpartition("/")[2]]).encode())

            def log_message(self, *_: object) -> None:
                """Silence."""

        self.server = HTTPServer(("127.0.0.1", 0), Answering)
        self.url = f"http://127.0.0.1:{self.server.server_port}/api/"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()


@pytest.fixture
def slack() -> Iterator[Slack]:
    found = Slack()
    yield found
    found.server.shutdown()
    found.server.server_close()


@pytest.fixture
def ledger(environment: pytest.MonkeyPatch, slack: Slack) -> Iterator[Ledger]:
    """An installation in which everything is well: settings, a migrated database and fresh heartbeats."""
    for name, value in {
        "SLACK_BOT_TOKEN": "xoxb-hush",
        "SLACK_SIGNING_SECRET": "hush",
        "SLACK_API_URL": slack.url,
        "DATABASE_URL": "sqlite:///here.db",
    }.items():
        environment.setenv(name, value)
    found = Ledger("sqlite:///here.db")
    migrate.upgrade(found)
    for part in (PLANNER, COURIER):
        record_heartbeat(found, part, NOW)
    yield found
    found.close()


def _findings(mark: str | None = None) -> list[Finding]:
    return [finding for finding in examine(lambda: NOW) if mark in {None, finding.mark}]


def _only(mark: str) -> Finding:
    (finding,) = _findings(mark)
    return finding


def test_all_is_well(ledger: Ledger) -> None:
    """One line for each thing looked at, and no problem."""
    findings = _findings()
    assert {finding.mark for finding in findings} == {WELL}
    assert len(findings) == 12
    assert not has_problem(findings)
    assert "hush" not in str(findings)


def test_every_problem_of_the_settings_is_told(environment: pytest.MonkeyPatch) -> None:
    """Every problem of the settings is told, and the database is still checked."""
    problems = [finding.words for finding in _findings(PROBLEM)]
    assert [words.split()[0] for words in problems] == ["SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "The"]
    assert "does not exist yet" in problems[-1]


@pytest.mark.parametrize("host", ["192.0.2.1", "no such host"])
def test_a_host_that_is_not_this_machine_is_named(ledger: Ledger, environment: pytest.MonkeyPatch, host: str) -> None:
    """HOST is an address to listen on, and the advice says which ones there are."""
    environment.setenv("HOST", host)
    finding = _only(PROBLEM)
    assert f"HOST is {host}" in finding.words
    assert "0.0.0.0" in finding.advice


def test_a_missing_database_is_not_created(environment: pytest.MonkeyPatch) -> None:
    """The check creates no file for a missing database."""
    assert has_problem(_findings())
    assert not Path("makegood.db").exists()


def test_a_database_without_tables(ledger: Ledger, environment: pytest.MonkeyPatch) -> None:
    """For missing tables the command that creates them is named."""
    Path("empty.db").touch()
    environment.setenv("DATABASE_URL", "sqlite:///empty.db")
    finding = _only(PROBLEM)
    assert "revision none" in finding.words
    assert "makegood migrate" in finding.advice


def test_a_file_that_is_no_database(ledger: Ledger, environment: pytest.MonkeyPatch) -> None:
    """SQLite's words, and where the address comes from."""
    Path("odd.db").write_text("not a database, only a text that is long enough " * 9, encoding="utf-8")
    environment.setenv("DATABASE_URL", "sqlite:///odd.db")
    finding = _only(PROBLEM)
    assert "not a database" in finding.words
    assert "DATABASE_URL" in finding.advice


def test_a_damaged_file(ledger: Ledger) -> None:
    """Found by reading it whole, although what doctor asks stands in pages that are well."""
    ledger.close()
    path = Path("here.db")
    contents = bytearray(path.read_bytes())
    middle = len(contents) // 2 // 4096 * 4096
    contents[middle : middle + 20 * 1024] = bytes([0xA5]) * 20 * 1024
    path.write_bytes(contents)
    finding = _only(PROBLEM)
    assert "is damaged" in finding.words
    assert "restore a backup" in finding.advice


def test_a_database_that_takes_nothing(ledger: Ledger) -> None:
    """It answers, and another program holds it."""
    with ledger.begin():
        assert "cannot be written: database is locked" in _only(PROBLEM).words


def test_a_full_disk(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """Said before the first write fails."""
    monkeypatch.setattr("store.sqlite_file.shutil.disk_usage", lambda _: SimpleNamespace(free=100_000))
    assert "make room" in _only(PROBLEM).words


def test_a_database_of_a_newer_version(ledger: Ledger) -> None:
    """For a newer version's database the advice is to run that version."""
    with ledger.begin() as tx:
        tx.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    finding = _only(PROBLEM)
    assert "a newer version made" in finding.words
    assert finding.advice.startswith("Run that version")


def test_a_server_that_does_not_answer(ledger: Ledger, environment: pytest.MonkeyPatch) -> None:
    """A server that does not answer is told without the password."""
    environment.setenv("DATABASE_URL", "postgresql://me:hush@127.0.0.1:1/db")
    finding = _only(PROBLEM)
    assert "127.0.0.1" in finding.words
    assert "hush" not in str(finding)


def test_a_password_in_the_query_is_not_shown(ledger: Ledger, environment: pytest.MonkeyPatch) -> None:
    """Nor one in an address that cannot be read."""
    for url in ("postgresql://me@127.0.0.1:1/db?password=hush-hush", "postgresql://me:pw@hush:hush@127.0.0.1/db"):
        environment.setenv("DATABASE_URL", url)
        assert _findings(PROBLEM)
        assert "hush" not in str(_findings())


@pytest.mark.parametrize("mode", [0o644, 0o666, 0o602])
@pytest.mark.parametrize("name", [".env", "here.db", "here.db-wal"])
def test_files_that_others_may_read_are_named(ledger: Ledger, name: str, mode: int) -> None:
    """With the command that closes them; a group may read."""
    Path(".env").touch(mode=0o600)
    record_heartbeat(ledger, PLANNER, NOW)
    Path(name).chmod(0o640)
    assert _findings(NOTE) == []
    Path(name).chmod(mode)
    finding = _only(NOTE)
    assert name in finding.words
    assert finding.advice == f"chmod 600 '{name}'"
    assert not has_problem(_findings())


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("invalid_auth", "copy it anew"),
        ("token_revoked", "install the app again"),
        ("account_inactive", "removed from the workspace"),
        ("something_new", "Slack answered something_new"),
    ],
)
def test_a_token_that_slack_refuses(ledger: Ledger, slack: Slack, error: str, words: str) -> None:
    """With Slack's name for it, and what to do where we know."""
    slack.answers["auth.test"] = {"ok": False, "error": error}
    finding = _only(PROBLEM)
    assert words in finding.words
    assert error in finding.words


def test_slack_out_of_reach(ledger: Ledger, environment: pytest.MonkeyPatch) -> None:
    """The network's words."""
    environment.setenv("SLACK_API_URL", "http://127.0.0.1:1/api/")
    assert _only(PROBLEM).words.startswith("Slack was not reached")


def test_nothing_is_logged_between_the_findings(ledger: Ledger, environment: pytest.MonkeyPatch) -> None:
    """Where Slack is out of reach each line is a finding or its advice, and no library logs between them."""
    environment.setenv("SLACK_API_URL", "http://127.0.0.1:1/api/")
    found = makegood("doctor")
    assert found.exit_code == 1
    assert [line for line in found.output.splitlines() if not line.startswith(("✓ ", "✗ ", "! ", "  → "))] == []


def test_a_missing_folder_is_named(ledger: Ledger, environment: pytest.MonkeyPatch) -> None:
    """A database in a folder that does not exist: the folder is named, and no migration is advised."""
    environment.setenv("DATABASE_URL", "sqlite:///no/such/here.db")
    finding = _only(PROBLEM)
    assert finding.words == "The folder of the database, no/such, does not exist."
    assert finding.advice.startswith("Make it")


def test_missing_permissions_are_named_with_their_use(ledger: Ledger, slack: Slack) -> None:
    """So that an admin can judge them."""
    slack.headers["x-oauth-scopes"] = ",".join(scope for scope in SCOPES if scope != "users:read")
    finding = _only(PROBLEM)
    assert finding.words == f"The bot lacks users:read ({SCOPES['users:read']})."
    assert "makegood manifest" in finding.advice


@pytest.mark.parametrize(
    ("apart", "mark"),
    [(-301, PROBLEM), (-300, WELL), (0, WELL), (300, WELL), (301, PROBLEM)],
)
def test_a_clock_that_is_wrong(ledger: Ledger, slack: Slack, apart: int, mark: str) -> None:
    """More than five minutes, on either side: every request of Slack's would be refused."""
    slack.headers["Date"] = email.utils.format_datetime(NOW - timedelta(seconds=apart), usegmt=True)
    (finding,) = [finding for finding in _findings() if "clock" in finding.words]
    assert finding.mark == mark
    assert f"{abs(apart)} s" in finding.words


def test_features_that_are_on_and_off_are_told(ledger: Ledger, slack: Slack) -> None:
    """A feature without its permission is off, with the way to switch it on; that is no problem."""
    (off,) = [finding for finding in _findings(WELL) if "Mentions" in finding.words]
    assert "app_mentions:read" in off.words
    assert "makegood manifest --with mentions" in off.advice
    slack.headers["x-oauth-scopes"] += ",app_mentions:read"
    assert "Mentions: on." in [finding.words for finding in _findings(WELL)]


def test_an_emoji_without_its_permission_is_a_problem(ledger: Ledger, slack: Slack) -> None:
    """The workspace has chosen an emoji, and Slack sends no event of it."""
    with ledger.begin() as tx:
        workspaces.ensure(tx, team_id="T1", name="Northwind", now=NOW).emoji = "handshake"
    slack.answers["auth.test"]["team_id"] = "T1"
    problem = _only(PROBLEM)
    assert "reactions:read" in problem.words
    assert "--with reactions" in problem.advice
    slack.headers["x-oauth-scopes"] += ",reactions:read"
    assert _findings(PROBLEM) == []


def test_slack_that_tells_neither_scopes_nor_time(ledger: Ledger, slack: Slack) -> None:
    """A proxy between may swallow both; that is worth knowing and no problem."""
    slack.headers = {}
    assert len(_findings(NOTE)) == 2
    assert not has_problem(_findings())


def test_the_app_token_is_tried(ledger: Ledger, slack: Slack, environment: pytest.MonkeyPatch) -> None:
    """The app token is tried only in Socket Mode."""
    environment.setenv("SLACK_APP_TOKEN", "xapp-hush")
    assert any("Socket Mode" in finding.words and finding.mark == WELL for finding in _findings())
    slack.answers["apps.connections.open"] = {"ok": False, "error": "missing_scope"}
    finding = _only(PROBLEM)
    assert "connections:write" in finding.advice


def _intend(ledger: Ledger, key: str, at: datetime) -> None:
    with ledger.begin() as tx:
        workspace = workspaces.ensure(tx, team_id="T1", name="T", now=at)
        outbox.enqueue(tx, workspace_id=workspace.id, key=key, kind=OutboxKind.BRIEF, now=at, channel=key)


def test_a_refused_message_is_told_with_its_reason(ledger: Ledger) -> None:
    """It is worth knowing, and the advice fits the reason."""
    _intend(ledger, "brief:1:2026-11-23", NOW)
    with ledger.begin() as tx:
        claimed = claiming.claim(tx, NOW)
        assert claimed
        outbox.mark_failed(tx, claimed, error="is_archived", now=NOW)
    finding = _only(NOTE)
    assert "brief:1:2026-11-23" in finding.words
    assert "archived" in finding.advice
    assert not has_problem(_findings())


def test_a_message_of_unknown_outcome_is_told(ledger: Ledger) -> None:
    """Nobody has to do anything, but somebody may wonder."""
    _intend(ledger, "brief:1:2026-11-23", NOW - timedelta(hours=1))
    with ledger.begin() as tx:
        claimed = claiming.claim(tx, NOW - timedelta(hours=1))
        assert claimed
        outbox.leave_unknown(tx, claimed, error="timed out", now=NOW)
    finding = _only(NOTE)
    assert "timed out" in finding.words
    assert "2026-11-23 09:00 UTC" in finding.words
    assert "at 2026-11-23 10:01 UTC" in finding.advice
    assert not has_problem(_findings())


def test_a_message_whose_worker_was_lost_is_told(ledger: Ledger) -> None:
    """One that is on its way just now is not; once its lease is over nobody knows."""
    _intend(ledger, "brief:1:2026-11-23", NOW)
    with ledger.begin() as tx:
        assert claiming.claim(tx, NOW)
    assert _findings(NOTE) == []
    with ledger.begin() as tx:
        tx.execute(sa.update(Outbox).values(first_try_at=NOW - 2 * claiming.LEASE, not_before=NOW))
    finding = _only(NOTE)
    assert "its worker was lost" in finding.words
    assert "looked up in the conversation now" in finding.advice


@pytest.mark.parametrize(("seconds", "is_problem"), [(300, False), (301, True)])
def test_an_outbox_that_nobody_empties(ledger: Ledger, seconds: int, *, is_problem: bool) -> None:
    """After five minutes it is a problem."""
    _intend(ledger, "a", NOW - timedelta(seconds=seconds))
    (finding,) = [finding for finding in _findings() if "outbox" in finding.words]
    assert "1 pending" in finding.words
    assert (finding.mark == PROBLEM) is is_problem


def test_messages_of_another_workspace_are_not_counted(ledger: Ledger, slack: Slack) -> None:
    """A process with their token delivers them; here they are only named as theirs."""
    _intend(ledger, "brief:1", NOW - timedelta(hours=1))
    assert "1 pending" in _only(PROBLEM).words
    slack.answers["auth.test"]["team_id"] = "T2"
    assert _findings(PROBLEM) == []
    assert "The outbox: empty." in [finding.words for finding in _findings(WELL)]
    assert "T1" in _only(NOTE).words


def test_silence_of_the_background_parts(ledger: Ledger) -> None:
    """Each one that has not done its round for a minute is named."""
    record_heartbeat(ledger, PLANNER, NOW - timedelta(seconds=61))
    assert "planner" in _only(PROBLEM).words


def test_a_first_visit_is_no_problem(ledger: Ledger) -> None:
    """One may look before the first start."""
    with ledger.begin() as tx:
        tx.connection().exec_driver_sql("DELETE FROM heartbeat")
    assert "makegood run" in _only(NOTE).advice
    assert not has_problem(_findings())


def test_what_slack_refuses_for_now_is_counted_by_reason(ledger: Ledger) -> None:
    """The doctor says how many messages wait or are dead, why, and the remedy. After five minutes it is a problem."""
    for number in range(4):
        _intend(ledger, f"key:{number}", NOW - timedelta(hours=1))
    for number, minutes in enumerate((1, 30)):
        with ledger.begin() as tx:
            claimed = claiming.claim(tx, NOW - timedelta(minutes=10 - number))
            assert claimed
            outbox.postpone(tx, claimed, until=NOW, error="missing_scope", whole_workspace=False)
            since = NOW - timedelta(minutes=minutes)
            tx.execute(sa.update(Outbox).where(Outbox.id == claimed.id).values(first_try_at=since))
        (finding,) = [finding for finding in _findings() if "Slack refuses" in finding.words]
        assert (finding.mark == PROBLEM) is (number == 1)
        assert "makegood manifest" in finding.advice
    assert "missing_scope (2)" in finding.words
    for _ in range(2):
        with ledger.begin() as tx:
            claimed = claiming.claim(tx, NOW - timedelta(minutes=1), pace=timedelta())
            assert claimed
            outbox.mark_failed(tx, claimed, error="msg_too_long", now=NOW)
    assert any("msg_too_long (2)" in finding.words for finding in _findings(NOTE))


def test_templates_of_the_workspace_are_tried(
    ledger: Ledger, environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:  # fmt: skip
    """A template that cannot be used is a problem, with the line of its error; one that works is named."""
    folder = tmp_path / "words"
    folder.mkdir()
    environment.setenv("TEMPLATES_DIR", str(folder))
    (folder / "review_digest.j2").write_text("Hello\n{{ account")
    assert "review_digest.j2 cannot be used: line 2" in _only(PROBLEM).words
    (folder / "review_digest.j2").write_text("Hello {{ account }}")
    assert [one.words for one in _findings(WELL) if "Templates of your own: review_digest.j2." in one.words]
