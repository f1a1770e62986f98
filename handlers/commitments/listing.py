"""A list that a person asks for: whose, at which account, of which side, when, or with which words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.commitments import lists
from handlers.slack.refs import Ref, ViewName, count, outdated
from handlers.slack.words import shortened
from store import accounts, commitments, people
from store.commitments import Wanted, When
from store.rules.calendar.brief_times import local_day
from store.rules.text import quoted
from store.tables import Side

if TYPE_CHECKING:
    from datetime import datetime

    from slackblocks import Block
    from sqlalchemy.orm import Session

    from store.tables import Person

# Characters of a search. The value of an entry in a "…" menu, which carries them, has at most 150.
TEXT_LIMIT = 60
_SIDES = {Side.OURS: "we owe", Side.THEIRS: "they owe us"}
_WHEN = {
    When.OVERDUE: "overdue",
    When.TODAY: "due by today",
    When.WEEK: "due by the end of this week",
    When.DONE: "done in the last 30 days",
}
_EMPTY = {
    When.OVERDUE: "Nothing is overdue. Well kept.",
    When.TODAY: "Nothing is due today.",
    When.WEEK: "Nothing is due this week.",
    When.DONE: "Nothing was done in the last 30 days.",
}


def ref_to(wanted: Wanted) -> Ref:
    """The reference to the list, for the buttons in it."""
    ids = (str(number or "") for number in (wanted.owner_id, wanted.account_id))
    return Ref(view=ViewName.LIST, extra=".".join([*ids, wanted.side or "", wanted.when, wanted.text[:TEXT_LIMIT]]))


def _wanted(ref: Ref) -> Wanted:
    parts = ref.extra.split(".", 4)
    if len(parts) != len(Wanted.__dataclass_fields__):
        raise outdated()
    owner, account, side, when, text = parts
    try:
        return Wanted(
            count(owner) if owner else None,
            count(account) if account else None,
            Side(side) if side else None,
            When(when),
            text,
        )
    except ValueError:
        raise outdated() from None


def draw(tx: Session, viewer: Person, ref: Ref, now: datetime) -> list[Block]:
    """The page of the list that begins at `ref.start`."""
    wanted = _wanted(ref)
    today = local_day(now, viewer.zone)
    week_ends = people.working_days(viewer).last_day_of_week(today)
    page = commitments.listed(
        tx, viewer, wanted, now, today=today, week_ends=week_ends, start=ref.start, size=lists.PAGE
    )
    empty = _EMPTY.get(wanted.when, "Nothing is open.") if not wanted.text else "Nothing that is open says this."
    relations = commitments.relations(tx, viewer, page.items, now)
    return lists.page_of(page, viewer, relations, today, title=_title(tx, viewer, wanted), empty=empty, view=ref.at(0))


def _title(tx: Session, viewer: Person, wanted: Wanted) -> str:
    """“Ana Silva · Acme · they owe us · overdue”."""
    parts = []
    if wanted.owner_id is not None:
        parts.append("Yours" if wanted.owner_id == viewer.id else people.name_of(tx, viewer, wanted.owner_id))
    if wanted.account_id is not None:
        parts.append(accounts.get(tx, viewer, wanted.account_id).name)
    parts += [_SIDES[wanted.side]] if wanted.side else []
    parts += [_WHEN[wanted.when]] if wanted.when else []
    parts += [quoted(shortened(wanted.text, TEXT_LIMIT))] if wanted.text else []
    title = " · ".join(parts) or "Everything that is open"
    return title[:1].upper() + title[1:]
