"""`makegood explain`: about a number, on a day, in one of several workspaces, and what is wrong with a question."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from bot.why import about
from store import commitments, workspaces
from store.commitments import Draft
from store.errors import LedgerError
from store.tables import Commitment, Person
from tests.bot.command_line import makegood
from tests.conftest import NOW, SmallTeam


@pytest.fixture
def promised(office: SmallTeam) -> SmallTeam:
    """Ana owns #1, due on Friday 4 December 2026."""
    with office.ledger.begin() as tx:
        ana = office.person(tx, "ana")
        draft = Draft("send the <!channel> price", ana, date(2026, 12, 4))
        commitments.record(tx, ana, draft, origin_key="1", now=NOW - timedelta(days=7))
    return office


@pytest.mark.parametrize("number", ["1", "#1", " #1 "])
def test_next(promised: SmallTeam, number: str) -> None:
    """The answer names the commitment, the person, and the time of its next mention in the person's own zone."""
    what, when = about(promised.ledger, number, NOW, on=None, team_id=None)
    assert what == "#1 “send the <!channel> price”, due 2026-12-04"
    assert when.startswith("Ana Souza (its owner) hears of it next on Friday 27 November 2026 at 09:")
    assert "(Europe/Berlin)" in when


def test_on_a_day(promised: SmallTeam) -> None:
    """Why nothing is said on a Saturday."""
    said = about(promised.ledger, "1", NOW, on=date(2026, 11, 28), team_id="T0NORTHWIND")
    assert said[1:] == [
        "Ana Souza (its owner) hears nothing of it on Saturday 28 November 2026: it is a day off for them."
    ]


@pytest.mark.parametrize(
    ("number", "team", "why"),
    [
        ("2", None, "no commitment #2"),
        ("twelve", None, "not the number of a commitment"),
        ("1", "T404", "no workspace T404"),
    ],
)
def test_in_words(promised: SmallTeam, number: str, team: str | None, why: str) -> None:
    """A question that cannot be answered gets an error in words."""
    with pytest.raises(LedgerError, match=why):
        about(promised.ledger, number, NOW, on=None, team_id=team)


def test_several_workspaces(promised: SmallTeam) -> None:
    """One of them has to be named."""
    with promised.ledger.begin() as tx:
        workspaces.ensure(tx, team_id="T2", name="Other", now=NOW)
    with pytest.raises(LedgerError, match=r"T0NORTHWIND .Northwind Software., T2 .Other."):
        about(promised.ledger, "1", NOW, on=None, team_id=None)
    with pytest.raises(LedgerError, match="no commitment #1"):
        about(promised.ledger, "1", NOW, on=None, team_id="T2")
    assert about(promised.ledger, "1", NOW, on=None, team_id="T0NORTHWIND")


def test_as_a_command(promised: SmallTeam, environment: pytest.MonkeyPatch) -> None:
    """It prints the sentences; an unknown number ends with status 1 and its words."""
    environment.setenv("DATABASE_URL", promised.ledger.url.render_as_string(hide_password=False))
    found = makegood("explain", "#1", "--on", "2026-11-28")
    assert (found.exit_code, found.output.count("\n")) == (0, 2), found.output
    assert "a day off" in found.output
    missing = makegood("explain", "99")
    assert (missing.exit_code, "no commitment #99" in missing.output) == (1, True)
    assert makegood("explain", "1", "--on", "soon").exit_code == 2


def test_a_terminal_obeys_no_name(promised: SmallTeam, environment: pytest.MonkeyPatch) -> None:
    """A person's name that an older version has kept moves no cursor, starts no line and closes no quotation."""
    with promised.ledger.begin() as tx:
        tx.execute(sa.update(Person).values(name="Ana\x1b[2J\u202e\x9bSouza\nDone."))
        tx.execute(sa.update(Commitment).values(action="send” it\nall", version=2))
    environment.setenv("DATABASE_URL", promised.ledger.url.render_as_string(hide_password=False))
    found = makegood("explain", "1", "--on", "2026-11-28")
    assert "#1 “send’ it all”" in found.output
    assert not {"\x1b", "\u202e", "\x9b"} & set(found.output)
    assert found.output.count("\n") == 2
