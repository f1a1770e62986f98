"""Three years as lines: the client's revenue, and our sales to them, each on its own scale from zero."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from handlers.pictures.drawing import WIDTH, Picture, draw, fitted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# The newest years of a plan that are drawn.
_YEARS = 3
_PANEL, _TOP = 108, 30
_LEFT, _RIGHT = 48, 48
_SCALES = ((Decimal(10) ** 9, "bn"), (Decimal(10) ** 6, "m"), (Decimal(10) ** 3, "k"))
_DIGITS = 3
# In three digits this much of a scale is the scale: 999,600 is 1m.
_ROUNDED = Decimal("0.9995")


@dataclass(frozen=True)
class YearFigures:
    """The figures of a year in the account's currency; None is not known."""

    year: int
    revenue: Decimal | None = None
    sales: Decimal | None = None


def three_years(account: str, years: Sequence[YearFigures], currency: str | None = None) -> Picture:
    """The lines of the newest three years."""
    title = f"Three years of {account}"
    chosen = sorted(years, key=lambda each: each.year)[-_YEARS:]
    series = [
        ("Revenue of the client", "circle", [(each.year, each.revenue) for each in chosen]),
        ("Our sales to them", "square", [(each.year, each.sales) for each in chosen]),
    ]
    words = tuple(_words(name, values, currency) for name, _mark, values in series)
    panels = [
        _Panel(name, mark, _TOP + index * _PANEL, _points(values, _TOP + index * _PANEL))
        for index, (name, mark, values) in enumerate(series)
    ]
    svg = draw(
        "three_years.svg",
        name="years",
        title=title,
        words=words,
        heading=fitted(f"{title}, in {currency}" if currency else title, WIDTH - 20, 13),
        panels=panels,
        height=_TOP + len(series) * _PANEL,
    )
    return Picture(svg, title, words)


@dataclass(frozen=True)
class _Point:
    x: float
    y: float
    label: str
    growth: str
    year: int


@dataclass(frozen=True)
class _Panel:
    name: str
    mark: str
    top: int
    points: list[_Point]

    @property
    def line(self) -> str:
        return " ".join(f"{each.x:g},{each.y:g}" for each in self.points)


def _points(values: Sequence[tuple[int, Decimal | None]], top: int) -> list[_Point]:
    """A point for each known value, with the growth since the year before it."""
    known = [(index, year, value) for index, (year, value) in enumerate(values) if value is not None]
    lowest = min([Decimal(0), *(value for _, _, value in known)])
    span = max([Decimal(0), *(value for _, _, value in known)]) - lowest or Decimal(1)
    step = (WIDTH - _LEFT - _RIGHT) / max(len(values) - 1, 1)
    by_year = dict(values)
    return [
        _Point(
            _LEFT + index * step,
            round(top + 84 - 40 * float((value - lowest) / span), 1),
            compact(value),
            _growth(by_year.get(year - 1), value),
            year,
        )
        for index, year, value in known
    ]


def compact(amount: Decimal) -> str:
    """An amount in three digits, for a picture: “1.24bn”, “340k”, “-12.5m”, “950”."""
    for scale, name in _SCALES:
        if abs(amount) >= scale * _ROUNDED:
            value = amount / scale
            digits = max(_DIGITS - len(f"{abs(value):.0f}"), 0)
            text = f"{value:.{digits}f}"
            return f"{text.rstrip('0').rstrip('.') if '.' in text else text}{name}"
    return f"{amount:.0f}"


def _growth(before: Decimal | None, value: Decimal) -> str:
    if before is None or before <= 0:
        return ""
    return f"{(value - before) / before * 100:+.0f} %".replace("-", "\u2212")


def _words(name: str, values: Iterable[tuple[int, Decimal | None]], currency: str | None) -> str:
    known = [f"{year} {compact(value)}" for year, value in values if value is not None]
    unit = f" {currency}" if currency and known else ""
    return f"{name}{unit and f' in{unit}'}: {', '.join(known) or 'not known yet'}"
