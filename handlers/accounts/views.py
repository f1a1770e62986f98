"""Accounts: the list, the page of an account, and its forms."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from handlers import ids
from handlers.accounts import basis
from handlers.commitments import items
from handlers.slack import blocks as b
from handlers.slack import fields as f
from handlers.slack.paging import paging
from handlers.slack.refs import Ref, ViewName
from handlers.slack.words import Mrkdwn, clock_time, escape, plural, render, shortened
from store.accounts import Whose, may_change
from store.people import is_here
from store.rules.calendar.brief_times import local_day
from store.rules.signals import Colour
from store.rules.text import NAME_LIMIT, REASON_LIMIT, quoted
from store.tables import CanvasTab, Category, Side, Verb

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from slackblocks import Block, Element

    from handlers.slack.payloads import Context
    from store.accounts import Listing, Row
    from store.commitments import Page, Sums
    from store.rules.signals import Health
    from store.tables import Account, Entry, Person, Stakeholder

# Accounts on one page of the list. With the longest names they still fit into a message.
SIZE = 15
# The most commitments of each side, and the most stakeholders, on the page of an account.
SHOWN = 5
PEOPLE = 20
# The view of each list, its title, and the button that leads there.
_LISTS = {
    Whose.ALL: (ViewName.ACCOUNTS, "Accounts", ids.OPEN_ACCOUNTS),
    Whose.MINE: (ViewName.ACCOUNTS, "Your accounts", ids.OPEN_ACCOUNTS),
    Whose.OTHERS: (ViewName.OTHERS, "Other accounts", ids.OPEN_OTHERS),
    Whose.ARCHIVED: (ViewName.ARCHIVED, "Archived accounts", ids.OPEN_ARCHIVED),
}
# Characters of the worst signal of an account in a list.
_WORST = 150
# A sign and a word for each colour: the sign alone says nothing to those who do not see colours.
COLOURS = {
    Colour.GREEN: (":large_green_circle:", "Green"),
    Colour.AMBER: (":large_orange_circle:", "Amber"),
    Colour.RED: (":red_circle:", "Red"),
}
NO_CATEGORY = "none"
CANVAS = ((NO_CATEGORY, "Not shown"), (CanvasTab.PLAN, "A canvas tab"))
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
    basis: basis.Basis
    # The figures that follow from its plan, as markup; the buttons of the plan, and the account's signals.
    figures: str = ""
    sections: Sequence[Element] = ()
    signals: Sequence[Block] = ()


# ---- the list ------------------------------------------------------------------------------------------


def listing(found: Listing, viewer: Person, states: Mapping[int, Health], view: Ref | None = None) -> list[Block]:
    """One page of a list of accounts, each with its colour and its worst signal by `states`; `view` is the view that
    shows it, if that is not the list alone.
    """
    view = view or Ref(view=_LISTS[found.whose][0], start=found.start)
    blocks: list[Block] = [b.section(f"*{_LISTS[found.whose][1]}*  ·  {plural(found.total, 'account')}")]
    if not found.total:
        is_archive = found.whose == Whose.ARCHIVED
        blocks.append(b.section("None." if is_archive else "None yet. `/commit … for Acme` offers to create one."))
    for row in found.rows:
        button = items.account_button("Open", row.account, view, label=f"Open {row.account.name}")
        blocks.append(b.section(_row(row, viewer, states.get(row.account.id)), accessory=button))
    return blocks + _turn(found, view)


def _row(row: Row, viewer: Person, state: Health | None) -> str:
    sign = colour = worst = ""
    if state is not None and row.account.archived_at is None:
        sign, colour = COLOURS[state.colour]
        worst = shortened(state.worst.words, _WORST) if state.worst else ""
    return render(
        "account_row.j2", row=row, account=row.account, viewer=viewer, sign=Mrkdwn(sign), colour=colour, worst=worst
    )


def _turn(found: Listing, view: Ref) -> list[Block]:
    shown, row = paging(view, found.start, found.total, SIZE)
    for whose in (Whose.MINE, Whose.OTHERS, Whose.ARCHIVED):
        number, is_part = found.totals[whose], found.whose == Whose.ALL and whose != Whose.ARCHIVED
        if number and whose != found.whose and not is_part:
            there = Ref(view=_LISTS[whose][0]).encode()
            row.append(b.button(f"{_LISTS[whose][1]} ({number:,})", _LISTS[whose][2], there))
    return [*shown, *([b.actions(*row)] if row else [])]


def all_accounts() -> Element:
    """The button that leads to the list of accounts."""
    return b.button("← Accounts", ids.OPEN_ACCOUNTS, Ref(view=ViewName.ACCOUNTS).encode(), label="All accounts")


# ---- the page of one account ---------------------------------------------------------------------------


def page(shown: Shown, viewer: Person, today: date) -> list[Block]:
    """The page of an account: its people, a short list of what each side owes, and its history."""
    account = shown.account
    text = render(
        "account.j2", account=account, viewer=viewer, people=shown.people[:PEOPLE],
        more_people=len(shown.people) == PEOPLE, channel=Mrkdwn(f"<#{account.channel}>"),
        is_here=is_here, archived_on=account.archived_at and local_day(account.archived_at, viewer.zone),
        sums=_sums(shown.sums), basis=Mrkdwn(basis.lines(shown.basis)), figures=Mrkdwn(shown.figures),
    )  # fmt: skip
    blocks: list[Block] = [
        b.section(text),
        *basis.suggested(shown.basis, viewer),
        b.actions(*_buttons(account, viewer)),
        *shown.signals,
    ]
    for heading, side in (("We owe", shown.ours), ("They owe us", shown.theirs)):
        if side.total:
            given = {"heading": heading, "items": side.items, "total": side.total, "viewer": viewer, "today": today}
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
    """“They: 7 late · 3 moved · 12 of 15 kept on time this quarter”, a line for each side that has anything to say."""
    found = []
    for side, words in ((Side.OURS, "We"), (Side.THEIRS, "They")):
        one = sums[side]
        parts = [f"{one.late} late"] if one.late else []
        parts += [f"{one.moved} moved"] if one.moved else []
        parts += [plural(one.wishes, "wish", "wishes")] if one.wishes else []
        parts += [f"{one.kept.kept} of {one.kept.total} kept on time this quarter"] if one.kept.total else []
        found += [f"{words}: {' · '.join(parts)}"] if parts else []
    return found


def _buttons(account: Account, viewer: Person) -> list[Element]:
    """The buttons of the page that this viewer may use."""
    value = Ref(view=ViewName.ACCOUNT_PAGE, extra=str(account.id)).to(account, account.id).encode()
    back = all_accounts()
    if not may_change(viewer, account):
        return [back]
    edit, merge = b.button("Edit", ids.EDIT_ACCOUNT, value), b.button("Merge …", ids.MERGE_ACCOUNT, value)
    if account.archived_at:
        return [b.button("Restore", ids.RESTORE_ACCOUNT, value, style="primary"), edit, merge, back]
    plan = b.button("Edit the plan's basis", ids.EDIT_BASIS, value)
    restrict = b.button("Show to all …" if account.restricted else "Restrict …", ids.RESTRICT_ACCOUNT, value)
    return [edit, plan, restrict, merge, b.button("Archive …", ids.ARCHIVE_ACCOUNT, value), back]


def _history(shown: Shown, viewer: Person) -> str:
    lines: list[dict[str, Any]] = [
        {
            "at": clock_time(entry.at, viewer.zone),
            "who": "you" if entry.is_by(viewer) else entry.by,
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
    Verb.CONFIRM: "confirmed the plan",
    Verb.RESTRICT: "restricted it to its team",
    Verb.UNRESTRICT: "showed it to all colleagues",
}
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
    said = [_changed(field, change, names, account.currency) for field, change in changes.items()]
    return Mrkdwn(escape(", ".join(said) or "changed it") + about)


def _changed(field: str, change: Sequence[Any], names: dict[str, dict[int, str]], currency: str | None) -> str:
    before, after = change
    if field == "name":
        return f"renamed it from {quoted(before)} to {quoted(after)}"
    if field in _ROLES:
        return f"made {names['people'].get(after, 'somebody')} {_ROLES[field]}" if after else f"removed {_ROLES[field]}"
    if field in _PLAIN_VALUES:
        return f"changed the {field} from {before or 'none'} to {after or 'none'}"
    return "changed the channel" if field == "channel" else basis.changed(field, change, names, currency)


# ---- its canvas ----------------------------------------------------------------------------------------

# Slack's error for the canvas of an account plan → our words, with what to do.
_REFUSALS = {
    "not_in_channel": "I am not in the channel. Type “/invite @Makegood” there",
    "channel_not_found": "the channel is gone, or I am not in it. Type “/invite @Makegood” there, or choose another",
    "is_archived": "the channel is archived. Choose another one",
    "read_by_others": "guests, another company or people who may not see the account read there. Choose another one",
    "free_team_canvas_tab_already_exists": "Slack’s free plan has one canvas in a channel, and another one is there."
    " Delete that one, or choose another channel",
    "canvas_disabled_user_team": "canvases are switched off in this workspace. An admin can allow them",
    "canvas_disabled_file_team": "canvases are switched off in this workspace. An admin can allow them",
    "canvas_too_large": "the plan is too long for a canvas. Archive what is settled",
}


def canvas_refused(account: Account, channel: str, why: str) -> tuple[str, list[Block]]:
    """(text, blocks) that tell an account's lead why the plan in its channel is not kept, and what to do."""
    name, _, rest = why.partition(" ")
    if name == "missing_scope":
        scope = rest.strip("()").removeprefix("needs ") or "canvases:write"
        said = (
            f"I lack the permission {scope}. An admin updates the app with `makegood manifest --with canvas` and"
            " installs it again"
        )
    else:
        said = escape(_REFUSALS.get(name, f"Slack has refused it for three days ({name}). Ask an admin"))
    text = (
        f":warning: The plan of *{escape(account.name)}* is not kept in <#{channel}>: {said}."
        " I try again every hour. *Edit* of the account chooses another channel, or switches it off."
    )
    about = Ref(view=ViewName.ACCOUNT_PAGE, extra=str(account.id)).to(account, account.id).encode()
    return text, [b.section(text), b.actions(b.button("About the account", ids.OPEN_ACCOUNT, about))]


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
        f.field("Plan in the channel", f.menu(ids.CANVAS, CANVAS, account.canvas or NO_CATEGORY), ids.CANVAS,
                hint="Colleagues in the channel read the plan in a tab. Not where guests or another company read."),
        f.field("Currency", f.text(ids.CURRENCY, NAME_LIMIT, account.currency or "", placeholder="EUR"), ids.CURRENCY,
                hint="Amounts of the account plan are in it. Another one converts nothing.", optional=True),
    ]  # fmt: skip
    return b.modal("Edit account", fields, callback_id=ids.FORM_ACCOUNT, metadata=context.encode(), submit="Save")


SHOW_TO_ALL, _RESTRICT = "all", "team"


def restrict(account: Account, joining: Sequence[Person], context: Context) -> b.Json:
    """The form that restricts the account, with the people who join its plan team; or that shows it to all again."""
    name = escape(account.name)
    if account.restricted:
        title, submit, extra = "Show to all", "Show to all", SHOW_TO_ALL
        said = f"All colleagues of this workspace see *{name}* and all that belongs to it then. Its plan team stays."
    else:
        title, submit = "Restrict account", "Restrict"
        extra = f"{_RESTRICT}:{','.join(str(one.id) for one in joining)}"
        said = (
            f"Only lead, coach, sponsor, plan team and workspace admins see *{name}* then, with its commitments and its"
            " plan. Nobody else finds it in a list, a search or a message, and nothing of it is posted in a channel."
        )
    blocks: list[Block] = [b.section(said)]
    if joining:
        named = escape(", ".join(one.name for one in joining))
        blocks.append(
            b.section(f"These have something open there, so they join its plan team and keep seeing it: *{named}*.")
        )
    known = replace(context, ref=replace(context.ref, extra=extra))
    return b.modal(title, blocks, callback_id=ids.FORM_RESTRICT, metadata=known.encode(), submit=submit)


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
