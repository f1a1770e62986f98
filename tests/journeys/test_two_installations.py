"""Two installations, each with the token of its own workspace, on one database: neither touches the other's rows."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from sandbox import NORTHWIND
from tests.journeys.conftest import open_town

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.bot.conftest import Log
    from tests.journeys.conftest import BotInWorkspace

pytestmark = pytest.mark.both_databases

ACME = replace(NORTHWIND, team_id="T0ACME", team_name="Acme", bot_user_id="U0ACMEBOT")


@contextmanager
def two_towns(database_url: str) -> Iterator[tuple[BotInWorkspace, BotInWorkspace]]:
    with open_town(database_url) as one, open_town(database_url, seed=ACME) as other:
        yield one, other


def test_each_delivers_its_own(database_url: str) -> None:
    """Notices and briefs of a workspace are planned and posted by the process that has its token, in any order."""
    with two_towns(database_url) as (one, other):
        one.receipt("U0EVA", "@ana send it by tomorrow")
        other.receipt("U0EVA", "@ana call them by tomorrow")
        other.settled()
        assert ([len(town.box.dm("U0ANA")) for town in (one, other)]) == [0, 1]
        one.settled()
        assert [len(town.box.dm("U0ANA")) for town in (one, other)] == [1, 1]
        for town in (one, other):
            town.move(2026, 11, 24, 8, 45)
        one.makegood.tick()
        assert {row.workspace_id for row in one.outbox("brief")} == one.makegood.served()
        other.jump(2026, 11, 24, 8, 45)
        one.settled()
        assert [len(town.box.dm("U0ANA")) for town in (one, other)] == [2, 2]
        assert {row.state for row in one.outbox()} == {"sent"}


def test_a_start_says_which_workspaces_it_does_not_serve(database_url: str, log: Log) -> None:
    """Messages of other workspaces wait for a process with their token, and the log names the team."""
    with two_towns(database_url) as (one, other):
        one.receipt("U0EVA", "@ana send it by tomorrow")
        other.makegood.connect()
        (said,) = log.events("workspaces_not_served")[-1:]
        assert said["teams"] == ["T0NORTHWIND"]
        assert said["waiting"] == 1
        other.settled()
        assert one.outbox("assigned")[0].state == "pending"
