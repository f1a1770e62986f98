"""A list that a person asks for: whose, at which account, of which side, when, or with which words."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from handlers import ids
from handlers.commitments import lists
from handlers.plan import pages
from handlers.slack import blocks as b
from handlers.slack.refs import Ref, ViewName, count, outdated
from handlers.slack.words import escape, shortened
from store import accounts, commitments, people
from store.commitments import Wanted, When
from store.rules.calendar.brief_times import local_day
from store.rules.text import quoted
from store.tables import Side

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from slackblocks import Block
    from sqlalchemy.orm import Session

    from store.commitments import Page
    from store.tables import Account, Commitment, Person

# Characters of a search. The value of an entry in a "…" menu, which carries them, has at most 150.
TEXT_LIMIT = 60
_SIDES = {Side.OURS: "we owe", Side.THEIRS: "they owe us"}
_WHEN = {
    When.OVERDUE: "overdue",
    When.TODAY: "due by today",
    When.WEEK: "due by the end of this week",
    When.TOMORROW: "due tomorrow",
    When.NEXT_WEEK: "due next week",
    When.BLOCKED: "blocked",
    When.MOVED: "moved and still open",
    When.MOVED_THIS_WEEK: "moved this week and still open",
    When.DONE: "done or cancelled",
    When.ALL: "open and ended",
}
_EMPTY = {
    When.OVERDUE: "Nothing is overdue. Well kept.",
    When.TODAY: "Nothing is due today.",
    When.WEEK: "Nothing is due this week.",
    When.TOMORROW: "Nothing is due tomorrow.",
    When.NEXT_WEEK: "Nothing is due next week.",
    When.BLOCKED: "Nothing is blocked.",
    When.MOVED: "Nothing that is open has another date than at first.",
    When.MOVED_THIS_WEEK: "Nothing that is open was moved this week.",
    When.DONE: "Nothing was done or cancelled yet.",
    When.ALL: "Nothing was ever promised here.",
}
# The pages of a list, by the id of the button that leads there.
_PAGES = ((ids.PAGE_OPEN, "Open", When.OPEN), (ids.PAGE_DONE, "Done", When.DONE), (ids.PAGE_ALL, "All", When.ALL))


# Parts of the text that says a list.
_PARTS = 5


def ref_to(wanted: Wanted) -> Ref:
    """The reference to the list, for the buttons in it."""
    those = (str(number or "") for number in (wanted.owner_id, wanted.account_id))
    view = ViewName.GROUPED if wanted.by_account else ViewName.LIST
    return Ref(view=view, extra=".".join([*those, wanted.side or "", wanted.when, wanted.text[:TEXT_LIMIT]]))


def _wanted(ref: Ref) -> Wanted:
    parts = ref.extra.split(".", 4)
    if len(parts) != _PARTS:
        raise outdated()
    owner, account, side, when, text = parts
    try:
        return Wanted(
            count(owner) if owner else None,
            count(account) if account else None,
            Side(side) if side else None,
            When(when),
            text,
            by_account=ref.view == ViewName.GROUPED,
        )
    except ValueError:
        raise outdated() from None


def draw(tx: Session, viewer: Person, ref: Ref, now: datetime) -> list[Block]:
    """The page of the list that begins at `ref.start`."""
    return shown(tx, viewer, _wanted(ref), now, start=ref.start)


def shown(tx: Session, viewer: Person, wanted: Wanted, now: datetime, *, start: int = 0) -> list[Block]:
    """The page of that list which begins at `start`."""
    account = None if wanted.account_id is None else accounts.get(tx, viewer, wanted.account_id)
    # The account may have been merged into another one.
    wanted = replace(wanted, account_id=account.id if account else None)
    today, page = local_day(now, viewer.zone), _page(tx, viewer, wanted, now, start)
    title, relations = _title(tx, viewer, wanted, account), commitments.relations(tx, viewer, page.items, now)
    rows = lists.page_of(
        page, viewer, relations, today, title=title, empty=_empty(wanted, viewer), view=ref_to(wanted),
        heading=_heading(wanted, viewer), switch=[_switch(wanted)],
        with_account=account is None and not wanted.by_account,
    )  # fmt: skip
    if account is not None and wanted.is_of_account:
        rows.append(b.actions(*pages.buttons(account)))
    return rows


def page_of(tx: Session, viewer: Person, ref: Ref, now: datetime) -> Page:
    """The commitments of the page of the list that begins at `ref.start`."""
    return _page(tx, viewer, _wanted(ref), now, ref.start)


def _page(tx: Session, viewer: Person, wanted: Wanted, now: datetime, start: int) -> Page:
    today = local_day(now, viewer.zone)
    week_ends = people.working_days(viewer).last_day_of_week(today)
    return commitments.listed(tx, viewer, wanted, today=today, week_ends=week_ends, start=start, size=lists.PAGE)


def _heading(wanted: Wanted, viewer: Person) -> Callable[[Commitment], str] | None:
    """The words above the neighbours in a list that has several parts."""
    if wanted.by_account:
        return lambda one: escape(one.account.name) if one.account else "Without an account"
    if wanted.is_of_account:
        return lambda one: "They owe us" if one.side == Side.THEIRS else "We owe"
    if wanted.is_trouble_of_all:
        return lambda one: "Yours" if one.owner_id == viewer.id else "Of colleagues"
    return None


def _empty(wanted: Wanted, viewer: Person) -> str:
    if wanted.text:
        return "Nothing says this." if wanted.when else "Nothing that is open says this."
    if wanted == Wanted(owner_id=viewer.id):
        return "Nothing is open. `/commit` records the next promise."
    if wanted.is_of_account and not wanted.when:
        return "Neither side owes the other anything that is recorded here."
    return _EMPTY.get(wanted.when, "Nothing is open.")


def _switch(wanted: Wanted) -> Block:
    """The buttons to the pages of what is open, of what is done, and of both; the present one stands out. And, unless
    the list is that of one account, the one that groups it otherwise.
    """
    pages = [
        b.button(
            text, action_id, ref_to(replace(wanted, when=when)).encode(),
            style="primary" if when == wanted.when else None,
        )
        for action_id, text, when in _PAGES
    ]  # fmt: skip
    other = ref_to(replace(wanted, by_account=not wanted.by_account)).encode()
    group = b.button("By date" if wanted.by_account else "By account", ids.PAGE_GROUPS, other)
    return b.actions(*pages, *([group] if wanted.account_id is None else []))


def _title(tx: Session, viewer: Person, wanted: Wanted, account: Account | None) -> str:
    """“Ana Silva · Acme · they owe us · overdue”."""
    parts = []
    if wanted.owner_id is not None:
        parts.append("Yours" if wanted.owner_id == viewer.id else people.name_of(tx, viewer, wanted.owner_id))
    parts += [account.name] if account is not None else []
    parts += [_SIDES[wanted.side]] if wanted.side else []
    parts += [_WHEN[wanted.when]] if wanted.when else []
    parts += [quoted(shortened(wanted.text, TEXT_LIMIT))] if wanted.text else []
    title = " · ".join(parts) or "Everything that is open"
    return title[:1].upper() + title[1:]
