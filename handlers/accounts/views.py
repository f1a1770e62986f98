"""Accounts: the list, the page of an account, and its forms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from handlers import ids
from handlers.commitments import items
from handlers.slack import blocks as b
from handlers.slack import fields as f
from handlers.slack.paging import paging
from handlers.slack.refs import Ref, ViewName
from handlers.slack.words import Mrkdwn, clock_time, escape, plural, render
from store.accounts import may_change
from store.people import is_here
from store.rules.calendar.brief_times import local_day
from store.rules.text import NAME_LIMIT, REASON_LIMIT, quoted
from store.tables import Category, Side, Verb

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from slackblocks import Block, Element

    from handlers.slack.payloads import Context
    from store.accounts import Listing, Row
    from store.commitments import Page, Sums
    from store.tables import Account, Entry, Person, Stakeholder

# Accounts on one page of the list. With the longest names they still fit into a message.
SIZE = 15
# The most commitments of each side, and the most stakeholders, on the page of an account.
SHOWN = 5
PEOPLE = 20
NO_CATEGORY = "none"
CATEGORIES = ((NO_CATEGORY, "None"), *((letter, letter) for letter in Category))


@dataclass(frozen=True)
class Shown:
    """The data of an account's page. `names` has the names for ids in the entries."""

    account: Account
    ours: Page
    theirs: Page
    people: Sequence[Stakeholder]
    entries: Sequence[Entry]
    names: dict[str, dict[int, str]]
    sums: Mapping[Side, Sums]
    # The buttons of the sections of the account plan.
    sections: Sequence[Element] = ()


# ---- the list ------------------------------------------------------------------------------------------


def listing(found: Listing, viewer: Person, *, archived: bool = False, view: Ref | None = None) -> list[Block]:
    """One page of the list of accounts in use, or of archived accounts; `view` is the view that shows it, if that is
    not the list alone.
    """
    view = view or Ref(view=ViewName.ARCHIVED if archived else ViewName.ACCOUNTS, start=found.start)
    title = "Archived accounts" if archived else "Accounts"
    blocks: list[Block] = [b.section(f"*{title}*  ·  {plural(found.total, 'account')}")]
    if not found.total:
        blocks.append(b.section("None." if archived else "None yet. `/commit … for Acme` offers to create one."))
    above = None
    for row in found.rows:
        heading = "Yours" if viewer.id in {row.account.owner_id, row.account.coach_id} else "Others"
        if heading != above and not archived:
            blocks.append(b.section(f"*{heading}*"))
        above = heading
        button = items.account_button("Open", row.account, view, label=f"Open {row.account.name}")
        blocks.append(b.section(_row(row, viewer), accessory=button))
    return blocks + _turn(found, view)


def _row(row: Row, viewer: Person) -> str:
    return render("account_row.j2", row=row, account=row.account, viewer=viewer)


def _turn(found: Listing, view: Ref) -> list[Block]:
    shown, row = paging(view, found.start, found.total, SIZE)
    if view.view == ViewName.ARCHIVED:
        row.append(_all())
    elif found.others:
        there = Ref(view=ViewName.ARCHIVED).encode()
        row.append(b.button(f"Archived ({found.others})", ids.OPEN_ACCOUNTS, there))
    return [*shown, *([b.actions(*row)] if row else [])]


def _all() -> Element:
    return b.button("All accounts", ids.OPEN_ACCOUNTS, Ref(view=ViewName.ACCOUNTS).encode())


# ---- the page of one account ---------------------------------------------------------------------------


def page(shown: Shown, viewer: Person, today: date) -> list[Block]:
    """The page of an account: its people, a short list of what each side owes, and its history."""
    account = shown.account
    text = render(
        "account.j2", account=account, viewer=viewer, people=shown.people[:PEOPLE],
        more_people=len(shown.people) == PEOPLE, channel=Mrkdwn(f"<#{account.channel}>"),
        is_here=is_here, archived_on=account.archived_at and local_day(account.archived_at, viewer.zone),
        sums=_sums(shown.sums),
    )  # fmt: skip
    blocks: list[Block] = [b.section(text), b.actions(*_buttons(account, viewer))]
    for heading, side in (("We owe", shown.ours), ("They owe us", shown.theirs)):
        if side.total:
            given = {"heading": heading, "page": side, "viewer": viewer, "today": today}
            blocks.append(b.section(render("account_side.j2", **given)))
    if shown.ours.total + shown.theirs.total:
        everything = Ref(view=ViewName.ACCOUNT, extra=str(account.id))
        open_ = plural(shown.ours.total + shown.theirs.total, "open commitment")
        act = [b.button(f"Act on {open_}", ids.PAGE_OLDER, everything.encode())]
    else:
        act = []
        blocks.append(b.section("Neither side owes the other anything that is recorded here."))
    if act or shown.sections:
        blocks.append(b.actions(*act, *shown.sections))
    return [*blocks, b.context(_history(shown, viewer))]


def _sums(sums: Mapping[Side, Sums]) -> list[str]:
    """“We: 7 late · 3 moved · 12 of 15 kept on time this quarter”, a line for each side that has anything to say."""
    found = []
    for side, words in ((Side.OURS, "We"), (Side.THEIRS, "They")):
        one = sums[side]
        parts = [f"{one.late} late"] if one.late else []
        parts += [f"{one.moved} moved"] if one.moved else []
        parts += [f"{one.kept.kept} of {one.kept.total} kept on time this quarter"] if one.kept.total else []
        found += [f"{words}: {' · '.join(parts)}"] if parts else []
    return found


def _buttons(account: Account, viewer: Person) -> list[Element]:
    """The buttons of the page that this viewer may use."""
    value = Ref(view=ViewName.ACCOUNT_PAGE, extra=str(account.id)).to(account, account.id).encode()
    back = _all()
    if not may_change(viewer, account):
        return [back]
    edit, merge = b.button("Edit", ids.EDIT_ACCOUNT, value), b.button("Merge …", ids.MERGE_ACCOUNT, value)
    if account.archived_at:
        return [b.button("Restore", ids.RESTORE_ACCOUNT, value, style="primary"), edit, merge, back]
    return [edit, merge, b.button("Archive …", ids.ARCHIVE_ACCOUNT, value), back]


def _history(shown: Shown, viewer: Person) -> str:
    lines: list[dict[str, Any]] = [
        {
            "at": clock_time(entry.at, viewer.zone),
            "who": "you" if entry.actor_id == viewer.id else entry.actor.name,
            "what": told(entry, shown.account, shown.names),
            "reason": entry.reason,
        }
        for entry in shown.entries[-items.HISTORY_LINES :]
    ]
    if not lines:
        return f"*History*\nCreated on {clock_time(shown.account.created_at, viewer.zone)}"
    return items.history(lines, len(shown.entries))


_PLAIN = {
    Verb.CREATE: "created it",
    Verb.ARCHIVE: "archived it",
    Verb.RESTORE: "restored it",
    Verb.TAKE_BACK: "took it back",
}
_FIELDS = {"channel": "the channel"}
_PLAIN_VALUES = {"category", "currency"}
_ROLES = {"owner_id": "the lead", "coach_id": "the coach"}


def told(entry: Entry, account: Account, names: dict[str, dict[int, str]]) -> Mrkdwn:
    """An entry in words: the rest of a sentence that begins with the actor's name."""
    changes: dict[str, Any] = entry.changes
    of_another = names["accounts"].get(entry.subject_id) if entry.subject_id != account.id else None
    about = escape(f" ({quoted(of_another)})") if of_another else ""
    if entry.verb in _PLAIN:
        return Mrkdwn(_PLAIN[entry.verb] + about)
    if entry.verb == Verb.MERGE:
        into = names["accounts"].get(changes["merged_into_id"][1], "another")
        return Mrkdwn(escape(f"merged {quoted(of_another or account.name)} into {quoted(into)}"))
    if entry.verb == Verb.TAKE_IN:
        return Mrkdwn(escape(f"took in {quoted(names['accounts'].get(changes['account_id'][1], 'another'))}"))
    said = [_changed(field, change, names) for field, change in changes.items()]
    return Mrkdwn(escape(", ".join(said) or "changed it") + about)


def _changed(field: str, change: Sequence[Any], names: dict[str, dict[int, str]]) -> str:
    before, after = change
    if field == "name":
        return f"renamed it from {quoted(before)} to {quoted(after)}"
    if field in _ROLES:
        return f"made {names['people'].get(after, 'somebody')} {_ROLES[field]}" if after else f"removed {_ROLES[field]}"
    if field in _PLAIN_VALUES:
        return f"changed the {field} from {before or 'none'} to {after or 'none'}"
    return f"changed {_FIELDS.get(field, field)}"


# ---- forms ---------------------------------------------------------------------------------------------


def edit(account: Account, context: Context, *, with_channel: bool = True) -> b.Json:
    """The form of an account. Without `with_channel` it leaves out the account's channel, because Slack refuses it."""
    lead, coach = account.owner, account.coach
    channel = account.channel if with_channel else None
    fields: list[Block] = [
        f.field("Name", f.text(ids.NAME, NAME_LIMIT, account.name), ids.NAME),
        f.field("Lead", f.person(ids.OWNER, lead.slack_id if lead else None, placeholder="Nobody, or choose"),
                ids.OWNER, hint="The account manager. Hears of what stays overdue.", optional=True),
        f.field("Coach", f.person(ids.COACH, coach.slack_id if coach else None, placeholder="Nobody, or choose"),
                ids.COACH, hint="The lead's manager.", optional=True),
        f.field("Category", f.menu(ids.CATEGORY, CATEGORIES, account.category or NO_CATEGORY), ids.CATEGORY,
                hint="What stays overdue at an A account is escalated earlier."),
        f.field("Channel", f.channel(ids.CHANNEL, channel, placeholder="None, or choose"), ids.CHANNEL,
                hint="Where colleagues talk about this account." if with_channel else
                "The channel that was chosen is gone. Choose another, or none.", optional=True),
        f.field("Currency", f.text(ids.CURRENCY, NAME_LIMIT, account.currency or "", placeholder="EUR"), ids.CURRENCY,
                hint="Amounts of the account plan are in it. Another one converts nothing.", optional=True),
    ]  # fmt: skip
    return b.modal("Edit account", fields, callback_id=ids.FORM_ACCOUNT, metadata=context.encode(), submit="Save")


def merge(account: Account, context: Context) -> b.Json:
    fields: list[Block] = [
        b.section(
            f"*{escape(account.name)}* becomes part of another account. Its commitments keep their numbers and their"
            " history and move there, with its people. From then on its name leads there. This can't be undone."
        ),
        f.field("Merge it into", f.external(ids.INTO, "Type to find the account that stays"), ids.INTO),
    ]
    return b.modal("Merge account", fields, callback_id=ids.FORM_MERGE, metadata=context.encode(), submit="Merge")


def archive(account: Account, context: Context, open_commitments: int) -> b.Json:
    stays = f" {plural(open_commitments, 'open commitment')} of it will still be asked for." if open_commitments else ""
    fields: list[Block] = [
        b.section(f"*{escape(account.name)}* is not proposed any more. It can be restored.{stays}"),
        f.field("Why is it archived?", f.text(ids.REASON, REASON_LIMIT, lines=True), ids.REASON),
    ]
    return b.modal("Archive account", fields, callback_id=ids.FORM_ARCHIVE, metadata=context.encode(), submit="Archive")
