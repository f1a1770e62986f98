"""A chart of one or two lines over time, and the same as words: the figures of reviews."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from handlers.pictures.drawing import WIDTH, Picture, draw, fitted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_TOP, _HEIGHT, _BELOW = 60, 90, 38
_LEFT, _RIGHT = 30, 30
# The marks of the lines, in their order; a colour never stands alone.
_MARKS = ("square", "circle")
# As many names of points fit below the line.
_NAMES = 6
# The labels of a point, above and below it.
_ABOVE, _UNDER = -9, 17


@dataclass(frozen=True)
class Chart:
    """The values of each line for each of the `points`; None is not known. `unit` follows each value: “ %”.

    The scale goes from zero to `top`, or to the highest value.
    """

    title: str
    points: Sequence[str]
    series: Mapping[str, Sequence[int | None]]
    unit: str = ""
    top: int | None = None

    @property
    def is_empty(self) -> bool:
        return not any(value is not None for values in self.series.values() for value in values)

    @property
    def words(self) -> tuple[str, ...]:
        """A line for each series: “We: Apr–Jun 26 80 %, Jul–Sep 26 75 %”."""
        return tuple(
            f"{name}: {', '.join(known) or 'nothing yet'}"
            for name, values in self.series.items()
            for known in [[
                f"{point} {value}{self.unit}"
                for point, value in zip(self.points, values, strict=True) if value is not None
            ]]
        )  # fmt: skip


@dataclass(frozen=True)
class _Point:
    x: float
    y: float
    label: str
    label_y: float


@dataclass(frozen=True)
class _Line:
    name: str
    mark: str
    points: list[_Point]
    # The known points side by side, as SVG writes them: a gap parts two of these.
    parts: list[str]


def picture(chart: Chart, account: str, name: str) -> Picture:
    """The chart as a picture; `name` is unique on its page."""
    title = f"{chart.title}: {account}"
    step = (WIDTH - _LEFT - _RIGHT) / max(len(chart.points) - 1, 1)
    known = [value for values in chart.series.values() for value in values if value is not None]
    highest = max([chart.top or 1, *known])
    places = [round(_LEFT + place * step, 1) for place in range(len(chart.points))]
    heights = {
        series: [None if one is None else round(_TOP + _HEIGHT * (1 - one / highest), 1) for one in values]
        for series, values in chart.series.items()
    }
    lines = [_line(chart, series, mark, places, heights) for series, mark in zip(chart.series, _MARKS, strict=False)]
    each = -(-len(chart.points) // _NAMES)
    last = len(chart.points) - 1
    axis = [
        (places[place], fitted(point, each * max(step, 60), 10), _anchor(place, last))
        for place, point in enumerate(chart.points) if (last - place) % each == 0
    ]  # fmt: skip
    svg = draw(
        "chart.svg", name=name, title=title, words=chart.words, heading=fitted(chart.title, WIDTH - 20, 13),
        lines=lines, axis=axis, base=_TOP + _HEIGHT, height=_TOP + _HEIGHT + _BELOW,
    )  # fmt: skip
    return Picture(svg, title, chart.words)


def _anchor(place: int, last: int) -> str:
    return "middle" if 0 < place < last or not last else "start" if place == 0 else "end"


def _line(
    chart: Chart, series: str, mark: str, places: Sequence[float], heights: Mapping[str, Sequence[float | None]]
) -> _Line:
    values, own = chart.series[series], heights[series]
    labelled = _labelled(values)
    points: list[_Point] = []
    parts: list[str] = []
    part = ""
    for place, (x, y) in enumerate(zip(places, own, strict=True)):
        if y is None:
            parts, part = [*parts, part], ""
            continue
        part += f"{x:g},{y:g} "
        others = [line[place] for name, line in heights.items() if name != series]
        # The label keeps away from the other line: below its own if the other one is above.
        under = any(one is not None and one < y for one in others) or (
            mark == _MARKS[1] and any(one == y for one in others)
        )
        label = f"{values[place]}{chart.unit}" if place in labelled else ""
        points.append(_Point(x, y, label, round(y + (_UNDER if under else _ABOVE), 1)))
    return _Line(series, mark, points, [one.strip() for one in (*parts, part) if one.count(",") > 1])


def _labelled(values: Sequence[int | None]) -> set[int]:
    """The points whose values are written: all of few, else the last of each six."""
    known = [place for place, value in enumerate(values) if value is not None]
    each = -(-len(known) // _NAMES) or 1
    return {place for number, place in enumerate(reversed(known)) if number % each == 0}
