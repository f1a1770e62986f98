"""The figures of an account's promises as charts: for Slack, for a page, as words and as a file for a spreadsheet."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from typing import TYPE_CHECKING

from handlers.pictures.balance import Row, balance
from handlers.pictures.chart import Chart
from handlers.slack import natives
from store.rules.calendar.working_days import DAY
from store.rules.kept import quarter_after
from store.rules.text import one_line
from store.tables import Habit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from slackblocks import Block

    from handlers.pictures.drawing import Picture
    from store.rules.energy import Balance, Energy, Quarter

WE, THEY = "We", "They"
_BEST = 4 * len(Habit)
# The mark by which a spreadsheet knows UTF-8, and the characters with which a formula begins.
_MARK, _FORMULA = "\ufeff", ("=", "+", "-", "@", "\t", "\r")
# A line has two points at least.
_ENOUGH = 2


def charts(energy: Energy, scores: Sequence[tuple[date, int]]) -> list[Chart]:
    """The charts that have something to show. `scores`: the day and the points of each self-check, the oldest first."""
    ours, theirs = energy.account.ours.quarters, energy.account.theirs.quarters
    quarters = [quarter_words(one.first) for one in ours]
    found = [
        kept(ours, theirs),
        Chart(
            "Promises of this quarter", [f"{one.day.day} {one.day:%b}" for one in energy.course],
            {"Done": [one.done for one in energy.course], "Promised": [one.promised for one in energy.course]},
        ),
        Chart("Dates moved, by quarter", quarters, {WE: _slips(ours), THEY: _slips(theirs)}),
        self_check(scores),
    ]  # fmt: skip
    return [one for one in found if has_news(one)]


def kept(ours: Sequence[Quarter], theirs: Sequence[Quarter]) -> Chart:
    """The rate of promises kept on time, by quarter and side."""
    quarters = [quarter_words(one.first) for one in ours]
    return Chart("Promises kept on time, by quarter", quarters, {WE: _rates(ours), THEY: _rates(theirs)}, " %", 100)


def self_check(scores: Sequence[tuple[date, int]]) -> Chart:
    """The trend of the self-checks."""
    days = [f"{day.day} {day:%b %y}" for day, _ in scores]
    return Chart(f"Self-check, of {_BEST}", days, {"Self-check": [score for _, score in scores]}, top=_BEST)


def has_news(chart: Chart) -> bool:
    """Whether the chart shows anything at all."""
    return not chart.is_empty and any(_numbers(chart))


def _numbers(chart: Chart) -> list[int]:
    """The values other than zero; of a rate also zero, which is bad news and no lack of news."""
    return [1 if chart.unit else value for values in chart.series.values() for value in values if value is not None]


def _rates(quarters: Iterable[Quarter]) -> list[int | None]:
    return [round(100 * one.kept.kept / one.kept.total) if one.kept.total else None for one in quarters]


def _slips(quarters: Iterable[Quarter]) -> list[int | None]:
    return [one.slips for one in quarters]


def quarter_words(first: date) -> str:
    """“Oct–Dec 26”, “Nov 25–Jan 26”: months, because fiscal years have different numbers in different companies."""
    last = quarter_after(first) - DAY
    return f"{first:%b}{'' if first.year == last.year else f'{first: %y}'}–{last:%b %y}"


def native(chart: Chart) -> Block | None:
    """The chart as a block of Slack; None if too little is known for a line.

    A line of Slack has a value at each point: the quarters before the first value are left out, and so is a line with a
    gap after that.
    """
    known = [any(values[place] is not None for values in chart.series.values()) for place in range(len(chart.points))]
    first = known.index(True) if True in known else 0
    whole = {
        name: [Decimal(one) for one in values[first:] if one is not None]
        for name, values in chart.series.items()
        if None not in values[first:]
    }
    if not whole or len(chart.points) - first < _ENOUGH:
        return None
    return natives.lines(f"{chart.title}{chart.unit and ', in %'}", chart.points[first:], whole)


def bars(account: str, of: Balance) -> Picture:
    """The balance of both sides as a picture."""
    pairs = zip(of.ours.quarters, of.theirs.quarters, strict=True)
    return balance(account, [
        Row(quarter_words(ours.first), (ours.on_time, ours.late), (theirs.on_time, theirs.late))
        for ours, theirs in pairs
    ])  # fmt: skip


# ---- for a spreadsheet ---------------------------------------------------------------------------------


def as_csv(energy: Energy, scores: Sequence[tuple[date, int]], names: Mapping[int, str]) -> str:
    """The figures as CSV: a line for each figure, side or person, and period. `names` has the client's people."""
    made = io.StringIO()
    sheet = csv.writer(made, lineterminator="\r\n")
    sheet.writerow(["Figure", "Of", "Period", "Value"])
    for side, given in ((WE, energy.account.ours), (THEY, energy.account.theirs)):
        for one in given.quarters:
            period = _period(one.first, one.first)
            numbers = {
                "Delivered on time": one.on_time, "Delivered late": one.late, "Due": one.kept.total,
                "Of these kept on time": one.kept.kept, "Dates moved": one.slips,
            }  # fmt: skip
            sheet.writerows([figure, side, period, number] for figure, number in numbers.items())
        sheet.writerow(["Owed", side, "now", given.owes])
        sheet.writerow(["Of these overdue", side, "now", given.overdue])
    for week in energy.course:
        sheet.writerow(["Promised this quarter", "Both", week.day.isoformat(), week.promised])
        sheet.writerow(["Done this quarter", "Both", week.day.isoformat(), week.done])
    sheet.writerows(["Self-check", WE, day.isoformat(), score] for day, score in scores)
    whole = _period(energy.account.ours.quarters[0].first, energy.account.ours.quarters[-1].first)
    for person, of in energy.people.items():
        name = _cell(names.get(person, ""))
        for side, given in (("us", of.ours), ("them", of.theirs)):
            sheet.writerow([f"Delivered by {side}", name, whole, given.delivered])
            sheet.writerow([f"Owed by {side}", name, "now", given.owes])
    return _MARK + made.getvalue()


def _period(first: date, last: date) -> str:
    """The days of the quarters from one first day to another."""
    return f"{first.isoformat()} – {(quarter_after(last) - DAY).isoformat()}"


def _cell(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    text = one_line(text)
    return f"'{text}" if text.startswith(_FORMULA) else text
