"""The page of an account: its head, what both sides owe, and every section with what matters most.

One drawing for the Home tab, a message and a modal: its buttons name pages, and the surface on which they are pressed
shows them (handlers/slack/surfaces.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from handlers import ids
from handlers.accounts.views import all_accounts
from handlers.energy import views as energy
from handlers.plan.views import line_of, view_of
from handlers.reviews import views as reviews
from handlers.slack import blocks as b
from handlers.slack import natives
from handlers.slack.refs import MenuAction, Ref, ViewName
from handlers.slack.words import plural, render, short_date, shortened
from store.accounts import may_change
from store.people import is_here
from store.plan.section import is_party
from store.rules.text import a_or_an
from store.tables import Side, Subject

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from slackblocks import Block, Element

    from handlers.plan.views import Following, Plan, Words
    from store.commitments import Sums
    from store.rules.energy import Balance
    from store.tables import Account, Commitment, Person, Review, SectionRow

# Rows of each section, and commitments of each side, that the page shows.
FIRST = 3
# Characters for these rows: Slack takes 3,000 in a section, and about 12,000 in a message.
_ROOM, _ROOM_OF_ALL = 1300, 8000
# Characters of a row's name in the menu that edits it.
_NAME = 60
# Points of a chart from which on it says more than the words.
_POINTS = 2


@dataclass(frozen=True)
class Shown:
    """The contents of the page: the plan, its `signals`, the sums and the most urgent commitments of each side, their
    balance, the next actions that are `following` for its rows, and the `review` that is planned or open.
    """

    plan: Plan
    sums: Mapping[Side, Sums]
    urgent: Mapping[Side, Sequence[Commitment]]
    following: Following
    signals: Sequence[Block]
    balance: Balance
    review: Review | None = None


def page(shown: Shown, sections: Sequence[Words], viewer: Person) -> list[Block]:
    """The page of the account; the empty sections stand last, each with what it is good for."""
    account, rows = shown.plan.account, shown.plan.rows
    filled = [words for words in sections if rows[words.section.kind]]
    empty = [words for words in sections if not rows[words.section.kind]]
    room = min(_ROOM, _ROOM_OF_ALL // (len(filled) or 1))
    return [
        b.section(_head(shown, viewer)),
        b.actions(*_ways(shown, viewer)),
        *shown.signals,
        *_promises(shown, viewer),
        *(block for words in filled for block in _summary(words, shown, viewer, room)),
        *(_empty(empty, account, viewer) if empty else []),
    ]


# ---- the head ------------------------------------------------------------------------------------------


def _head(shown: Shown, viewer: Person) -> str:
    said = {side: _kept(shown.sums[side]) for side in Side}
    account, found = shown.plan.account, shown.plan.penetration
    months = viewer.workspace.review_months(account.category)
    unbooked = "" if months is None else reviews.unbooked(months)
    review = reviews.when_held(shown.review, viewer) if shown.review else unbooked
    return render(
        "plan.j2", account=account, viewer=viewer, is_here=is_here, kept=said, side=Side, review=review,
        penetration=found, as_of=short_date(found.as_of) if found else "",
    )  # fmt: skip


def _kept(sums: Sums) -> str:
    """“12 of 15 kept on time this quarter, 2 late, 1 moved, 3 wishes”; empty if there is nothing to say."""
    parts = [f"{sums.kept.kept} of {sums.kept.total} kept on time this quarter"] if sums.kept.total else []
    parts += [f"{sums.late} late"] if sums.late else []
    parts += [f"{sums.moved} moved"] if sums.moved else []
    parts += [plural(sums.wishes, "wish", "wishes")] if sums.wishes else []
    return ", ".join(parts)


def _ways(shown: Shown, viewer: Person) -> list[Element]:
    account = shown.plan.account
    about = Ref(view=ViewName.ACCOUNT_PAGE, extra=str(account.id)).to(account, account.id).encode()
    return [
        all_accounts(),
        b.button("About the account", ids.OPEN_ACCOUNT, about),
        *_review(shown, viewer),
        *open_as_page(account, viewer),
    ]


def _review(shown: Shown, viewer: Person) -> list[Element]:
    """The button that opens the review; without one the button that books it, for those who may."""
    account = shown.plan.account
    if shown.review is not None:
        return [b.button("Open the review", ids.REVIEW_OPEN, reviews.page_ref(account).encode())]
    if not (account.is_live and may_change(viewer, account)):
        return []
    book = Ref(Subject.REVIEW, view=ViewName.PLAN, extra=str(account.id))
    return [b.button("Book a review", ids.REVIEW_BOOK, book.encode())]


def open_as_page(account: Account, viewer: Person) -> list[Element]:
    """The button that opens the plan in a browser, where the server has a public address."""
    if viewer.workspace.public_url is None:
        return []
    return [b.button("Open as a page", ids.PLAN_PAGE, Ref(view=ViewName.PLAN, extra=str(account.id)).encode())]


# ---- what both sides owe -------------------------------------------------------------------------------


def _promises(shown: Shown, viewer: Person) -> list[Block]:
    account = shown.plan.account
    parts = [
        render("account_side.j2", heading=heading, items=shown.urgent[side], total=shown.sums[side].open,
               viewer=viewer, today=shown.plan.today)
        for heading, side in (("We owe", Side.OURS), ("They owe us", Side.THEIRS))
        if shown.sums[side].open
    ]  # fmt: skip
    new = Ref(view=ViewName.PLAN, extra=str(account.id)).to(account, account.id).encode()
    row = [b.button("New commitment", ids.SECTION_PLAN, new, label=f"New commitment for {account.name}")]
    total = sum(one.open for one in shown.sums.values())
    if total:
        everything = Ref(view=ViewName.ACCOUNT, extra=str(account.id)).encode()
        every = plural(total, "open commitment")
        row.append(b.button(f"All {every}" if total > 1 else every, ids.PAGE_OPEN, everything))
    else:
        parts.append("Neither side owes the other anything that is recorded here.")
    view = Ref(view=ViewName.PLAN, extra=str(account.id))
    return [
        *(b.section(part) for part in parts),
        b.actions(*row),
        *energy.summary(shown.balance, account, view),
        b.actions(energy.open_button(account)),
    ]


# ---- the sections --------------------------------------------------------------------------------------


def _summary(words: Words, shown: Shown, viewer: Person, room: int) -> list[Block]:
    """A section: its first rows, the menu that edits them, and the buttons that add one and show all."""
    plan, live = shown.plan, shown.plan.live(words.section.kind)
    head = [f"*{words.section.title}*  ·  {len(live):,}", *filter(None, [words.head(plan)])]
    drawn = words.table(live, plan.today) if words.table and len(live) > FIRST else None
    lines = [] if drawn else [f"• {line_of(words, row, plan.today, shown.following)}" for row in live[:FIRST]]
    while lines and sum(map(len, [*head, *lines])) > room:
        lines.pop()
    more = [f"and {len(live) - len(lines):,} more"] if len(live) > len(lines) and not drawn else []
    chart = words.chart(live) if words.chart else None
    row = [_all(words, plan.account, len(plan.rows[words.section.kind]))]
    if viewer.is_admin or is_party(viewer, plan.account):
        row.insert(0, _add(words, plan.account))
    return [
        b.section("\n".join([*head, *lines, *more]), accessory=_edit(words, live[:FIRST], viewer)),
        *([natives.table(words.section.title, *drawn)] if drawn else []),
        *([chart] if chart else []),
        b.actions(*row),
    ]


def _edit(words: Words, rows: Sequence[SectionRow], viewer: Person) -> Element | None:
    """The menu that edits one of these rows, as far as the viewer may."""
    options = []
    for row in rows:
        if viewer.is_admin or is_party(viewer, row.account, row):
            ref = Ref(words.section.kind, view=ViewName.PLAN, extra=str(row.account_id)).to(row, row.id)
            name = shortened(words.plain(row) or words.section.noun, _NAME)
            options.append((f"Edit {name}", MenuAction(ids.SECTION_EDIT, ref.encode()).encode()))
    return b.overflow(ids.MORE, options) if options else None


def _all(words: Words, account: Account, number: int) -> Element:
    value = view_of(words, account).encode()
    return b.button(f"All {number:,}", ids.SECTION_OPEN, value, label=f"All {words.section.title.lower()}")


def _add(words: Words, account: Account, text: str = "") -> Element:
    """The button that adds to a section and comes back to the page."""
    value = Ref(words.section.kind, view=ViewName.PLAN, extra=str(account.id)).encode()
    label = f"Add {a_or_an(words.section.noun)}"
    return b.button(text or label, ids.SECTION_ADD, value, label=label)


def _empty(empty: Sequence[Words], account: Account, viewer: Person) -> list[Block]:
    if not (viewer.is_admin or is_party(viewer, account)):
        return [b.context(f"Nothing yet: {', '.join(words.section.title.lower() for words in empty)}.")]
    return [
        b.section(f"*{words.section.title}*\n{words.empty}", accessory=_add(words, account, "Add")) for words in empty
    ]
