"""A small organisation lives with the program: nobody is forgotten, nobody is pestered."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.simulation import year

if TYPE_CHECKING:
    from pathlib import Path

    from tests.simulation.observed import Findings


def lived(tmp_path: Path, seed: int, people: int, commitments: int, months: int) -> Findings:
    """That span of time, in which nothing went wrong."""
    done, found = year.live(
        f"sqlite:///{tmp_path}/year.db", seed=seed, people=people, commitments=commitments, months=months
    )
    assert (found.missed, found.outside, found.closed, found.doubled, found.unannounced) == ([], [], [], [], [])
    assert done.refused == []
    return found


# Watching every line of it takes longer than living it.
@pytest.mark.no_cover
@pytest.mark.parametrize(
    ("seed", "people", "commitments", "months", "at_least"),
    [
        pytest.param(5, 12, 30, 1, (10, 30, 4, 1), id="a month of twelve"),
        pytest.param(1, 12, 60, 3, (15, 50, 5, 1), id="a quarter of twelve", marks=pytest.mark.slow),
        pytest.param(1, 60, 900, 12, (400, 1500, 100, 50), id="a year of sixty", marks=pytest.mark.slow),
    ],
)
def test_nobody_is_forgotten_or_pestered(
    tmp_path: Path, seed: int, people: int, commitments: int, months: int, at_least: tuple[int, ...]
) -> None:
    """Due items were mentioned before; no message outside working hours, about something ended, or twice on one
    occasion; nobody is escalated without a word before.
    """
    counts = lived(tmp_path, seed, people, commitments, months).counts
    # It did happen: a test of nothing would pass as well.
    happened = tuple(counts[name] for name in ("mentioned in time", "brief", "notice", "escalations"))
    assert all(map(int.__ge__, happened, at_least)), happened
