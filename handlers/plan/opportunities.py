"""Opportunities: their words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers import ids
from handlers.plan.buyers import of_one
from handlers.plan.values import money
from handlers.plan.views import Plan, Words
from handlers.slack import blocks as b
from handlers.slack.refs import Ref, ViewName
from handlers.slack.words import escape, plural, short_date
from store.plan import section
from store.plan.buyers import SECTION as BUYERS
from store.plan.opportunities import SECTION, STAGES, enough, is_open
from store.rules.calendar.brief_times import local_day
from store.rules.text import quoted
from store.tables import Subject

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from slackblocks import Block
    from sqlalchemy.orm import Session

    from handlers.slack.natives import Cell
    from store.plan.opportunities import Enough
    from store.tables import Opportunity, Person

# Objectives that the head of the section names, and characters of such a name.
_OBJECTIVES, _NAME = 3, 60
# Buyers that the details of an opportunity show.
_BUYERS = 10
_STAGES = {stage: words[0].lower() + words[1:] for stage, words in STAGES}


def _line(row: Opportunity, today: date) -> str:
    parts = [f"*{escape(row.name)}*", _STAGES[row.stage]]
    if row.offering:
        parts.append(escape(row.offering.name))
    if row.value is not None:
        parts.append(escape(money(row.value, row.account.currency)))
    if row.expected_on and is_open(row):
        late = ", which has passed" if row.expected_on < today else ""
        parts.append(f"expected {short_date(row.expected_on)}{late}")
    if row.owner:
        parts.append(escape(row.owner.name))
    return "  ·  ".join(parts)


_COLUMNS = ("Opportunity", "Stage", "Value", "Expected", "Owner")


def _table(rows: Sequence[Opportunity], _today: date) -> tuple[Sequence[str], Sequence[Sequence[Cell]]]:
    return _COLUMNS, [
        (
            row.name, _STAGES[row.stage], row.value, short_date(row.expected_on) if row.expected_on else None,
            row.owner.name if row.owner else None,
        )
        for row in rows
    ]  # fmt: skip


def _head(plan: Plan) -> str:
    """Enough? For each objective that shall grow, whether its open opportunities are."""
    rows = plan.live(SECTION.kind)
    found = enough(plan.live(Subject.OBJECTIVE), rows)
    lines = [_enough(one, plan.account.currency) for one in found[:_OBJECTIVES]]
    lines += [f"and {plural(len(found) - _OBJECTIVES, 'more objective')}"] if len(found) > _OBJECTIVES else []
    served = {one.objective.id for one in found}
    rest = sum(is_open(row) and row.objective_id not in served for row in rows)
    if found and rest:
        lines.append(
            f"{plural(rest, 'open opportunity')} {'serves' if rest == 1 else 'serve'} none of these objectives."
        )
    return "\n".join(lines)


def _enough(one: Enough, currency: str | None) -> str:
    """“⚠️ Not enough for “Roll out”: 1 open, worth 40,000 EUR; 120,000 EUR are missing.”"""
    mark, words = (":white_check_mark:", "Enough") if one.is_enough else (":warning:", "Not enough")
    worth = f", worth {money(one.value, currency)}" if one.value else ""
    missing = f"; {money(one.missing, currency)} are missing to the target" if one.missing is not None else ""
    name = quoted(one.objective.name or "", _NAME)
    return f"{mark} {words} for {escape(name)}: {one.number or 'none'} open{escape(worth + missing)}."


def _more(tx: Session, viewer: Person, row: Opportunity, now: datetime) -> list[Block]:
    """The client's people in it, with their roles."""
    rows = section.of_account(tx, viewer, BUYERS, row.account, today=local_day(now, viewer.zone))
    those = [one for one in rows if one.opportunity_id == row.id and one.archived_at is None]
    lines = [f"• {of_one(one)}" for one in those[:_BUYERS]]
    more = [f"and {len(those) - _BUYERS} more"] if len(those) > _BUYERS else []
    text = "\n".join(["*Buyers*", *lines, *more] if those else ["*Buyers*", "Nobody yet. Who decides, and who pays?"])
    ref = Ref(Subject.BUYER, view=ViewName.SECTION, extra=str(row.account_id)).encode()
    return [b.section(text, accessory=b.button("Open", ids.SECTION_OPEN, ref, label="Open the buyers"))]


WORDS = Words(
    SECTION,
    empty="None yet. What do they need next that we could sell them?",
    line=_line,
    table=_table,
    head=_head,
    more=_more,
    beside=(Subject.OBJECTIVE,),
    expects=lambda row, _today: is_open(row),
)
