"""White space: a heat map of our offerings (rows) and the client's units (columns), by symbol and colour."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from handlers.pictures.drawing import AMBER, GREEN, INK, PAPER, QUIET, RED, WIDTH, Picture, draw, fitted, width_of
from handlers.slack.words import plural

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# More than these are counted, not drawn.
_OFFERINGS, _UNITS = 12, 10
_LEFT, _RIGHT = 116, 6
_WIDEST = 68
# Narrower columns have their headings upright, and no values.
_FLAT = 52
_HEADING = 72
_ROW, _ROW_WITH_VALUE = 24, 32


class Share(StrEnum):
    """The state of a cell: a unit *has* the offering, could have it, has a competitor's, or will never buy it."""

    HAS = "has"
    OPEN = "open"
    COMPETITOR = "competitor"
    NEVER = "never"


@dataclass(frozen=True)
class _Look:
    symbol: str
    fill: str
    ink: str
    words: str


_LOOKS = {
    Share.HAS: _Look("✓", GREEN, PAPER, "has it"),
    Share.OPEN: _Look("○", AMBER, INK, "open"),
    Share.COMPETITOR: _Look("✕", "#f7d4d1", RED, "a competitor has it"),
    Share.NEVER: _Look("–", "#e4e8e9", QUIET, "never"),
}
_UNKNOWN = _Look("?", PAPER, QUIET, "not known yet")


@dataclass(frozen=True)
class Cell:
    """The state of an offering in a unit; `value` is an amount a year, short: “120k”."""

    share: Share
    value: str = ""


def white_space(
    account: str, offerings: Sequence[str], units: Sequence[str], cells: Mapping[tuple[int, int], Cell]
) -> Picture:
    """The heat map. `cells` are by the positions of offering and unit; a missing one is not known yet.

    The first 12 offerings and 10 units are drawn, and the picture says how many more there are.
    """
    title = f"White space of {account}"
    more = [
        plural(len(names) - limit, f"more {noun}")
        for names, limit, noun in ((offerings, _OFFERINGS, "offering"), (units, _UNITS, "unit"))
        if len(names) > limit
    ]
    note = f"Not in the picture: {' and '.join(more)}" if more else ""
    rows, columns = offerings[:_OFFERINGS], units[:_UNITS]
    wide = min(_WIDEST, (WIDTH - _LEFT - _RIGHT) / max(len(columns), 1))
    upright = wide < _FLAT
    longest = max((width_of(fitted(each, _HEADING, 9.5), 9.5) for each in columns), default=0)
    top = round(30 + (longest if upright else 14))
    words = tuple(_line(offering, number, units, cells) for number, offering in enumerate(offerings))
    tall = _ROW if upright else _ROW_WITH_VALUE
    drawn = [
        (row, column, "" if upright or cell is None else cell.value, _look(cell))
        for row in range(len(rows))
        for column in range(len(columns))
        for cell in [cells.get((row, column))]
    ]
    bottom = top + tall * max(len(rows), 1)
    svg = draw(
        "white_space.svg",
        name="white-space",
        title=title,
        words=words or ("No offerings yet",),
        heading=fitted(title, WIDTH - 20, 13),
        rows=[fitted(each, _LEFT - 12, 10.5) for each in rows],
        columns=[fitted(each, _HEADING if upright else wide - 4, 9.5) for each in columns],
        cells=drawn,
        legend=_legend(bottom + 10),
        note=note,
        left=_LEFT,
        top=top,
        wide=wide,
        tall=tall,
        upright=upright,
        bottom=bottom,
        height=bottom + (62 if note else 46),
    )
    return Picture(svg, title, (*words, note) if note else words)


def _look(cell: Cell | None) -> _Look:
    return _LOOKS[cell.share] if cell else _UNKNOWN


def _legend(top: float) -> list[tuple[float, float, _Look]]:
    """Each state with its place: the words of a state begin at a multiple of a third of the width."""
    looks = [*_LOOKS.values(), _UNKNOWN]
    return [(6 + (index % 3) * 126, top + (index // 3) * 17, look) for index, look in enumerate(looks)]


def _line(offering: str, row: int, units: Sequence[str], cells: Mapping[tuple[int, int], Cell]) -> str:
    """An offering in words: “Monitoring: has it Retail (40k); open Logistics (120k), Lyon”."""
    by_share: dict[Share, list[str]] = {}
    for column, unit in enumerate(units):
        if cell := cells.get((row, column)):
            by_share.setdefault(cell.share, []).append(f"{unit} ({cell.value})" if cell.value else unit)
    known = [f"{_LOOKS[share].words} {', '.join(by_share[share])}" for share in Share if share in by_share]
    return f"{offering}: {'; '.join(known) or 'not known yet'}"
