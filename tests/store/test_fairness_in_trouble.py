"""Pace and fairness while Slack fails, in a time of the test's own: nobody small waits long beside somebody big."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from store import outbox
from store.outbox import GRACE
from store.outbox.claiming import PACE
from store.tables import Outbox, Workspace
from tests.conftest import NOW
from tests.store.outbox_steps import BIG, chance, say, settle, take

if TYPE_CHECKING:
    from store.db import Ledger
    from store.outbox.claiming import Claimed

SECOND = timedelta(seconds=1)
SMALL = tuple(f"T0SMALL{n}" for n in range(4))
# The big workspace has nine tenths of all rows.
MANY, FEW = 108, 3


def teams_of(ledger: Ledger) -> dict[int, str]:
    with ledger.read() as tx:
        found = tx.execute(sa.select(Outbox.id, Workspace.team_id).join(Workspace, Workspace.id == Outbox.workspace_id))
        return {row[0]: row[1] for row in found}


@pytest.mark.parametrize("seed", [1, 2])
def test_a_small_workspace_hears_within_half_a_minute(ledger: Ledger, seed: int) -> None:
    """The big workspace is limited again and again, and a fifth of its answers are lost: small workspaces get all
    messages within thirty seconds, the pace holds for each, and in the end all are sent.
    """
    for number in range(MANY):
        say(ledger, BIG, f"p{number % 30}", at=NOW)
    for team in SMALL:
        for number in range(FEW):
            say(ledger, team, f"p{number}", at=NOW)
    teams, dice = teams_of(ledger), random.Random(seed)
    now, went, last = NOW, defaultdict[str, list[datetime]](list), dict[str, datetime]()
    while at := chance(ledger, now):
        now = max(now, at)
        claimed = take(ledger, now)
        if claimed is None:
            now += timedelta(milliseconds=5)
            continue
        team = teams[claimed.id]
        went[team].append(now)
        now += timedelta(milliseconds=60)
        if happens(ledger, claimed, now, dice.random() if team == BIG else 1.0):
            last[team] = now
    assert set(last) == {BIG, *SMALL}
    assert max(last[team] for team in SMALL) - NOW < timedelta(seconds=30)
    for moments in went.values():
        # A look that comes late may be followed sooner, never more often than the pace over any stretch.
        assert all(later > earlier for earlier, later in pairwise(moments))
        for first in range(len(moments) - 8):
            assert moments[first + 8] - moments[first] >= 7 * PACE
    with ledger.read() as tx:
        assert outbox.counts(tx) == {"sent": MANY + FEW * len(SMALL)}


def happens(ledger: Ledger, claimed: Claimed, now: datetime, luck: float) -> bool:
    """Carries out a random answer of Slack to a claimed row; returns whether the row is finished."""
    if luck < 0.05:
        until = now + 20 * SECOND
        settle(ledger, outbox.postpone, claimed, until=until, error="ratelimited", whole_workspace=True)
    elif luck < 0.2:
        settle(ledger, outbox.leave_unknown, claimed, error="timeout", now=now, grace=GRACE)
    else:
        return settle(ledger, outbox.mark_sent, claimed, channel="D", ts="1.0", now=now, apart=SECOND)
    return False
