"""The command line: what each command says, and with which exit status it ends."""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from bot import cli, service
from bot.app import compose
from bot.cli_instants import Instant, clock_from
from bot.demo.ledger import fill
from bot.manifest import for_address
from sandbox import Sandbox
from store import migrate, notices, outbox, people, workspaces
from store.db import Ledger
from store.tables import OutboxKind

if TYPE_CHECKING:
    from collections.abc import Iterator

from tests.bot.command_line import makegood
from tests.conftest import close_in_one_file
from tests.journeys.conftest import TOKEN, given_for

COMMANDS = ["run", "web", "worker", "migrate", "tick", "explain", "doctor", "manifest", "demo"]

# Four in the afternoon in Berlin.
AFTERNOON = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)

pytestmark = pytest.mark.usefixtures("environment", "log")


@pytest.fixture
def box() -> Iterator[Sandbox]:
    with Sandbox(for_address("https://x.example"), app_url=None) as found:
        yield found


@pytest.fixture
def installed(environment: pytest.MonkeyPatch, box: Sandbox) -> dict[str, str]:
    """Settings that name the sandbox, and a database in the working folder."""
    values = {
        "SLACK_BOT_TOKEN": box.bot_token,
        "SLACK_SIGNING_SECRET": "sandbox-signing-secret",
        "SLACK_API_URL": box.api_url,
        "DATABASE_URL": "sqlite:///here.db",
        "HOST": "127.0.0.1",
        "PORT": "0",
        "LOG_FORMAT": "json",
    }
    for name, value in values.items():
        environment.setenv(name, value)
    return values


# -- words and statuses -----------------------------------------------------------------------------------------


def test_help_names_every_command() -> None:
    """Help lists every command in the order of use, each with a line."""
    found = makegood("--help")
    assert found.exit_code == 0
    assert re.findall(r"^  ([a-z]+)  +\S", found.output, re.MULTILINE) == COMMANDS


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: str) -> None:
    """Each command's help says more than its name, and needs no settings."""
    found = makegood(command, "--help")
    assert found.exit_code == 0
    assert len(found.output.splitlines()) > 6


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("fly", "No such command"),
        ("tick --at 2026-11-23T09:00:00", "does not say in which zone"),
        ("tick --at tomorrow", "is not an instant"),
        ("tick --at 0001-01-01T00:00:00+14:00", "is not an instant"),
        ("tick --at 9999-12-31T23:59:00Z --dry-run", "is not in the years 1970 to 2999"),
        ("explain 1 --on 0001-01-01", "is not in the years 1970 to 2999"),
        ("explain 1 --on 9999-12-31", "is not in the years 1970 to 2999"),
        ("manifest", "Choose one"),
        ("manifest --socket --url https://a.example", "Choose one"),
        ("manifest --url http://a.example", "https://"),
        ("demo --port 70000", "not in the range"),
        ("demo --database file.db", "use sqlite:///file.db"),
    ],
)
def test_wrong_usage_is_told(arguments: str, words: str) -> None:
    """Wrong usage ends with status 2 and words."""
    found = makegood(*arguments.split())
    assert found.exit_code == 2
    assert words in found.output


@pytest.mark.parametrize("command", ["run", "web", "worker", "tick"])
def test_missing_settings_are_told(command: str) -> None:
    """All missing settings are named, with status 1 and no traceback."""
    found = makegood(command)
    assert found.exit_code == 1
    assert "SLACK_BOT_TOKEN is missing" in found.output
    assert "SLACK_SIGNING_SECRET is missing" in found.output
    assert "Traceback" not in found.output


@pytest.mark.parametrize("command", ["migrate", "explain 1", "tick --dry-run"])
def test_a_missing_folder_is_named(environment: pytest.MonkeyPatch, command: str) -> None:
    """A database in a folder that does not exist: the folder is named, and no migration is advised."""
    environment.setenv("DATABASE_URL", "sqlite:///no/such/here.db")
    found = makegood(*command.split())
    assert found.exit_code == 1
    assert "The folder of the database, no/such, does not exist: make it" in found.output
    assert "makegood migrate" not in found.output


def test_slack_out_of_reach_is_no_refusal(environment: pytest.MonkeyPatch) -> None:
    """A command that cannot reach Slack says so, and not that Slack does not accept the bot."""
    for name, value in {
        "SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "x", "SLACK_API_URL": "http://127.0.0.1:1/api/",
    }.items():  # fmt: skip
        environment.setenv(name, value)
    assert makegood("migrate").exit_code == 0
    found = makegood("tick")
    assert found.exit_code == 1
    assert "Slack was not reached" in found.output
    assert "does not accept" not in found.output


@pytest.mark.parametrize("command", ["migrate", "tick --dry-run"])
def test_a_database_that_does_not_answer_is_told(environment: pytest.MonkeyPatch, command: str) -> None:
    """Without its password."""
    environment.setenv("DATABASE_URL", "postgresql://me:hush@127.0.0.1:1/db")
    found = makegood(*command.split())
    assert found.exit_code == 1
    assert "The database does not answer" in found.output
    assert "hush" not in found.output


def test_a_new_ledger_is_for_its_owner_only(installed: dict[str, str]) -> None:
    """The database file, and the files that SQLite keeps beside it, are private under any umask."""
    before = os.umask(0o000)
    try:
        makegood("migrate")
        ledger = Ledger("sqlite:///here.db")
        with ledger.begin() as tx:
            workspaces.ensure(tx, team_id="T1", name="T", now=datetime.fromtimestamp(0, UTC))
        modes = {path.name: path.stat().st_mode & 0o777 for path in Path().glob("here.db*")}
        ledger.close()
    finally:
        os.umask(before)
    assert modes == dict.fromkeys(("here.db", "here.db-wal", "here.db-shm"), 0o600)


def test_a_linked_ledger_is_for_its_owner_only(installed: dict[str, str]) -> None:
    """SQLite keeps its files where the link leads: there they are made, looked after and found by the doctor."""
    Path("disk").mkdir()
    Path("here.db").symlink_to(Path("disk/real.db").absolute())
    makegood("migrate")
    ledger = Ledger("sqlite:///here.db")
    now = datetime.fromtimestamp(0, UTC)
    with ledger.begin() as tx:
        workspaces.ensure(tx, team_id="T1", name="T", now=now)
    found = {path.name: path.stat().st_mode & 0o777 for path in Path("disk").iterdir()}
    assert found == dict.fromkeys(("real.db", "real.db-wal", "real.db-shm"), 0o600)
    Path("disk/real.db-wal").chmod(0o644)
    assert "real.db-wal" in makegood("doctor").output
    Path("disk/real.db-wal").unlink()
    with pytest.raises(sa.exc.OperationalError, match="was deleted"), ledger.begin() as tx:
        workspaces.ensure(tx, team_id="T2", name="T", now=now)
    ledger.close()


def test_nobody_reads_on(installed: dict[str, str]) -> None:
    """`makegood manifest | head -1` says nothing more."""
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as closed:
        ended = subprocess.run(
            [sys.executable, "-m", "bot", "manifest", "--socket"],
            env={**os.environ, **installed}, stdout=closed, stderr=subprocess.PIPE, text=True, timeout=60, check=False,
        )  # fmt: skip
    assert ended.stderr == ""


def test_migrate_needs_no_slack(tmp_path: Path) -> None:
    """`migrate` needs no Slack, and may be run again."""
    first, second = makegood("migrate"), makegood("migrate")
    assert (first.exit_code, second.exit_code) == (0, 0)
    assert f"from revision none to {migrate.head()}" in first.output
    assert "was up to date" in second.output
    assert (tmp_path / "makegood.db").exists()


def test_a_database_of_a_newer_version_is_told() -> None:
    """Going on could harm it."""
    makegood("migrate")
    ledger = Ledger("sqlite:///makegood.db")
    with ledger.begin() as tx:
        tx.connection().exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    ledger.close()
    found = makegood("migrate")
    assert found.exit_code == 1
    assert "newer version" in found.output


@pytest.mark.parametrize("command", ["web", "worker", "tick", "tick --dry-run"])
def test_what_does_not_migrate_says_who_does(installed: dict[str, str], command: str) -> None:
    """Several processes may start at once; one command changes the shape."""
    found = makegood(*command.split())
    assert found.exit_code == 1
    assert "run `makegood migrate`" in found.output


def test_a_busy_port_is_told(environment: pytest.MonkeyPatch, installed: dict[str, str]) -> None:
    """With the variable that chooses another."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        environment.setenv("PORT", str(taken.getsockname()[1]))
        _in_this_process(environment)
        found = makegood("run")
    assert found.exit_code == 1
    assert "The port is in use" in found.output


def test_a_refused_token_ends_the_start(
    environment: pytest.MonkeyPatch, installed: dict[str, str], box: Sandbox
) -> None:
    """A refused token ends the start, since waiting cannot mend it."""
    box.revoke_token()
    _in_this_process(environment)
    found = makegood("run")
    assert found.exit_code == 1
    assert "token was revoked" in found.output
    assert "Traceback" not in found.output


def test_a_process_that_must_end_says_why(environment: pytest.MonkeyPatch, installed: dict[str, str]) -> None:
    """A deaf Socket Mode connection: status 1, so that the supervisor starts anew."""
    _in_this_process(environment)
    environment.setattr(service.Service, "wait", lambda self: self.ask_to_stop("Slack has not been heard of"))
    found = makegood("run")
    assert found.exit_code == 1
    assert "Slack has not been heard of." in found.output


@pytest.mark.parametrize("missing", ["sandbox", "websockets", "httpx"])
def test_an_installation_without_the_demo_says_where_it_is(environment: pytest.MonkeyPatch, missing: str) -> None:
    """The sandbox stays in the checkout, its packages come with `make demo`: one sentence says so, for each of them."""
    parts = {"sandbox", missing}
    for name in [name for name in sys.modules if name.partition(".")[0] in parts or name == "bot.demo.running"]:
        environment.delitem(sys.modules, name)
    environment.setitem(sys.modules, missing, None)
    found = makegood("demo")
    assert found.exit_code == 1
    assert found.output == (
        "The demo is not part of this installation: get Makegood's source code and run `make demo` there.\n"
    )


def test_the_manifest_is_json() -> None:
    """On standard output, for a pipe."""
    assert json.loads(makegood("manifest", "--socket").stdout)["settings"]["socket_mode_enabled"] is True
    made = json.loads(makegood("manifest", "--url", "https://a.example").stdout)
    assert made["settings"]["interactivity"]["request_url"] == "https://a.example/slack/events"


def test_doctor_ends_with_1_for_a_problem() -> None:
    """And with one line for each thing."""
    found = makegood("doctor")
    assert found.exit_code == 1
    assert found.stdout.startswith("✗ SLACK_BOT_TOKEN is missing")


# -- tick -------------------------------------------------------------------------------------------------------


def test_the_clock_of_at_goes_on() -> None:
    """From that instant, with the time that passes."""
    at = datetime(2026, 11, 24, 8, 40, tzinfo=UTC)
    clock = clock_from(at)
    first = clock()
    second = clock()
    assert at <= first <= second < at + timedelta(seconds=60)


def test_at_takes_any_zone() -> None:
    """And reckons in UTC."""
    instant = Instant().convert("2026-11-24T09:40:00+01:00", None, None)
    assert instant == datetime(2026, 11, 24, 8, 40, tzinfo=UTC)
    assert instant.tzinfo is UTC


@pytest.fixture(scope="session")
def _story(_sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the demo's story, to be copied."""
    path = shutil.copy(_sqlite_template, tmp_path_factory.mktemp("story") / "story.db")
    with Sandbox(for_address("https://x.example"), app_url=None, bot_token=TOKEN) as box:
        bot = compose(given_for(box, f"sqlite:///{path}", public_url=None), clock=lambda: AFTERNOON)
        bot.connect()
        fill(bot.ledger, box.seed.team_id, AFTERNOON)
        close_in_one_file(bot.ledger)
    return Path(path)


@pytest.fixture
def filled(installed: dict[str, str], box: Sandbox, _story: Path) -> str:
    """A ledger with the demo's story, and the next Tuesday morning in Berlin."""
    shutil.copy(_story, "here.db")
    box.move_clock(AFTERNOON)
    return "2026-11-24T09:45:00+01:00"


def test_a_dry_tick_tells_and_keeps_nothing(filled: str, box: Sandbox) -> None:
    """However often it is asked, and nobody in Slack sees anything."""
    first, second = (makegood("tick", "--dry-run", "--at", filled) for _ in range(2))
    assert first.exit_code == 0
    assert "Eva Lindqvist: brief for Tuesday 24 November 2026" in first.stdout
    assert first.stdout == second.stdout
    assert box.dm("U0EVA") == []


def test_a_dry_tick_says_exactly_what_would_be_sent(filled: str, box: Sandbox) -> None:
    """The words of each message stand below its line: those that the real tick sends, to everybody to whom it does."""
    said = makegood("tick", "--dry-run", "--at", filled).stdout
    sent = makegood("tick", "--at", filled, "--ahead").stdout
    told = [line for line in sent.splitlines() if " – " not in line]
    assert told
    assert [line for line in said.splitlines() if line in told] == told
    for user in ("U0EVA", "U0ANA", "U0ADA"):
        for message in box.dm(user):
            for block in message.blocks:
                if block["type"] == "section":
                    assert html.unescape(block["text"]["text"]).splitlines()[0] in said


def test_a_brief_that_comes_to_nothing_is_not_announced(filled: str) -> None:
    """A dry run puts each message into words, so it knows which is not sent, and why."""
    ledger = Ledger("sqlite:///here.db")
    with ledger.begin() as tx:
        eva = people.viewer(tx, "T0NORTHWIND", "U0EVA")
        assert eva is not None
        at = datetime.fromisoformat(filled)
        yesterday = date(2026, 11, 23)
        key = notices.brief_of(eva.id, yesterday)
        outbox.enqueue(
            tx, workspace_id=eva.workspace_id, key=key, kind=OutboxKind.BRIEF, now=at, person=eva, day=yesterday
        )
    ledger.close()
    said = makegood("tick", "--dry-run", "--at", filled).stdout
    assert "Eva Lindqvist: brief for Monday 23 November 2026 – not sent: its morning had passed" in said


@pytest.mark.parametrize("dry", [["--dry-run"], ["--ahead"]])
def test_an_instant_at_which_nothing_may_be_posted_says_why(filled: str, box: Sandbox, dry: list[str]) -> None:
    """On a Sunday night nobody is told, nobody is said to be told, and the next morning is named."""
    del filled
    said = makegood("tick", "--at", "2026-11-29T03:00:00+01:00", *dry)
    assert said.exit_code == 0, said.output
    assert "Nobody is due to hear anything at 2026-11-29 02:00 UTC" in said.stdout
    assert "The next morning on which somebody may be briefed comes at 2026-11-30" in said.stdout
    assert "brief for" not in said.stdout
    assert box.dm("U0EVA") == []


def test_a_tick_tells_and_delivers(filled: str, box: Sandbox) -> None:
    """A tick prints and delivers messages once: a second tick has none."""
    first = makegood("tick", "--at", filled, "--ahead")
    assert first.exit_code == 0, first.output
    assert "Eva Lindqvist: brief for Tuesday 24 November 2026" in first.stdout
    assert len(box.dm("U0EVA")) == 1
    second = makegood("tick", "--at", filled, "--ahead")
    assert "Nobody is due" in second.stdout
    assert len(box.dm("U0EVA")) == 1


def test_a_tick_ahead_of_the_clock_is_asked_for(filled: str, box: Sandbox) -> None:
    """Nobody is told today what is due in a year by a slip of the pen: a flag, or a dry run."""
    del filled
    refused = makegood("tick", "--at", "2999-11-26T09:45:00+01:00")
    assert refused.exit_code == 2
    assert "--ahead" in refused.output
    assert makegood("tick", "--at", "2999-11-26T09:45:00+01:00", "--dry-run").exit_code == 0
    assert box.dm("U0EVA") == []


# -- processes ---------------------------------------------------------------------------------------------------


class Process:
    """A command in a process of its own."""

    def __init__(self, command: str, **environment: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bot", *command.split()],
            env={**os.environ, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def event(self, name: str) -> dict[str, Any]:
        """Wait for that event in its log."""
        assert self._process.stderr
        seen = []
        for line in self._process.stderr:
            seen.append(line)
            if line.startswith("{") and (found := json.loads(line))["event"] == name:
                return dict(found)
        raise AssertionError("".join(seen))

    def end(self, number: signal.Signals) -> tuple[int, float, str]:
        """Send the signal; exit status, seconds it took, and what it still said."""
        started = time.monotonic()
        self._process.send_signal(number)
        out, err = self._process.communicate(timeout=30)
        return self._process.returncode, time.monotonic() - started, out + err


@pytest.mark.parametrize(
    "number", [signal.SIGTERM, *(pytest.param(each, marks=pytest.mark.slow) for each in (signal.SIGINT, signal.SIGHUP))]
)
def test_run_serves_and_ends_in_good_order(installed: dict[str, str], box: Sandbox, number: signal.Signals) -> None:
    """`run` migrates, gets ready and answers; within ten seconds of the signal it has ended with 0."""
    process = Process("run", **installed)
    port = process.event("started")["port"]
    assert _ready(port)
    box.app_url = f"http://127.0.0.1:{port}/slack/events"
    assert box.command("U0EVA", "C0ACME", "/commit", "help").status == 200
    status, seconds, said = process.end(number)
    assert status == 0, said
    assert seconds < 10
    assert '"finished": true' in said
    assert "Traceback" not in said
    assert box.bot_token not in said


def test_a_signal_while_starting_ends_it(installed: dict[str, str]) -> None:
    """A signal during the start ends it and waits for no answer of Slack."""
    with socket.create_server(("127.0.0.1", 0)) as mute:
        mute.settimeout(30)
        url = f"http://127.0.0.1:{mute.getsockname()[1]}/api/"
        process = Process("run", **installed | {"SLACK_API_URL": url})
        asked, _ = mute.accept()
        status, seconds, said = process.end(signal.SIGTERM)
        asked.close()
    assert status == 0, said
    assert seconds < 10
    assert "Traceback" not in said
    assert '"started"' not in said


def _in_this_process(environment: pytest.MonkeyPatch) -> None:
    """Keeps the handlers of this test process: the command does not install its own."""
    environment.setattr(cli, "Signals", _NoSignals)


class _NoSignals:
    """The handlers of the process that runs the tests stay as they are."""

    def hand_to(self, _service: object) -> None:
        """Nothing to hand over."""


def _ready(port: int) -> bool:
    """Whether it becomes ready: the first round of the planner may take a moment."""
    deadline, pause = time.monotonic() + 60, threading.Event()
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=30) as answer:
                return bool(json.loads(answer.read())["ready"])
        except OSError:
            pause.wait(0.05)
    return False
