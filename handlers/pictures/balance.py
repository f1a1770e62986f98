"""The balance of both sides as bars: our deliveries to the left, theirs to the right, a row for each quarter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from handlers.pictures.drawing import WIDTH, Picture, draw, fitted

if TYPE_CHECKING:
    from collections.abc import Sequence

_TOP, _ROW, _BAR = 62, 26, 16
# Room for the name of a quarter in the middle, and for a number at each end.
_MIDDLE, _END = 84, 30
_ROOM = (WIDTH - _MIDDLE) / 2 - _END
# Bars of a single delivery are no wider than this.
_MOST_FOR_ONE = 40


@dataclass(frozen=True)
class Row:
    """A quarter: the deliveries of our side and of theirs, each as (on time, late)."""

    quarter: str
    ours: tuple[int, int]
    theirs: tuple[int, int]


@dataclass(frozen=True)
class _Bar:
    """A bar with its two parts from the middle outwards, as (x, width), and the place of its number."""

    on_time: tuple[float, float]
    late: tuple[float, float]
    end: float
    count: int


@dataclass(frozen=True)
class _Line:
    quarter: str
    top: int
    bars: tuple[_Bar, _Bar]


def balance(account: str, rows: Sequence[Row]) -> Picture:
    """The bars of the quarters, the newest one at the top."""
    title = f"Who gives and who takes: {account}"
    most = max([1, *(sum(side) for row in rows for side in (row.ours, row.theirs))])
    scale = min(_ROOM / most, _MOST_FOR_ONE)
    newest = list(reversed(rows))
    lines = [
        _Line(row.quarter, _TOP + place * _ROW, (_bar(row.ours, -scale), _bar(row.theirs, scale)))
        for place, row in enumerate(newest)
    ]
    words = tuple(f"{row.quarter}: we delivered {_said(row.ours)}, they delivered {_said(row.theirs)}" for row in rows)
    svg = draw(
        "balance.svg", name="balance", title=title, words=words, heading=fitted(title, WIDTH - 20, 13), lines=lines,
        bar=_BAR, height=_TOP + len(lines) * _ROW + 6,
    )  # fmt: skip
    return Picture(svg, title, words)


def _said(side: tuple[int, int]) -> str:
    on_time, late = side
    return f"{on_time + late}{f' ({late} late)' if late else ''}"


def _bar(side: tuple[int, int], scale: float) -> _Bar:
    """The bar of a side; a negative scale draws it to the left."""
    on_time, late = side
    middle = WIDTH / 2 + (_MIDDLE / 2 if scale > 0 else -_MIDDLE / 2)
    joint, end = middle + on_time * scale, middle + (on_time + late) * scale
    return _Bar(_span(middle, joint), _span(joint, end), round(end + (6 if scale > 0 else -6), 1), on_time + late)


def _span(one: float, other: float) -> tuple[float, float]:
    return round(min(one, other), 1), round(abs(one - other), 1)
