"""The first morning of a new ledger: nothing is told on before its owner was told."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.journeys.reading import briefs, numbers
from tests.journeys.working_lives import account, away, of

if TYPE_CHECKING:
    from tests.journeys.conftest import BotInWorkspace

LONG_AGO = datetime(2026, 10, 5, 10, 0, tzinfo=UTC)
PEOPLE = ("U0EVA", "U0ADA", "U0ANA", "U0BEN")


@pytest.mark.both_databases
@pytest.mark.parametrize("ana", ["here", "away"])
def test_an_owner_hears_before_the_lead_does(town: BotInWorkspace, ana: str) -> None:
    """Weeks after items of Ana and Ben fell due, everybody's first brief comes. The lead reads of none of them on that
    morning, and on the next one of those whose owner was told.
    """
    acme = account(town, "U0ADA")
    for owner in ("U0ANA", "U0BEN"):
        town.has_recorded("U0EVA", (owner, f"of {owner}", "2026-10-12"), account=acme, at=LONG_AGO)
    town.has_recorded("U0EVA", ("U0ADA", "of the lead", "2026-10-12"), account=acme, at=LONG_AGO)
    for user in PEOPLE:
        of(town, user, zone="Europe/Berlin")
    if ana == "away":
        away(town, "U0ANA", date(2026, 11, 23), date(2026, 11, 25))
    heard: dict[tuple[str, int], date] = {}
    day = date(2026, 11, 24)
    for _ in range(8):
        town.jump(day.year, day.month, day.day, 8, 45)
        for user in PEOPLE:
            for brief in briefs(town, user):
                for number in numbers(brief.blocks):
                    heard.setdefault((user, number), day)
        day += timedelta(days=1)
    assert heard["U0BEN", 2] == date(2026, 11, 24)
    assert heard["U0ADA", 2] > heard["U0BEN", 2]
    assert heard["U0ADA", 2] == date(2026, 11, 25)
    assert heard["U0ADA", 1] > heard["U0ANA", 1] if ana == "here" else ("U0ADA", 1) in heard
    assert heard["U0ADA", 3] == date(2026, 11, 24)
