"""Both sides of an account in Slack: the balance, its quarters and people, and the charts."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from handlers import ids
from handlers.energy import charts
from handlers.slack import blocks as b
from handlers.slack import natives
from handlers.slack.paging import turn
from handlers.slack.refs import Ref, ViewName
from handlers.slack.words import escape, shortened

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from slackblocks import Block, Element

    from handlers.pictures.chart import Chart
    from store.rules.energy import Balance, Energy, Quarter
    from store.tables import Account

TITLE = "Energy for energy"
# Slack takes two charts in a message. People and characters of a name.
PAGE, _PEOPLE, _NAME = 2, 10, 80


@dataclass(frozen=True)
class Shown:
    """The data of the view: `scores` are (day, points) of the self-checks, `names` those of the client's people."""

    account: Account
    energy: Energy
    scores: Sequence[tuple[date, int]]
    names: Mapping[int, str]


def page(shown: Shown, *, start: int) -> list[Block]:
    """The balance, the quarters, the people, and two of the charts from number `start` on."""
    account, energy = shown.account, shown.energy
    view = Ref(view=ViewName.ENERGY, start=start, extra=str(account.id))
    found = charts.charts(energy, shown.scores)
    return [
        b.section(
            f"*{escape(account.name)}: {TITLE}*\n{words(energy.account)}", accessory=ask(account, view, energy.account)
        ),
        *([] if energy.account.is_empty else [_quarters(energy.account)]),
        *_people(shown),
        *(block for one in found[start : start + PAGE] for block in with_figures(one)),
        *turn(view, start, len(found), PAGE),
        b.actions(b.button("The whole plan", ids.PLAN_OPEN, Ref(view=ViewName.PLAN, extra=str(account.id)).encode())),
    ]


def words(balance: Balance) -> str:
    """The balance and the debts, as markup."""
    return escape(" ".join(filter(None, [balance.words, balance.owed])))


def summary(balance: Balance, account: Account, view: Ref, title: str = TITLE) -> list[Block]:
    """The balance on another page, with the button that asks for something."""
    return [b.section(f"*{title}*\n{words(balance)}", accessory=ask(account, view, balance))]


def ask(account: Account, view: Ref, balance: Balance | None = None) -> Element:
    """The button that asks the client for something; it stands out where they owe us an answer to what we gave."""
    style: Literal["primary"] | None = "primary" if balance is not None and balance.asks else None
    return b.button("Ask for something", ids.ENERGY_ASK, view.to(account, account.id).encode(), style=style)


def open_button(account: Account) -> Element:
    """The button that opens the view."""
    return b.button("Both sides", ids.ENERGY_OPEN, Ref(view=ViewName.ENERGY, extra=str(account.id)).encode())


def _quarters(balance: Balance) -> Block:
    """A row for each quarter, the newest first."""
    pairs = reversed(list(zip(balance.ours.quarters, balance.theirs.quarters, strict=True)))
    rows = [
        (
            charts.quarter_words(ours.first), Decimal(ours.delivered), Decimal(ours.late), Decimal(theirs.delivered),
            Decimal(theirs.late),
        )
        for ours, theirs in pairs
    ]  # fmt: skip
    return natives.table("Deliveries", ["Quarter", "We", "of these late", "They", "of these late"], rows)


def _people(shown: Shown) -> list[Block]:
    """A line for each of the client's people, those who owe us an answer first."""
    found = sorted(
        shown.energy.people.items(),
        key=lambda one: (not one[1].asks, not one[1].gives, -one[1].ours.delivered, shown.names.get(one[0], "")),
    )
    lines = [
        f"• *{escape(shortened(shown.names.get(person, '?'), _NAME))}*: {words(balance)}"
        for person, balance in found[:_PEOPLE] if not balance.is_empty
    ]  # fmt: skip
    more = [f"and {len(found) - _PEOPLE:,} more"] if len(found) > _PEOPLE else []
    return [b.section("\n".join(["*With each person*", *lines, *more]))] if lines else []


def with_figures(chart: Chart) -> list[Block]:
    """A chart with its figures in the text, which stay where Slack refuses the chart."""
    drawn = charts.native(chart)
    return [b.section(figures(chart)), *([drawn] if drawn is not None else [])]


def kept(ours: Sequence[Quarter], theirs: Sequence[Quarter]) -> list[Block]:
    """The chart of the promises kept on time, with its figures; nothing where only one quarter is known."""
    chart = charts.kept(ours, theirs)
    return with_figures(chart) if charts.native(chart) is not None else []


def figures(chart: Chart) -> str:
    """The figures of a chart, as markup."""
    return "\n".join([f"*{escape(chart.title)}*", *(escape(line) for line in chart.words)])
