"""A quarter of a small organisation, simulated and counted by bench/year.py: nobody is forgotten or pestered."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

BENCH = str(Path(__file__).parents[2] / "bench")


# Watching every line of a whole quarter takes longer than living it.
@pytest.mark.no_cover
def test_a_quarter_of_twelve_people(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What falls due was mentioned before; no message outside working hours, about something ended, or twice on one
    occasion; nobody is escalated without a word before; at most as many messages in a week as it has working days.
    """
    monkeypatch.setattr(sys, "path", [BENCH, *sys.path])
    import year

    lived, found = year.live(f"sqlite:///{tmp_path}/quarter.db", seed=1, people=12, commitments=60, months=3)
    assert (found.missed, found.outside, found.closed, found.doubled, found.unannounced) == ([], [], [], [], [])
    assert lived.refused == []
    assert max(found.messages) <= year.MOST_A_WEEK
    # It did happen: a test of nothing would pass as well.
    assert found.counts["mentioned in time"] >= 15
    assert found.counts["brief"] >= 50
    assert found.counts["notice"] >= 5
    assert found.counts["escalations"] >= 1
