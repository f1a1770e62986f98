"""The Home tab: commitments that are overdue, due this week or later, and those that the person waits for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from handlers import ids
from handlers.absences import views as absence_view
from handlers.commitments import items
from handlers.slack import blocks as b
from handlers.slack.paging import turn
from handlers.slack.refs import Ref, ViewName
from handlers.slack.words import full_date, plural

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slackblocks import Block

    from store.commitments import OpenItems
    from store.commitments.relations import Relations
    from store.tables import Absence, Commitment, Person

# Items on a page: two blocks for each item, and Slack's limit is 100 blocks a view.
PAGE = 20
SATURDAY = 5


@dataclass(frozen=True)
class Away:
    """A person's own present or next absence, and the absences of others for whom they stand in today."""

    own: Absence | None = None
    stands_in: Sequence[Absence] = ()


# The text for an outsider, also in place of messages from the time when they were a colleague.
CLOSED = "Makegood is for the members of this workspace. Ask your colleague here."


def closed() -> b.Json:
    """The Home tab of an outsider."""
    return b.home([b.section(CLOSED)])


def home(
    open_business: OpenItems, viewer: Person, relations: Relations, today: date, away: Away, *, start: int = 0
) -> b.Json:
    """The page of the Home tab that begins at item `start`, as a view for views.publish."""
    rows = _rows(open_business, today)
    start = min(start, max(0, (len(rows) - 1) // PAGE * PAGE))
    view = Ref(view=ViewName.HOME, start=start)
    blocks: list[Block] = [
        b.section(f"*{full_date(today)}*  ·  {_summary(rows)}"),
        *(absence_view.standing(away.own, viewer, today, view) if away.own else []),
        *absence_view.stands_in(away.stands_in),
        b.actions(
            b.button("New commitment", ids.OPEN_FORM, view.encode(), style="primary"),
            *([] if away.own else [absence_view.button(view)]),
            b.button("Accounts", ids.OPEN_ACCOUNTS, Ref(view=ViewName.ACCOUNTS).encode()),
            b.button("Settings", ids.OPEN_SETTINGS, view.encode()),
        ),
    ]
    if not rows:
        blocks.append(b.section("Nothing is open. What was promised in your last conversation?"))
    above = None
    for heading, commitment in rows[start : start + PAGE]:
        if heading != above:
            count = sum(other == heading for other, _ in rows)
            blocks += [b.divider(), b.header(f"{heading} ({count})")]
            above = heading
        blocks += items.item(commitment, viewer, relations, today, view)
    return b.home(blocks + turn(view, view.start, len(rows), PAGE))


def _rows(open_business: OpenItems, today: date) -> list[tuple[str, Commitment]]:
    # On Saturday and Sunday "This week" includes the coming week.
    sunday = today + timedelta(days=6 - today.weekday() + (7 if today.weekday() >= SATURDAY else 0))
    rows = [("You hold up", commitment) for commitment in open_business.held_up]
    for commitment in open_business.own:
        if commitment.due_on < today:
            rows.append(("Overdue", commitment))
        elif commitment.due_on <= sunday:
            rows.append(("This week", commitment))
        else:
            rows.append(("Later", commitment))
    return rows + [("What I wait for", commitment) for commitment in open_business.waiting]


def _summary(rows: list[tuple[str, Commitment]]) -> str:
    overdue = sum(heading == "Overdue" for heading, _ in rows)
    if not rows:
        return "nothing open"
    return f"{plural(len(rows), 'open commitment')}" + (f", {overdue} overdue" if overdue else "")
