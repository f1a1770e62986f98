"""The Home tab: what waits for a person, what they wait for, and the accounts."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from handlers import ids
from handlers.absences import views as absence_view
from handlers.accounts import views as account_views
from handlers.commitments import items
from handlers.home.look import Look, Tab
from handlers.slack import blocks as b
from handlers.slack import fields as f
from handlers.slack.paging import is_long, turn
from handlers.slack.refs import Ref, ViewName
from handlers.slack.words import escape, full_date, plural, shortened
from store.commitments import Group, Part
from store.tables import Side, State

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from slackblocks import Block, Element

    from store.accounts import Listing
    from store.commitments import OpenItems
    from store.commitments.relations import Relations
    from store.rules.signals import Health
    from store.tables import Absence, Commitment, Person

# Items on a page: a compact one takes one block, its heading another one, and Slack's limit is 100 blocks a view.
PAGE = 30
SATURDAY = 5
# Options of a menu, by Slack's limit.
_OPTIONS = 100
_ACTION = 100


_TABS = (
    (Tab.MINE, "My commitments", ids.HOME_MINE),
    (Tab.WAITING, "I wait for", ids.HOME_WAITING),
    (Tab.ACCOUNTS, "Accounts", ids.HOME_ACCOUNTS),
)
_GROUPS = {
    Group.HELD_UP: "You hold up",
    Group.OVERDUE: "Overdue",
    Group.WEEK: "This week",
    Group.LATER: "Later",
}
_NOTHING = {
    Tab.MINE: "Nothing is open. What was promised in your last conversation?",
    Tab.WAITING: "You wait for nothing. `/commit theirs: …` records what the client owes.",
}


@dataclass(frozen=True)
class Away:
    """A person's own present or next absence, and the absences of others for whom they stand in today."""

    own: Absence | None = None
    stands_in: Sequence[Absence] = ()


@dataclass(frozen=True)
class Shown:
    """The contents of the Home tab: the open business, what was `done` since it was opened, and on their tab the
    accounts with their `states`.
    """

    items: OpenItems
    relations: Relations
    away: Away = Away()
    done: Sequence[Commitment] = ()
    accounts: Listing | None = None
    states: Mapping[int, Health] = field(default_factory=dict)


# The text for an outsider, also in place of messages from the time when they were a colleague.
CLOSED = "Makegood is for the members of this workspace. Ask your colleague here."


def closed() -> b.Json:
    """The Home tab of an outsider."""
    return b.home([b.section(CLOSED)])


def week_ends(today: date) -> date:
    """The last day of "This week": on Saturday and Sunday that of the coming week."""
    return today + timedelta(days=6 - today.weekday() + (7 if today.weekday() >= SATURDAY else 0))


def home(shown: Shown, viewer: Person, today: date, look: Look) -> b.Json:
    """The Home tab, as a view for views.publish."""
    start = shown.accounts.start if shown.accounts else shown.items.page.start
    view = Ref(view=ViewName.HOME, start=start, extra=look.encode())
    away = shown.away
    blocks: list[Block] = [
        b.section(f"*{full_date(today)}*  ·  {_summary(shown.items)}"),
        *(absence_view.standing(away.own, viewer, today, view) if away.own else []),
        *absence_view.stands_in(away.stands_in),
        b.actions(
            b.button("New commitment", ids.OPEN_FORM, view.encode(), style="primary"),
            *([] if away.own else [absence_view.button(view)]),
            b.button("Settings", ids.OPEN_SETTINGS, view.encode()),
        ),
        b.actions(*_tabs(look, shown.items)),
    ]
    if shown.accounts:
        return b.home(blocks + account_views.listing(shown.accounts, viewer, shown.states, view))
    blocks += [block for one in shown.done for block in _done(one, view)]
    return b.home(blocks + _business(shown, viewer, today, look, view))


def with_page(page: Sequence[Block], look: Look) -> b.Json:
    """The Home tab with a page open on it, below the tabs."""
    return b.home([b.actions(*_tabs(look)), *page])


def _summary(found: OpenItems) -> str:
    total = sum(found.counts.values())
    if not total:
        return "nothing open"
    return plural(total, "open commitment") + (f", {found.overdue} overdue" if found.overdue else "")


def _tabs(look: Look, found: OpenItems | None = None) -> list[Element]:
    """The buttons of the tabs, with the numbers of what was `found`; the present one stands out. A tab opens without a
    filter.
    """
    row: list[Element] = []
    for tab, words, action_id in _TABS:
        there = Ref(view=ViewName.HOME, extra=Look(tab, look.by_account, since=look.since).encode())
        number = "" if tab == Tab.ACCOUNTS or found is None else f" ({found.counts.get(Part(tab), 0)})"
        row.append(
            b.button(f"{words}{number}", action_id, there.encode(), style="primary" if tab == look.tab else None)
        )  # fmt: skip
    return row


def _done(commitment: Commitment, view: Ref) -> list[Block]:
    words = escape(shortened(commitment.action, _ACTION))
    value = view.to(commitment, commitment.number).encode()
    reopen = b.button("Reopen", ids.REOPEN, value, label=f"Reopen: #{commitment.number}")
    return [b.section(f":white_check_mark: ~{words}~\n#{commitment.number} · done", accessory=reopen)]


def _business(shown: Shown, viewer: Person, today: date, look: Look, view: Ref) -> list[Block]:
    """The items of the tab under their headings, with what chooses among them if they are many."""
    found, compact = shown.items, is_long(shown.items.counts.get(look.wanted.part, 0))
    page = found.page
    blocks: list[Block] = [b.actions(*_choices(found, look))] if compact else []
    if not page.total:
        return [*blocks, b.section("Nothing fits this choice." if compact else _NOTHING[look.tab])]
    with_account = not (look.by_account or look.account_id)
    above: object = object()
    for commitment in page.items:
        group = _group(commitment, viewer, today, look)
        if group != above:
            heading = f"{_heading(group, commitment)} ({found.groups.get(group, 0)})"
            blocks += [*([] if compact else [b.divider()]), b.header(heading)]
            above = group
        blocks += items.item(
            commitment, viewer, shown.relations, today, view, compact=compact, with_account=with_account
        )  # fmt: skip
    return blocks + turn(view, page.start, page.total, PAGE)


def _group(commitment: Commitment, viewer: Person, today: date, look: Look) -> Group | int | None:
    is_blocker = commitment.blocker_id == viewer.id and commitment.owner_id != viewer.id
    if is_blocker and commitment.state == State.BLOCKED:
        return Group.HELD_UP
    if look.by_account:
        return commitment.account_id
    due_on = commitment.due_on
    return Group.OVERDUE if due_on < today else Group.WEEK if due_on <= week_ends(today) else Group.LATER


def _heading(group: Group | int | None, commitment: Commitment) -> str:
    if isinstance(group, Group):
        return _GROUPS[group]
    return commitment.account.name if commitment.account else "Without an account"


def _choices(found: OpenItems, look: Look) -> list[Element]:
    """The menus that choose an account and a side, and the one of what concerns the whole tab."""

    def to(changed: Look) -> str:
        return Ref(view=ViewName.HOME, extra=changed.encode()).encode()

    row: list[Element] = []
    if found.accounts:
        accounts = [(to(replace(look, account_id=one)), name) for one, name in found.accounts[: _OPTIONS - 1]]
        everything = (to(replace(look, account_id=None)), "All accounts")
        row.append(f.menu(ids.HOME_ACCOUNT, [everything, *accounts], to(look)))
    if look.tab == Tab.WAITING:
        sides = [(None, "Client and colleagues"), (Side.THEIRS, "The client owes us"), (Side.OURS, "Colleagues owe")]
        row.append(f.menu(ids.HOME_SIDE, [(to(replace(look, side=side)), words) for side, words in sides], to(look)))
    regrouped = to(replace(look, by_account=not look.by_account))
    words = "Group by date" if look.by_account else "Group by account"
    together = items.together(Ref(view=ViewName.HOME, start=found.page.start, extra=look.encode()))
    return [*row, b.overflow(ids.MORE, [(words, f"{ids.HOME_GROUPS}|{regrouped}"), *together])]
