"""The demo: the real bot in front of the box, calm at first, and following the box's clock."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections import Counter
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from bot.cli import makegood
from bot.demo.ledger import PROMISES, fill
from bot.demo.plan import ACME
from bot.demo.running import Demo, at_work
from sandbox.page.clock_panel import next_working_morning
from store import accounts, commitments, outbox, people, reviews
from store.tables import Account, Commitment, Outbox, OutboxKind, Workspace
from tests.journeys.conftest import patience, words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sqlalchemy.orm import Session

    from sandbox import Message, Sandbox
    from store.db import Ledger
    from store.tables import Person

pytestmark = pytest.mark.usefixtures("environment", "log")

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    with patience():
        found = Demo(port=0, database=f"sqlite:///{tmp_path / 'demo.db'}")
        found.start()
        yield found
        assert found.stop() is True


def _handed_over(box: Sandbox) -> list[Message] | None:
    return box.dm("U0ANA") or None


def _told_of(day: str) -> Callable[[Sandbox], bool | None]:
    return lambda box: any(day in message.text for message in box.dm("U0EVA")) or None


def test_the_first_look_is_calm(demo: Demo) -> None:
    """Ana hears that something was handed to her; everything else is history."""
    (message,) = demo.box.wait_for(_handed_over)
    assert "audit log" in message.text
    with demo.makegood.ledger.read() as tx:
        states: Counter[str] = Counter(tx.scalars(sa.select(Outbox.state)))
    assert set(states) <= {"skipped", "sent", "sending"}
    assert states["skipped"] >= 2
    assert demo.box.dm("U0EVA") == demo.box.dm("U0BEN") == []


def test_the_ledger_shows_every_state(demo: Demo) -> None:
    """Both sides, all four states, overdue, due today and tomorrow, moved twice, internal and shareable."""
    with demo.makegood.ledger.read() as tx:
        eva = people.viewer(tx, demo.box.seed.team_id, "U0EVA")
        assert eva
        found = list(tx.scalars(sa.select(Commitment)))
        categories = {account.name: account.category for account in tx.scalars(sa.select(Account))}
    today = demo.box.clock.now().astimezone(BERLIN).date()
    assert len(found) == len(PROMISES) >= 12
    assert {commitment.side for commitment in found} == {"ours", "theirs"}
    assert {commitment.state for commitment in found} == {"open", "blocked", "done", "cancelled"}
    assert {commitment.internal for commitment in found} == {True, False}
    assert max(commitment.slips for commitment in found) == 2
    days = [(commitment.due_on - today).days for commitment in found if commitment.is_open]
    assert {-4, 0, 1} <= set(days)
    assert any(commitment.accepted_at is None for commitment in found)
    assert categories == {ACME: "A", "Globex": "B"}


def test_the_second_account_has_the_gaps_that_signals_name(demo: Demo) -> None:
    """The plan of Globex shows six kinds of signals with their buttons, the worst first; the order form is a wish."""
    shown = words(demo.box.command("U0BEN", "C0ACME", "/plan", "Globex").messages[-1])
    places = [
        shown.find(said)
        for said in (
            "*Red*: 6 signals", "Priya Nair (executive sponsor) left on", "Name a successor",
            "Nothing is planned for the renewal on", "Plan an action", "“Send the roll-out plan” is late by",
            "Jonas Weber (influencer, user) was last met on", "Plan a meeting",
            "We gave or promised 3 things within a quarter, and they promised nothing; 1 wish waits for their yes.",
            "Ask for something", "“Dispatch of the second region” shall grow, and no opportunity is open.",
            "Add an opportunity",
        )
    ]  # fmt: skip
    assert -1 not in places, shown
    assert places == sorted(places)


def test_a_command_goes_through_the_real_bot(demo: Demo) -> None:
    """A command goes, signed and over HTTP, into the ledger."""
    outcome = demo.box.command("U0EVA", "C0ACME", "/commit", "send the roadmap tomorrow for Acme")
    assert outcome.ok, outcome
    assert "Recorded as #" in outcome.messages[-1].text, outcome
    with demo.makegood.ledger.read() as tx:
        eva = people.viewer(tx, demo.box.seed.team_id, "U0EVA")
        assert eva
        newest = commitments.get(tx, eva, len(PROMISES) + 1)
    assert "roadmap" in newest.action


def test_the_bot_follows_the_clock(demo: Demo) -> None:
    """The next working morning brings a brief at once, also after the clock has been further and back."""
    morning = _next_working_morning(demo.box.clock.now().astimezone(BERLIN))
    later = _next_working_morning(morning + timedelta(days=30))
    for moment in (later, morning):
        demo.box.move_clock(moment)
        day = f"{moment:%A} {moment.day} {moment:%B %Y}"
        demo.box.wait_for(_told_of(day))
    assert len(demo.box.dm("U0EVA")) == 2


def test_the_next_working_morning_passes_everybodys_morning(demo: Demo) -> None:
    """On the way to a morning in Berlin, the morning of the day before comes in New York, and no brief is skipped."""
    start = demo.box.clock.now().astimezone(BERLIN)
    monday = (start + timedelta(days=7 - start.weekday())).replace(hour=10, minute=0)
    demo.box.move_clock(monday)
    demo.box.command("U0BEN", "C0ACME", "/commit", f"call Marcus back on {monday:%Y-%m-%d}")
    for later in (1, 2):
        demo.box.move_clock(next_working_morning(demo.box.clock.now(), BERLIN))
        with demo.makegood.ledger.read() as tx:
            looked = {user: _person(tx, demo, user).briefed_on for user in ("U0EVA", "U0ANA", "U0BEN")}
            briefs = list(tx.scalars(sa.select(Outbox).where(Outbox.kind == OutboxKind.BRIEF)))
        today = monday.date() + timedelta(days=later)
        assert looked == {"U0EVA": today, "U0ANA": today, "U0BEN": today - timedelta(days=1)}
        assert [(row.dedupe_key, row.last_error) for row in briefs if row.state in {"skipped", "dead"}] == []
    assert any(row.day == monday.date() for row in briefs)
    told_on = f"{monday:%A} {monday.day} {monday:%B %Y}"
    assert any(told_on in message.text for message in demo.box.dm("U0BEN"))


@pytest.mark.parametrize(
    ("now", "begins"),
    [
        ("2026-11-23T11:30", "2026-11-23T11:30"),
        ("2026-11-23T07:00", "2026-11-23T10:00"),
        ("2026-11-23T17:00", "2026-11-24T10:00"),
        ("2026-11-27T23:59", "2026-11-30T10:00"),
        ("2026-11-28T12:00", "2026-11-30T10:00"),
        ("2026-11-29T03:00", "2026-11-30T10:00"),
    ],
)
def test_it_begins_in_working_hours(now: str, begins: str) -> None:
    """At night and at weekends nobody would be told anything: it begins on the next working morning then."""
    assert at_work(datetime.fromisoformat(now).replace(tzinfo=BERLIN)) == datetime.fromisoformat(begins).replace(
        tzinfo=BERLIN
    )


def test_a_filled_ledger_is_left_alone(demo: Demo) -> None:
    """A database that is given may be used again."""
    ledger, team = demo.makegood.ledger, demo.box.seed.team_id
    assert fill(ledger, team, demo.box.clock.now()) is False


@pytest.mark.usefixtures("office")
def test_a_real_ledger_is_refused(ledger: Ledger, database_url: str) -> None:
    """Nothing in it changes, neither rows nor shape; the words say what to do."""
    with ledger.begin() as tx:
        workspace = tx.scalars(sa.select(Workspace)).one()
        outbox.enqueue(tx, workspace_id=workspace.id, key="k", kind=OutboxKind.BRIEF, now=workspace.created_at)
        newest = tx.scalar(sa.text("SELECT version_num FROM alembic_version"))
        tx.execute(sa.text("UPDATE alembic_version SET version_num = '0001'"))
    before = _contents(ledger)
    ended = CliRunner().invoke(makegood, ["demo", "--port", "0", "--database", database_url], prog_name="makegood")
    after = _contents(ledger)
    with ledger.begin() as tx:
        # Other tests use the same database.
        tx.execute(sa.text("UPDATE alembic_version SET version_num = :newest"), {"newest": newest})
    assert (ended.exit_code, "leaves it alone" in ended.output) == (1, True)
    assert after == before


def test_a_ledger_that_was_only_migrated_is_refused(ledger: Ledger, database_url: str) -> None:
    """It waits for its first real day."""
    before = _contents(ledger)
    ended = CliRunner().invoke(makegood, ["demo", "--port", "0", "--database", database_url], prog_name="makegood")
    assert (ended.exit_code, "leaves it alone" in ended.output) == (1, True)
    assert _contents(ledger) == before


def test_the_demos_own_ledger_may_be_used_again(tmp_path: Path) -> None:
    """The ledger of an earlier demo still holds its commitments."""
    database = f"sqlite:///{tmp_path / 'kept.db'}"
    for number in (1, 2):
        demo = Demo(port=0, database=database)
        demo.start()
        try:
            receipt = demo.box.command("U0EVA", "C0ACME", "/commit", f"send roadmap {number} tomorrow for Acme")
            assert f"#{len(PROMISES) + number}" in str(receipt.messages[-1].blocks)
        finally:
            assert demo.stop() is True


def _contents(ledger: Ledger) -> dict[str, list[Any]]:
    """All rows of all tables."""
    with ledger.read() as tx:
        tables = sa.inspect(tx.connection()).get_table_names()
        return {name: sorted(map(str, tx.execute(sa.text(f"SELECT * FROM {name}")))) for name in tables}


def test_the_command_prints_one_line_and_ends_with_0(tmp_path: Path) -> None:
    """Without a terminal; the taken port is passed over; the page answers."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        process = subprocess.Popen(
            [sys.executable, "-m", "bot", "demo", "--port", str(port)],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path,
        )  # fmt: skip
        assert process.stdout
        line = process.stdout.readline()
        found = re.fullmatch(r"Makegood demo: open (http://127\.0\.0\.1:(\d+)/)  — Ctrl-C stops it\n", line)
        assert found, line + process.communicate(timeout=30)[1]
        assert int(found[2]) != port
        with urllib.request.urlopen(found[1], timeout=30) as page:
            assert page.status == 200
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (0, "", "")
    assert list(tmp_path.iterdir()) == []


def _person(tx: Session, demo: Demo, user: str) -> Person:
    found = people.viewer(tx, demo.box.seed.team_id, user)
    assert found
    return found


def _next_working_morning(now: datetime) -> datetime:
    """Ten o'clock on the next day from Monday to Friday: every brief of that morning is due by then."""
    day = now + timedelta(days=1)
    while day.weekday() > 4:
        day += timedelta(days=1)
    return day.replace(hour=10, minute=0, second=0)


def test_the_next_review(demo: Demo) -> None:
    """Acme has held a review and has the next one before it. *Next review* moves the clock there, past its digest."""
    with demo.makegood.ledger.read() as tx:
        eva = _person(tx, demo, "U0EVA")
        account = accounts.named(tx, eva, ACME)
        assert account is not None
        last = reviews.last_held(tx, eva, account)
        assert last is not None
        assert len(reviews.decisions(tx, eva, last)) == 3
        assert len(reviews.scores_of(tx, last)) == 4
    there = demo.box.clock.landmarks["Next review"]()
    assert there is not None
    demo.box.move_clock(there)
    told = demo.box.wait_for(lambda box: [m.text for m in box.messages("C0ACME") if "begins now" in m.text] or None)
    assert len(told) == 1
    with demo.makegood.ledger.read() as tx:
        kinds = tx.scalars(sa.select(Outbox.kind).where(Outbox.channel == "C0ACME", Outbox.state == "sent")).all()
    assert OutboxKind.REVIEW_DIGEST in kinds
