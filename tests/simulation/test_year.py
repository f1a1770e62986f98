"""An organisation lives with the program: nobody is forgotten, nobody is pestered.

These are spans that fit into a run of all tests: a month of twelve people, and a quarter of sixty, which takes two or
three minutes. A whole year of sixty takes far longer, and is no test: `python -m tests.simulation.year`.
"""

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
    assert {name: wrong for name, wrong in found.faults.items() if wrong} == {}
    assert done.refused == []
    return found


# Watching every line of it takes longer than living it.
@pytest.mark.no_cover
@pytest.mark.parametrize(
    ("seed", "people", "commitments", "months", "at_least"),
    [
        pytest.param(5, 12, 30, 1, (10, 30, 4, 1), id="a month of twelve"),
        pytest.param(1, 60, 225, 3, (80, 500, 60, 8), id="a quarter of sixty", marks=pytest.mark.slow),
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
